package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/clock"
	"reengage/conversation"
	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/gateway/console"
	"reengage/intake"
)

// measureInbox asks for pages of the console's inbox among many conversations.
func measureInbox(ctx context.Context, g *ground, n size) (group Group, err error) {
	group = Group{
		Name: "Inbox: from the request to the first byte",
		How: fmt.Sprintf("%d conversations of %d numbers, of which one has half and one a hundredth: 60 %% expired, 15 %% awaiting a reply, 1 %% resuming, the rest open, "+
			"have been written by SQL; Postgres has vacuumed and analyzed its tables. GET /console/inbox of somebody who has signed in, over HTTP on 127.0.0.1 with the real API "+
			"behind it, one after the other, up to %d of each in %s.", n.inboxConversations, len(inboxNumbers), n.inboxCalls, timeForInbox),
		Baseline: "the same page by one plain statement that reads all conversations, decides each one's status, and sorts; median of up to 3; it has to list the same " +
			"conversations. Of writing: the same without the indexes and the table that serve the inbox",
	}
	b, err := g.newBooks(ctx)
	if err != nil {
		return group, err
	}
	defer closing(b.close, &err)
	if err := b.people(ctx, n); err != nil {
		return group, err
	}
	v, err := b.openConsole()
	if err != nil {
		return group, err
	}
	defer closing(v.close, &err)
	for _, q := range inboxQuestions() {
		if err := v.measure(ctx, &group, n, q); err != nil {
			return group, fmt.Errorf("%s: %w", q.what, err)
		}
	}
	return group, b.writeCost(ctx, &group, n)
}

// timeForInbox bounds the calls of one page.
const timeForInbox = 5 * time.Second

// inboxQuestion is one view of the inbox.
type inboxQuestion struct {
	what   string
	filter url.Values
	page   int // from 1
}

func inboxQuestions() (all []inboxQuestion) {
	ask := func(what string, page int, pairs ...string) {
		filter := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			filter.Set(pairs[i], pairs[i+1])
		}
		all = append(all, inboxQuestion{what, filter, page})
	}
	ask("everything", 1)
	for _, s := range conversation.StatusNames {
		ask(string(s), 1, "status", string(s))
	}
	for i, number := range inboxNumbers {
		ask(fmt.Sprintf("number %d", i+1), 1, "number", number)
	}
	for _, s := range conversation.StatusNames {
		ask(string(s)+" of number 3", 1, "status", string(s), "number", inboxNumbers[2])
	}
	ask("name, of few", 1, "q", "person 4321")
	ask("name, of all", 1, "q", "erson")
	ask("name, of few, expired", 1, "q", "person 77", "status", "expired")
	ask("phone, of few", 1, "q", "+1 (202) 550 12")
	ask("phone, two digits", 1, "q", "99")
	ask("nobody", 1, "q", "zq")
	ask("everything, page 2", 2)
	ask("everything, page 50", 50)
	ask("expired, page 50", 50, "status", "expired")
	return all
}

// visitor looks at the console.
type visitor struct {
	*server
	books *books
}

func (b *books) openConsole() (*visitor, error) {
	// Nearly stands still, so that what is listed is the same from first to last.
	at := clock.Clock{Anchor: inboxAt, Wall: time.Now(), Scale: 1e-6}
	log := b.scratch.ground.log
	mux := http.NewServeMux()
	api.New(api.Deps{Pool: b.pool, Store: intake.New(b.pool, at, log), Ledger: b.ledger, Clock: at, Log: log}).Register(mux)
	pages := http.NewServeMux()
	console.New(console.Deps{API: mux, Clock: at, Log: log}).Register(pages)
	agent := access.Principal{Kind: access.ByUser, ID: uuid.New(), Name: "Bench", Scopes: access.Agent.Scopes()}
	server, err := startServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pages.ServeHTTP(w, r.WithContext(access.With(r.Context(), agent)))
	}), 1)
	return &visitor{server, b}, err
}

// measure asks until it knows, and holds what is listed against the plain statement.
func (v *visitor) measure(ctx context.Context, g *Group, n size, q inboxQuestion) error {
	path := "/console/inbox?" + q.filter.Encode()
	for range q.page - 1 {
		page, err := v.look(ctx, path)
		if err != nil {
			return err
		}
		if path = page.next; path == "" {
			return errors.New("there are not so many pages")
		}
	}
	var page inboxPage
	var took []time.Duration
	for began := time.Now(); len(took) < n.inboxCalls && (len(took) < 3 || time.Since(began) < timeForInbox); {
		var err error
		if page, err = v.look(ctx, path); err != nil {
			return err
		}
		took = append(took, page.firstByte)
	}
	var plain []string
	baseline, err := n.latencies(func() (err error) {
		plain, err = v.books.plainInbox(ctx, q)
		return err
	})
	if err != nil {
		return err
	}
	if !slices.Equal(page.ids, plain) {
		return fmt.Errorf("the page lists %d conversations, which are not the %d of the plain statement", len(page.ids), len(plain))
	}
	g.add(q.what+", p50", "ms", milliseconds(quantile(took, 0.5)), milliseconds(quantile(baseline, 0.5)))
	g.add(q.what+", p99", "ms", milliseconds(quantile(took, 0.99)), milliseconds(quantile(baseline, 0.5)))
	return nil
}

// inboxPage is what came of a request.
type inboxPage struct {
	ids       []string
	next      string
	firstByte time.Duration
}

var (
	listedRow = regexp.MustCompile(`<li id="c-([0-9a-f-]{36})"`)
	nextLink  = regexp.MustCompile(`href="([^"]+)" rel="next"`)
)

func (v *visitor) look(ctx context.Context, path string) (p inboxPage, err error) {
	began := time.Now()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotFirstResponseByte: func() { p.firstByte = time.Since(began) }})
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.url+path, nil)
	if err != nil {
		return p, err
	}
	answer, err := v.client.Do(request)
	if err != nil {
		return p, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return p, err
	}
	if answer.StatusCode != http.StatusOK {
		return p, fmt.Errorf("%s answered %s", path, answer.Status)
	}
	for _, m := range listedRow.FindAllSubmatch(body, -1) {
		p.ids = append(p.ids, string(m[1]))
	}
	if m := nextLink.FindSubmatch(body); m != nil {
		p.next = strings.ReplaceAll(string(m[1]), "&amp;", "&")
	}
	return p, nil
}

// plainInbox are the ids that the page lists, found without an index.
func (b *books) plainInbox(ctx context.Context, q inboxQuestion) ([]string, error) {
	const perPage = 50
	part := q.filter.Get("q")
	digits := ""
	if strings.Trim(part, "0123456789+-() ") == "" {
		digits = regexp.MustCompile(`\D`).ReplaceAllString(part, "")
	}
	rows, err := b.pool.Query(ctx, `SELECT c.id::text FROM conversations c
		JOIN business_numbers n ON n.id = c.business_number_id JOIN contacts p ON p.id = c.contact_id
		WHERE c.merged_into IS NULL AND ($2 = '' OR conversation_status(c, $1::timestamptz) = $2) AND ($3 = '' OR n.phone_number_id = $3)
		  AND ($4 = '' OR position(lower($4) IN lower(p.name)) > 0 OR $5 <> '' AND position($5 IN p.phone) > 0)
		ORDER BY NOT conversation_window_open(c, $1), CASE WHEN conversation_window_open(c, $1) THEN c.expires_at END,
		         CASE WHEN conversation_window_open(c, $1) THEN c.id END, c.last_activity_at DESC, c.id DESC
		LIMIT `+strconv.Itoa(perPage)+` OFFSET $6`,
		pgx.QueryExecModeCacheDescribe, inboxAt, q.filter.Get("status"), q.filter.Get("number"), part, digits, (q.page-1)*perPage)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
