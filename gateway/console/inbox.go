package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"reengage/conversation"
	"reengage/gateway/access"
	"reengage/gateway/api"
)

var inboxRoutes = []route{
	{"GET " + home, access.Read, (*Console).inbox},
}

// inbox shows a page of the conversations that the filters leave.
func (c *Console) inbox(w http.ResponseWriter, r *http.Request) error {
	filter := filterOf(r.URL.Query())
	if filter.Status != "" && !slices.Contains(conversation.StatusNames, filter.Status) {
		return &api.Problem{Status: http.StatusNotFound, Code: "unknown_status", Detail: "There is no such state of conversations. The inbox shows all of them."}
	}
	answer, err := c.askInbox(r.Context(), filter)
	if err != nil {
		return kindly(err)
	}
	view := inboxOf(filter, answer, c.clock.At(time.Now()))
	if r.Header.Get("HX-Trigger") == filtersID {
		w.Header().Set("HX-Push-Url", filter.href())
	}
	return c.page(w, r, http.StatusOK, frame{Title: "Inbox", Here: "inbox", Page: "inbox", View: view})
}

// askInbox asks for all that the page shows at the same time. A search shows no counts (statesOf).
func (c *Console) askInbox(ctx context.Context, f inboxFilter) (a inboxAnswer, err error) {
	var asking sync.WaitGroup
	var failures [3]error
	ask := func(n int, path string, into any) {
		asking.Go(func() { failures[n] = c.client.get(ctx, path, into) })
	}
	ask(0, "/v1/conversations"+query(f.values(true)), &a.list)
	if f.Q == "" {
		ask(1, "/v1/conversation-counts"+query(inboxFilter{Number: f.Number}.values(false)), &a.counts)
	}
	ask(2, "/v1/numbers", &a.numbers)
	asking.Wait()
	return a, cmp.Or(failures[:]...)
}

// kindly says what a page that is not there any more means to whoever looks at it.
func kindly(err error) error {
	var p *api.Problem
	if errors.As(err, &p) && p.Code == "invalid_cursor" {
		return &api.Problem{Status: http.StatusNotFound, Code: p.Code, Detail: "This page of the inbox cannot be found from its address. The inbox begins with the first one."}
	}
	return err
}

// inboxFilter is what of the inbox is asked for, and which page of it.
type inboxFilter struct {
	Status conversation.StatusName
	Number string
	Q      string
	Cursor string
}

func filterOf(q url.Values) inboxFilter {
	return inboxFilter{conversation.StatusName(q.Get("status")), q.Get("number"), strings.TrimSpace(q.Get("q")), q.Get("cursor")}
}

// values are those that restrict anything, so that addresses are short and equal where they mean the same.
func (f inboxFilter) values(withCursor bool) url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("status", string(f.Status))
	set("number", f.Number)
	set("q", f.Q)
	if withCursor {
		set("cursor", f.Cursor)
	}
	return q
}

// href is where the page is.
func (f inboxFilter) href() string { return home + query(f.values(true)) }

// on is where another page of the same is; the empty cursor is the first one's.
func (f inboxFilter) on(cursor string) string {
	f.Cursor = cursor
	return f.href()
}

func query(q url.Values) string {
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}
