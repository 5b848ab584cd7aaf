package console_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
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
	"reengage/conversation"
	"reengage/db/dbtest"
	"reengage/engine"
	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/gateway/console"
	"reengage/intake"
	"reengage/ledger"
	"reengage/tariff"
	"reengage/workflows/contract"
)

// noon is when tests look, unless they say otherwise; their clock stands still.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// The people of these tests.
var (
	grace  = access.Principal{Kind: access.ByUser, ID: uuid.MustParse("0190a0b0-0000-7000-8000-000000000001"), Name: "Grace Example", Scopes: access.Agent.Scopes()}
	joan   = access.Principal{Kind: access.ByUser, ID: uuid.MustParse("0190a0b0-0000-7000-8000-000000000002"), Name: "Joan Example", Scopes: access.Agent.Scopes()}
	viewer = access.Principal{Kind: access.ByUser, ID: uuid.MustParse("0190a0b0-0000-7000-8000-000000000003"), Name: "Mary Example", Scopes: access.Viewer.Scopes()}
)

// site is the console on the real API and a database of its own; of the workflows there is only a likeness.
type site struct {
	t      *testing.T
	pool   *pgxpool.Pool
	engine *likeness
	number uuid.UUID
	mux    atomic.Pointer[http.ServeMux]
}

func newSite(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	s := &site{t: t, pool: dbtest.New(t), number: uuid.New()}
	s.engine = &likeness{pool: s.pool, answers: map[string]answered{}}
	s.exec(`INSERT INTO business_numbers (id, phone_number_id, display, created_at, waba_id, time_zone)
		VALUES ($1, '106540352242922', '+1 202 555 0100', now(), 'waba', 'Europe/London')`, s.number)
	s.at(noon)
	return s
}

// at has the clock stand at now.
func (s *site) at(now time.Time) {
	s.t.Helper()
	still := clock.Clock{Anchor: now, Wall: time.Now(), Scale: 1e-9}
	quiet := slog.New(slog.DiscardHandler)
	cards, err := tariff.ShippedCards()
	require.NoError(s.t, err)
	mux := http.NewServeMux()
	api.New(api.Deps{Pool: s.pool, Store: intake.New(s.pool, still, quiet), Engine: s.engine, Clock: still, Log: quiet,
		Ledger: ledger.New(s.pool, cards, tariff.DefaultEntryPoint, quiet)}).Register(mux)
	console.New(console.Deps{API: mux, Clock: still, TemporalUI: "https://temporal.example/", TemporalNamespace: "shop", Log: quiet}).Register(mux)
	s.engine.at(now)
	s.mux.Store(mux)
}

func (s *site) exec(sql string, args ...any) {
	s.t.Helper()
	_, err := s.pool.Exec(s.t.Context(), sql, args...)
	require.NoError(s.t, err)
}

// add makes a conversation whose contact last wrote at inbound; zero: never.
func (s *site) add(name string, inbound time.Time) uuid.UUID {
	s.t.Helper()
	contact, id := uuid.New(), uuid.New()
	s.exec(`INSERT INTO contacts (id, name, phone, market, created_at) VALUES ($1, $2, '447700900123', 'GB', now())`, contact, name)
	s.exec(`INSERT INTO conversations (id, business_number_id, contact_id, created_at) VALUES ($1, $2, $3, '2026-01-01')`, id, s.number, contact)
	if !inbound.IsZero() {
		s.exec(`UPDATE conversations SET opened_at = $2, last_inbound_at = $2, expires_at = $2::timestamptz + interval '24 hours' WHERE id = $1`, id, inbound)
		s.says(id, "Is it still there?", inbound)
	}
	return id
}

// says stores a message of the contact.
func (s *site) says(id uuid.UUID, text string, at time.Time) {
	s.t.Helper()
	s.exec(`INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at, opens_window, wamid, content)
		VALUES (gen_random_uuid(), 'inbound', 'text', 'webhook', $1, $2, $3, $3, true, gen_random_uuid(), jsonb_build_object('text', $4::text))`, s.number, id, at, text)
}

// template adds an approved one.
func (s *site) template(name, category, body string) {
	s.t.Helper()
	s.exec(`INSERT INTO templates (waba_id, name, language, status, category, quality, changed_at, components)
		VALUES ('waba', $1, 'en_GB', 'approved', $2, 'green', $3, jsonb_build_array(jsonb_build_object('type', 'BODY', 'text', $4::text)))`, name, category, noon, body)
}

// see asks for a page.
func (s *site) see(who access.Principal, path string) *httptest.ResponseRecorder {
	s.t.Helper()
	return s.send(who, http.MethodGet, path, nil, false)
}

// do posts a form, as a browser without scripts does.
func (s *site) do(who access.Principal, path string, form url.Values) *httptest.ResponseRecorder {
	s.t.Helper()
	return s.send(who, http.MethodPost, path, form, false)
}

func (s *site) send(who access.Principal, method, path string, form url.Values, htmx bool) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequestWithContext(access.With(s.t.Context(), who), method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if htmx {
		r.Header.Set("HX-Request", "true")
	}
	w := httptest.NewRecorder()
	s.mux.Load().ServeHTTP(w, r)
	return w
}

var keyField = regexp.MustCompile(`name="key" value="([^"]+)"`)

// keyOn is the key of the first form that has one, which on a conversation's page is in the order of the page.
func keyOn(t *testing.T, page, action string) string {
	t.Helper()
	_, form, found := strings.Cut(page, `action="`+action+`"`)
	require.True(t, found, "a form for %s", action)
	match := keyField.FindStringSubmatch(form)
	require.NotNil(t, match)
	return match[1]
}

// likeness answers as a workflow does whose gate lets everything through: a request's first answer is its answer for ever. What it
// plans is in the database, as the worker's would be.
type likeness struct {
	pool   *pgxpool.Pool
	err    error
	refuse *conversation.Verdict

	lock    sync.Mutex
	now     time.Time
	carried []any // out
	answers map[string]answered
}

func (l *likeness) at(now time.Time) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.now = now
}

// asked are the requests that were carried out.
func (l *likeness) asked() []any {
	l.lock.Lock()
	defer l.lock.Unlock()
	return slices.Clone(l.carried)
}

type answered struct {
	payload any
	answer  contract.Answer
}

func (l *likeness) Request(ctx context.Context, id uuid.UUID, _, requestID string, ask engine.Ask) (contract.Answer, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	payload := ask(contract.Request{ID: requestID})
	if l.err != nil {
		return contract.Answer{}, l.err
	}
	if before, known := l.answers[requestID]; known {
		if !reflect.DeepEqual(before.payload, payload) {
			return contract.Answer{Fault: contract.FaultRequestReused}, nil
		}
		before.answer.Repeated = true
		return before.answer, nil
	}
	answer := contract.Answer{Verdict: conversation.Verdict{Code: conversation.Allowed, Rule: "W5", Sentence: "the window is open"}}
	if l.refuse != nil {
		answer.Verdict = *l.refuse
	} else {
		l.carried = append(l.carried, payload)
		if m, is := payload.(contract.SendMessage); is {
			answer.SendID = new(uuid.New())
			if err := l.plan(ctx, id, *answer.SendID, m.Text); err != nil {
				return answer, err
			}
		}
	}
	l.answers[requestID] = answered{payload, answer}
	return answer, nil
}

func (l *likeness) plan(ctx context.Context, conversation, send uuid.UUID, text string) error {
	made, err := l.pool.Exec(ctx, `INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, text, state, planned_at, not_after)
		SELECT $1, c.id, c.business_number_id, c.contact_id, 'request', 'freeform', $3, 'planned', $4, $4::timestamptz + interval '1 hour'
		FROM conversations c WHERE c.id = $2`, send, conversation, text, l.now)
	if err == nil && made.RowsAffected() == 0 {
		return intake.ErrUnknownConversation
	}
	return err
}
