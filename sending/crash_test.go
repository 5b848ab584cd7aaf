//go:build crashpoints

package sending_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/db"
	"reengage/db/dbtest"
	"reengage/intake"
	"reengage/sending"
	"reengage/whatsapp/cloudapi"
	"reengage/whatsapp/whatsapptest"
)

var (
	seeds    = flag.Int("seeds", 60, "how many ways of dying to try")
	firstOne = flag.Uint64("seed", 1, "the first seed")
)

// The points at which a worker dies. What dies within a transaction holds locks, which the database gives up with it.
var (
	deathPoints = []string{"plan.before", "plan.before_commit", "plan.after_commit",
		"send.before_inflight", "send.before_commit", "send.after_inflight", "send.before_post", "send.after_post", "send.before_record",
		"send.record_before_commit", "send.after_record", "settle.before", "settle.before_commit", "settle.after_commit", "settle.after_unknown",
		"finish.before", "finish.before_commit", "finish.after_commit"}
	// At these it may also only seem dead: it is given up, and goes on later.
	zombiePoints = []string{"send.before_inflight", "send.after_inflight", "send.before_post", "send.after_post", "send.before_record",
		"send.after_record", "settle.before", "settle.after_commit", "finish.before"}
)

// TestWhateverDiesNothingIsSentTwiceAndNothingIsLost kills workers at every point of every step, while the provider accepts,
// refuses, hangs and resets, and its statuses come before the answer, after it, twice, or never. The driver follows the
// workflow's rules (sending.md, "A send's life"). Each seed is one send's life, and its number repeats it.
func TestWhateverDiesNothingIsSentTwiceAndNothingIsLost(t *testing.T) {
	pool := dbtest.New(t)
	var reached sync.Map
	work := make(chan uint64)
	var workers sync.WaitGroup
	for i := range 8 {
		g := newGround(t, pool, i, &reached)
		workers.Go(func() {
			for seed := range work {
				g.live(t, seed)
			}
		})
	}
	for i := range *seeds {
		work <- *firstOne + uint64(i)
	}
	close(work)
	workers.Wait()
	if *seeds >= 500 {
		for _, p := range deathPoints {
			_, ok := reached.Load(p)
			require.True(t, ok, "nobody died at %s", p)
		}
	}
}

// ground is one worker's part of the world: a business number, and a provider of its own that reports to the shared database.
type ground struct {
	number  string
	pool    *pgxpool.Pool
	sim     *whatsapptest.Simulator
	sender  *sending.Sender
	store   *intake.Store
	reached *sync.Map
	holding atomic.Bool // webhooks wait
	doubled atomic.Bool // webhooks come twice
}

func newGround(t *testing.T, pool *pgxpool.Pool, i int, reached *sync.Map) *ground {
	g := &ground{number: fmt.Sprintf("10654000000%04d", i), pool: pool, reached: reached}
	account := fmt.Sprintf("1022900000%05d", i)
	var err error
	g.sim, err = whatsapptest.New(whatsapptest.Config{AppSecret: "secret", AccessToken: "token", WABA: account, Now: time.Now, Scale: 500,
		Numbers: []whatsapptest.Number{{ID: g.number}}, Seed: uint64(i) + 1})
	require.NoError(t, err)
	api := httptest.NewServer(g.sim)
	log := slog.New(slog.DiscardHandler)
	g.store = intake.New(pool, clock.Clock{}, log)
	hooks := httptest.NewServer(http.HandlerFunc(g.receive))
	g.sim.SetWebhookURL(hooks.URL)
	client, err := cloudapi.New(cloudapi.Options{BaseURL: api.URL, AccessToken: "token"})
	require.NoError(t, err)
	g.sender = sending.New(sending.Options{Pool: pool, Intake: g.store, Quoter: &quotes{micros: 10}, Provider: client, Log: log,
		RequestTimeout: 150 * time.Millisecond})
	t.Cleanup(func() { client.Close(); g.sim.Close(); api.Close(); hooks.Close() })
	_, err = pool.Exec(context.Background(), `INSERT INTO templates (waba_id, name, language, status, category, components, changed_at, listed_at)
		VALUES ($1, 'order_update', 'en', 'approved', 'utility', '[{"type": "BODY", "text": "Your order is on its way."}]', now(), now())`, account)
	require.NoError(t, err)
	return g
}

func (g *ground) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	for g.holding.Load() && r.Context().Err() == nil {
		time.Sleep(time.Millisecond) // a slow network, not a wait of the test's
	}
	times := 1
	if g.doubled.Load() {
		times = 2
	}
	for range times {
		if err == nil {
			_, err = g.store.Webhook(context.WithoutCancel(r.Context()), body, time.Now())
		}
	}
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// death is where a worker ends, or seems to.
type death struct {
	point  string
	nth    int // time that the point is reached
	zombie bool
}

// life is one send's.
type life struct {
	*ground
	seed     uint64
	rng      *rand.Rand
	story    []string
	id       uuid.UUID
	plan     sending.PlanRequest
	deaths   []death
	doomed   chan struct{} // an activity has become a zombie
	released chan struct{} // zombies go on
	release  func()
	running  sync.WaitGroup
}

func (g *ground) live(t *testing.T, seed uint64) {
	l := &life{ground: g, seed: seed, rng: rand.New(rand.NewPCG(seed, 7)), released: make(chan struct{}), doomed: make(chan struct{})}
	l.release = sync.OnceFunc(func() { close(l.released) })
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("seed %d: %v\n%s", seed, r, strings.Join(l.story, "\n"))
		}
	}()
	l.prepare()
	l.drive()
	l.calm()
	l.check()
}

func (l *life) tell(format string, args ...any) {
	l.story = append(l.story, fmt.Sprintf(format, args...))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func pick[T any](rng *rand.Rand, of ...T) T { return of[rng.IntN(len(of))] }

// codes has one error or more of each class.
var codes = []int{131000, 130429, 131056, 131047, 131049, 131050, 130472, 131026, 132015, 100, 131048, 190, 133010, 999999}

// prepare has the contact write, decides how the provider behaves, what is to be sent and where the worker dies.
func (l *life) prepare() {
	phone := fmt.Sprintf("447700900%03d", l.seed%1000)
	l.holding.Store(false)
	l.doubled.Store(false)
	_, err := l.sim.Inbound(context.Background(), whatsapptest.Inbound{From: phone, Number: l.number, Text: "Hello"})
	must(err)
	must(l.pool.QueryRow(context.Background(), `SELECT v.id FROM conversations v JOIN contacts c ON c.id = v.contact_id
		JOIN business_numbers n ON n.id = v.business_number_id WHERE n.phone_number_id = $1 AND c.phone = $2`, l.number, phone).Scan(&l.id))
	l.exec(`UPDATE templates SET status = 'approved'`)
	l.exec(`UPDATE business_numbers SET sender_paused_at = NULL, sender_paused_class = NULL, sender_paused_code = NULL WHERE phone_number_id = $1`, l.number)
	l.exec(`DELETE FROM suppressions WHERE contact_id = (SELECT contact_id FROM conversations WHERE id = $1)`, l.id)
	l.exec(`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at) SELECT contact_id, 'utility', true, 'form', now()
		FROM conversations WHERE id = $1`, l.id)

	var rules []whatsapptest.Rule
	for range l.rng.IntN(3) {
		rules = append(rules, l.rule())
	}
	rules = append(rules, pick(l.rng, whatsapptest.Rule{Do: "accept"}, whatsapptest.Rule{Do: "accept", Statuses: []string{}},
		whatsapptest.Rule{Do: "status", Statuses: []string{"failed"}, Code: 131026}))
	must(l.sim.Script())
	must(l.sim.Script(rules...))
	for _, r := range rules {
		l.tell("the provider: %s code %d accepted %v statuses %v", r.Do, r.Code, r.Accepted, r.Statuses)
	}
	l.holding.Store(l.rng.IntN(2) == 0)
	l.doubled.Store(l.rng.IntN(4) == 0)
	l.plan = sending.PlanRequest{ConversationID: l.id, SendID: uuid.NewSHA1(l.id, fmt.Append(nil, l.seed)), Origin: sending.FromRequest,
		RequestID: fmt.Sprint("seed ", l.seed), Fingerprint: "same", Critical: l.rng.IntN(4) == 0}
	switch l.rng.IntN(4) {
	case 3:
		l.broadcast()
	case 0:
		l.plan.Text = "Good morning"
	case 1:
		l.plan.Text, l.plan.Fallback = "Good morning", update()
	case 2:
		l.plan.Template = update()
	}
	l.chooseDeaths()
	l.tell("webhooks held %v doubled %v; template %v fallback %v critical %v", l.holding.Load(), l.doubled.Load(), l.plan.Template != nil,
		l.plan.Fallback != nil, l.plan.Critical)
}

// broadcast makes it a campaign's message, under a budget.
func (l *life) broadcast() {
	campaign := uuid.NewSHA1(l.id, fmt.Append(nil, "campaign", l.seed))
	l.plan.Origin, l.plan.CampaignID, l.plan.RequestID, l.plan.Fingerprint, l.plan.Critical = sending.FromCampaign, campaign, "", "", false
	l.exec(`UPDATE business_numbers SET settings = '{"reengagement": {"max_per_contact": []}}' WHERE phone_number_id = $1`, l.number)
	l.exec(`INSERT INTO segments (id, name, filter, created_at, created_by, changed_at) VALUES ($1, $2, '{}', now(), 'test', now())`, campaign, campaign.String())
	l.exec(`INSERT INTO campaigns (id, name, business_number_id, template_name, template_language, segment_id, limits, state, category, created_at,
			created_by, launched_at)
		SELECT $1, 'Spring', business_number_id, 'order_update', 'en', $1, '{"talk_over": true, "budget_micros": 100}', 'running', 'utility', now(), 'test', now()
		FROM conversations WHERE id = $2`, campaign, l.id)
	l.exec(`INSERT INTO campaign_recipients (id, campaign_id, contact_id, conversation_id, parameters, state, asked_at)
		SELECT $1, $2, contact_id, id, '{}', 'asked', now() FROM conversations WHERE id = $3`, l.plan.SendID, campaign, l.id)
}

// checkRecipient compares what a campaign says with the send.
func (l *life) checkRecipient() {
	if l.plan.CampaignID == uuid.Nil {
		return
	}
	var recipient, send, delivery string
	var balanced bool
	must(l.pool.QueryRow(context.Background(), `SELECT r.state, s.state, coalesce(o.delivery_status, ''), c.reserved_micros = coalesce(r.reserved_micros, 0)
			AND c.reserved_micros = CASE WHEN s.state IN ('refused', 'failed') OR o.delivery_status = 'failed' THEN 0 ELSE coalesce(s.quoted_micros, 0) END
		FROM campaign_recipients r JOIN sends s ON s.id = r.id JOIN campaigns c ON c.id = r.campaign_id
		LEFT JOIN outbound_messages o ON o.message_id = s.message_id WHERE r.id = $1`, l.plan.SendID).Scan(&recipient, &send, &delivery, &balanced))
	l.tell("recipient %s, send %s, delivery %s", recipient, send, delivery)
	follows := recipient == send || recipient == "failed" && delivery == "failed"
	if send == "refused" {
		follows = slices.Contains([]string{"refused", "pending", "held"}, recipient)
	}
	switch {
	case !follows:
		panic("the recipient does not follow its send")
	case !balanced:
		panic("the budget is not what the send may cost")
	}
}

// chooseDeaths has a worker die at one or two points. Nobody settles what has not been lost, so a death in Settle comes after
// another one.
func (l *life) chooseDeaths() {
	d := death{point: pick(l.rng, deathPoints...), nth: 1 + l.rng.IntN(3)/2, zombie: l.rng.IntN(3) == 0}
	if d.zombie {
		d.point = pick(l.rng, zombiePoints...)
	}
	l.deaths = []death{d}
	if strings.HasPrefix(d.point, "settle.") {
		l.deaths[0].nth = 1
		first := pick(l.rng, "send.before_inflight", "send.after_inflight", "send.after_post", "send.before_commit", "send.record_before_commit")
		l.deaths = append(l.deaths, death{point: first, nth: 1})
	}
	l.tell("dies: %+v", l.deaths)
	var mu sync.Mutex
	hits := map[string]int{}
	l.sender.CrashAt = func(point string) {
		mu.Lock()
		hits[point]++
		i := slices.IndexFunc(l.deaths, func(d death) bool { return d.point == point && d.nth == hits[point] })
		mu.Unlock()
		if i < 0 {
			return
		}
		l.reached.Store(point, true)
		if !l.deaths[i].zombie {
			runtime.Goexit()
		}
		l.doomed <- struct{}{}
		<-l.released
	}
}

func (l *life) rule() whatsapptest.Rule {
	raw := "bad gateway"
	switch l.rng.IntN(6) {
	case 0:
		return whatsapptest.Rule{Do: "hang"}
	case 1:
		return whatsapptest.Rule{Do: "hang", Accepted: true, Statuses: pick(l.rng, []string{}, []string{"sent", "delivered"})}
	case 2:
		return whatsapptest.Rule{Do: "reset_after_accept", Statuses: pick(l.rng, []string{}, []string{"delivered"}, []string{"sent", "read"})}
	case 3:
		return whatsapptest.Rule{Do: "error", HTTPStatus: 502, Raw: &raw}
	default:
		return whatsapptest.Rule{Do: "error", Code: pick(l.rng, codes...)}
	}
}

func (l *life) exec(sql string, args ...any) {
	_, err := l.pool.Exec(context.Background(), sql, args...)
	must(err)
}

// errDied is the error of an activity whose worker is gone, or seems to be.
var errDied = errors.New("the worker died")

// activity runs one, as a worker would, in a goroutine that may end at any point.
func activity[R, A any](l *life, name string, do func(context.Context, A) (R, error), arg A) (R, error) {
	type outcome struct {
		result R
		err    error
	}
	done := make(chan outcome, 1)
	l.running.Go(func() {
		out := outcome{err: errDied}
		defer func() { done <- out }()
		result, err := do(context.Background(), arg)
		out = outcome{result, err}
	})
	var out outcome
	select {
	case out = <-done:
	case <-l.doomed:
		out.err = errors.New("the worker seems dead")
	}
	l.tell("%s: %v %v", name, brief(out.result), out.err)
	return out.result, out.err
}

func brief(v any) any {
	switch v := v.(type) {
	case sending.Result:
		return fmt.Sprintf("%s attempt %d %s wait %s", v.State, v.Attempt, v.Reason, v.WaitFor)
	case sending.PlanResult:
		return fmt.Sprintf("%s %s send %v", v.Answer.Verdict.Code, v.Answer.Fault, v.Send != nil)
	}
	return v
}

// insist runs an activity that is retried without limit.
func insist[R, A any](l *life, name string, do func(context.Context, A) (R, error), arg A) R {
	for range 10 {
		result, err := activity(l, name, do, arg)
		if err == nil {
			return result
		}
		l.maybeRelease()
	}
	panic(name + " never succeeds")
}

func (l *life) maybeRelease() {
	if l.rng.IntN(3) == 0 {
		l.release()
	}
}

// drive does as the workflow does.
func (l *life) drive() {
	planned := insist(l, "plan", l.sender.Plan, l.plan)
	if planned.Send != nil {
		l.follow(*planned.Send)
	}
}

func (l *life) follow(r sending.Result) {
	for range 60 {
		asks := sending.SendRequest{ConversationID: l.id, SendID: r.SendID, Attempt: r.Attempt}
		switch {
		case r.State == sending.Planned:
			l.timePasses()
			sent, err := activity(l, "send", l.sender.Send, asks)
			if err != nil {
				l.maybeRelease()
				sent = insist(l, "settle", l.sender.Settle, asks)
			}
			r = sent
		case r.State == sending.Inflight:
			r = insist(l, "settle", l.sender.Settle, asks)
		case r.State == sending.Unknown && r.WaitFor > 0:
			if l.rng.IntN(2) == 0 {
				l.holding.Store(false)
				must(l.sim.Settle(context.Background()))
			}
			l.maybeRelease()
			r = insist(l, "finish", l.sender.Finish, asks)
		case r.Fallback != nil:
			r = *r.Fallback
		default:
			return
		}
	}
	panic("it never ends")
}

// timePasses: the waits that the steps ask for are over, and somebody has put the number in order.
func (l *life) timePasses() {
	l.exec(`UPDATE send_rates SET next_at = '-infinity', throttled_until = '-infinity'
		WHERE business_number_id = (SELECT id FROM business_numbers WHERE phone_number_id = $1)`, l.number)
	l.exec(`UPDATE pair_rates SET next_at = '-infinity', throttled_until = '-infinity' WHERE conversation_id = $1`, l.id)
	_, err := db.New(l.pool).ResumeNumber(context.Background(), l.number)
	must(err)
}

// calm lets everything come to its end: zombies, and webhooks that were held.
func (l *life) calm() {
	l.release()
	l.running.Wait()
	l.holding.Store(false)
	must(l.sim.Settle(context.Background()))
}

// check compares our books with the provider's.
func (l *life) check() {
	rows, err := l.pool.Query(context.Background(), `SELECT id, state, final, critical, possible_duplicate, origin FROM sends WHERE conversation_id = $1
		AND (id = $2 OR id = $3)`, l.id, l.plan.SendID, uuid.NewSHA1(l.plan.SendID, []byte("fallback")))
	must(err)
	defer rows.Close()
	n := 0
	for rows.Next() {
		n++
		var id uuid.UUID
		var state, origin string
		var final, critical, duplicate bool
		must(rows.Scan(&id, &state, &final, &critical, &duplicate, &origin))
		accepted, reported := l.accepted(id)
		l.tell("%s: %s final %v duplicate %v; the provider has accepted %d, reported on %d", origin, state, final, duplicate, accepted, reported)
		switch {
		case !slices.Contains([]string{"accepted", "refused", "failed", "unknown"}, state), state == "unknown" && !final:
			panic("it has no end")
		case accepted > 1 && (!critical || accepted > 2 || !duplicate):
			panic("it was sent more than once")
		case accepted > 0 && (state == "failed" || state == "refused"):
			panic("the provider has what we say was not sent")
		case reported > 0 && state != "accepted" && !l.loggedBeside(state, duplicate):
			panic("a status has not settled it")
		case accepted == 0 && state == "accepted":
			panic("the provider does not have what we say was accepted")
		}
		var outbound int
		must(l.pool.QueryRow(context.Background(), `SELECT count(*) FROM events e JOIN sends s ON s.message_id = e.id WHERE s.id = $1 AND e.kind = 'outbound'`, id).Scan(&outbound))
		if (outbound == 1) != (state == "accepted") {
			panic("the event log does not have its message")
		}
	}
	must(rows.Err())
	rows.Close()
	l.checkRecipient()
	var pending *string
	must(l.pool.QueryRow(context.Background(), `SELECT template_pending FROM conversations WHERE id = $1`, l.id).Scan(&pending))
	switch {
	case n == 0:
		panic("nothing was planned")
	case pending != nil:
		panic("the conversation still waits for a template")
	}
}

// loggedBeside: the status of one attempt came while the next was in flight, of which nobody knows what became. Then the send
// stays unknown, and the first message stands in the log by itself.
func (l *life) loggedBeside(state string, duplicate bool) bool {
	var messages int
	must(l.pool.QueryRow(context.Background(), `SELECT count(*) FROM events WHERE conversation_id = $1 AND kind = 'outbound'`, l.id).Scan(&messages))
	return state == "unknown" && duplicate && messages > 0
}

// accepted says how many messages of a send the provider has accepted, and on how many of them it has reported.
func (l *life) accepted(send uuid.UUID) (accepted, reported int) {
	for _, m := range l.sim.Messages() {
		var body struct {
			Opaque string `json:"biz_opaque_callback_data"`
		}
		must(json.Unmarshal(m.Body, &body))
		if strings.HasPrefix(body.Opaque, send.String()+"/") {
			accepted++
			reported += min(len(m.Statuses), 1)
		}
	}
	return accepted, reported
}
