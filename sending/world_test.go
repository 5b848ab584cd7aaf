package sending_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/conversation"
	"reengage/db"
	"reengage/db/dbtest"
	"reengage/intake"
	"reengage/ledger"
	"reengage/sending"
	"reengage/whatsapp"
	"reengage/whatsapp/cloudapi"
	"reengage/whatsapp/template"
	"reengage/workflows/contract"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const (
	shop   = "106540000000001" // a business number
	branch = "106540000000002" // another one
	waba   = "102290000000001"
	ada    = "447700900101" // a contact's phone

	adasBSUID = "GB.1234567890"
)

// world is a database with business numbers, a provider that answers as it is told, and a Sender between the two.
type world struct {
	*testing.T
	pool     *pgxpool.Pool
	store    *intake.Store
	provider *provider
	quotes   *quotes
	*sending.Sender
}

func newWorld(t *testing.T, change ...func(*sending.Options)) *world {
	return open(t, dbtest.New(t), change...)
}

func open(t *testing.T, pool *pgxpool.Pool, change ...func(*sending.Options)) *world {
	w := &world{T: t, pool: pool, provider: &provider{}, quotes: &quotes{micros: 50_000}}
	o := sending.Options{Pool: pool, Quoter: w.quotes, Provider: w.provider, Log: slog.New(slog.DiscardHandler), Clock: clock.Clock{}}
	for _, c := range change {
		c(&o)
	}
	w.store = intake.New(pool, o.Clock, o.Log)
	o.Intake = w.store
	w.Sender = sending.New(o)
	for _, number := range []string{shop, branch} {
		w.exec(`INSERT INTO business_numbers (id, phone_number_id, waba_id, created_at) VALUES (gen_random_uuid(), $1, $2, now())`, number, waba)
	}
	w.template("come_back", "marketing", "approved", "Hello {{1}}, we are still here.")
	w.template("order_update", "utility", "approved", "Your order is on its way.")
	return w
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.pool.Exec(context.Background(), sql, args...)
	require.NoError(w, err)
}

func (w *world) template(name, category, status, body string) {
	w.Helper()
	components, err := json.Marshal([]template.Component{{Type: "BODY", Text: body}})
	require.NoError(w, err)
	w.exec(`INSERT INTO templates (waba_id, name, language, status, category, components, changed_at, listed_at)
		VALUES ($1, $2, 'en', $3, $4, $5, now() - interval '1 day', now() - interval '1 day')`, waba, name, status, category, components)
}

var wamids struct {
	sync.Mutex
	n int
}

func newWAMID() string {
	wamids.Lock()
	defer wamids.Unlock()
	wamids.n++
	return fmt.Sprintf("wamid.%06d", wamids.n)
}

// writes is a message of the contact's, some time ago; it returns the conversation.
func (w *world) writes(number, phone string, ago time.Duration) uuid.UUID {
	w.Helper()
	return w.writesAs(number, intake.Identity{Phone: phone, Name: "Ada  Muster"}, ago)
}

func (w *world) writesAs(number string, who intake.Identity, ago time.Duration) uuid.UUID {
	w.Helper()
	now := time.Now()
	stored, err := w.store.Messages(context.Background(), intake.FromAPI, now, []intake.Message{{Kind: intake.Inbound, PhoneNumberID: number,
		Who: who, ID: newWAMID(), OccurredAt: w.Clock.At(now).Add(-ago), Type: "text", Text: "Hello"}})
	require.NoError(w, err)
	return stored[0].ConversationID
}

func (w *world) consents(id uuid.UUID, category string, in bool) {
	w.Helper()
	w.exec(`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at)
		SELECT contact_id, $2, $3, 'form', $4 FROM conversations WHERE id = $1`, id, category, in, w.Clock.At(time.Now()))
}

// plans plans a send as the workflow does.
func (w *world) plans(r sending.PlanRequest) sending.PlanResult {
	w.Helper()
	if r.SendID == (uuid.UUID{}) {
		r.SendID = uuid.New()
	}
	if r.Origin == "" {
		r.Origin = sending.FromRequest
	}
	result, err := w.Plan(w.Context(), r)
	require.NoError(w, err)
	return result
}

func (w *world) saysTo(id uuid.UUID, text string) sending.Result {
	w.Helper()
	planned := w.plans(sending.PlanRequest{ConversationID: id, Text: text})
	require.Equal(w, conversation.Allowed, planned.Answer.Verdict.Code, planned.Answer.Verdict.Sentence)
	require.NotNil(w, planned.Send)
	return *planned.Send
}

func comeBack(parameters string) *contract.Template {
	return &contract.Template{Name: "come_back", Language: "en", Parameters: json.RawMessage(parameters)}
}

func update() *contract.Template { return &contract.Template{Name: "order_update", Language: "en"} }

func requestOf(id uuid.UUID, r sending.Result) sending.SendRequest {
	return sending.SendRequest{ConversationID: id, SendID: r.SendID, Attempt: r.Attempt}
}

func (w *world) sends(id uuid.UUID, r sending.Result) sending.Result {
	w.Helper()
	result, err := w.Send(w.Context(), requestOf(id, r))
	require.NoError(w, err)
	return result
}

func (w *world) settles(id uuid.UUID, r sending.Result) sending.Result {
	w.Helper()
	result, err := w.Settle(w.Context(), requestOf(id, r))
	require.NoError(w, err)
	return result
}

func (w *world) finishes(id uuid.UUID, r sending.Result) sending.Result {
	w.Helper()
	result, err := w.Finish(w.Context(), requestOf(id, r))
	require.NoError(w, err)
	return result
}

// row is what is stored of a send.
type row struct {
	State, Reason, Origin, Category string
	Attempt                         int
	Final, Duplicate                bool
	Code                            int
	Details                         string
	Template                        contract.Template
	ReplacedBy                      uuid.UUID
}

func (w *world) row(id uuid.UUID) (r row) {
	w.Helper()
	var replaced *uuid.UUID
	var raw []byte
	require.NoError(w, w.pool.QueryRow(context.Background(), `SELECT state, coalesce(reason, ''), origin, coalesce(category, ''), attempt, final,
		possible_duplicate, coalesce(error_code, 0), coalesce(error_details, ''), coalesce(template, '{}'), replaced_by FROM sends WHERE id = $1`, id).Scan(
		&r.State, &r.Reason, &r.Origin, &r.Category, &r.Attempt, &r.Final, &r.Duplicate, &r.Code, &r.Details, &raw, &replaced))
	require.NoError(w, json.Unmarshal(raw, &r.Template))
	if replaced != nil {
		r.ReplacedBy = *replaced
	}
	return r
}

func (w *world) one(sql string, args ...any) (value string) {
	w.Helper()
	require.NoError(w, w.pool.QueryRow(context.Background(), sql, args...).Scan(&value))
	return value
}

// decisions are the codes of what was decided about a send, in order.
func (w *world) decisions(send uuid.UUID) (codes []string) {
	w.Helper()
	rows, err := w.pool.Query(context.Background(), `SELECT code FROM decisions WHERE send_id = $1 ORDER BY id`, send)
	require.NoError(w, err)
	defer rows.Close()
	for rows.Next() {
		var code string
		require.NoError(w, rows.Scan(&code))
		codes = append(codes, code)
	}
	return codes
}

// provider answers as it is told, and accepts whatever it is not told about.
type provider struct {
	mu        sync.Mutex
	answers   []answer
	sent      []cloudapi.Message
	templates []template.Template
	listing   error
}

type answer func(ctx context.Context, m cloudapi.Message) (cloudapi.Accepted, error)

func (p *provider) answer(with ...answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers = append(p.answers, with...)
}

func (p *provider) Send(ctx context.Context, m cloudapi.Message) (cloudapi.Accepted, error) {
	p.mu.Lock()
	p.sent = append(p.sent, m)
	next := answer(func(context.Context, cloudapi.Message) (cloudapi.Accepted, error) {
		return cloudapi.Accepted{WAMID: newWAMID()}, nil
	})
	if len(p.answers) > 0 {
		next, p.answers = p.answers[0], p.answers[1:]
	}
	p.mu.Unlock()
	return next(ctx, m)
}

// forget takes back the answers that nobody has asked for.
func (p *provider) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers = nil
}

func (p *provider) posts() []cloudapi.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]cloudapi.Message(nil), p.sent...)
}

func (p *provider) ListTemplates(context.Context, string) ([]template.Template, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.templates, p.listing
}

// refusing answers with a Graph error.
func refusing(code int) answer {
	return func(context.Context, cloudapi.Message) (cloudapi.Accepted, error) {
		return cloudapi.Accepted{}, &cloudapi.SendError{Outcome: cloudapi.NotSent,
			Failure: cloudapi.Failure{Code: code, HasCode: true, Class: whatsapp.ClassOf(code), Reason: cloudapi.ReasonGraphError}}
	}
}

// silent gives no answer.
func silent(context.Context, cloudapi.Message) (cloudapi.Accepted, error) {
	return cloudapi.Accepted{}, &cloudapi.SendError{Outcome: cloudapi.Unknown,
		Failure: cloudapi.Failure{Class: whatsapp.ClassRetry, Reason: cloudapi.ReasonTimeout}}
}

// quotes prices every template alike.
type quotes struct {
	mu       sync.Mutex
	micros   int64
	currency string // empty: EUR
	err      error
	asked    int
}

func (q *quotes) Quote(context.Context, *db.Queries, ledger.QuoteRequest) (ledger.Quote, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asked++
	return ledger.Quote{Scheme: "meta-pmp-2026", Rule: "P2", AmountMicros: q.micros, Currency: cmp.Or(q.currency, "EUR")}, q.err
}
