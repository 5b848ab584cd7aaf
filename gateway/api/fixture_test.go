package api_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/db/dbtest"
	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/gateway/live"
	"reengage/intake"
	book "reengage/ledger"
	"reengage/tariff"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const (
	key    = "key-of-the-test"
	number = "106540352242922"
)

// fixture is an API on a database of its own, with one business number.
type fixture struct {
	t      *testing.T
	pool   *pgxpool.Pool
	api    *api.API
	ledger *book.Ledger
	engine *fakeEngine
	server *httptest.Server
	number uuid.UUID
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	pool := dbtest.New(t)
	f := &fixture{t: t, pool: pool}
	f.serve(intake.New(pool, clock.Clock{}, quiet))
	f.number = f.addNumber(number)
	return f
}

var quiet = slog.New(slog.DiscardHandler)

func (f *fixture) serve(s api.Store) {
	cards, err := tariff.ShippedCards()
	require.NoError(f.t, err)
	f.ledger = book.New(f.pool, cards, tariff.DefaultEntryPoint, quiet)
	f.engine = &fakeEngine{}
	feed := live.New(live.Options{Pool: f.pool, Log: quiet, Poll: 10 * time.Millisecond, KeepAlive: 100 * time.Millisecond, Recheck: 50 * time.Millisecond})
	f.api = api.New(api.Deps{Pool: f.pool, Store: s, Engine: f.engine, Ledger: f.ledger, Live: feed, Keys: []string{"another-key", key},
		Stored: &access.Keys{Pool: f.pool}, Log: quiet})
	mux := http.NewServeMux()
	f.api.Register(mux)
	f.server = httptest.NewServer(mux)
	f.t.Cleanup(f.server.Close)
	f.t.Cleanup(feed.Close) // before the server, which waits for its streams
}

func (f *fixture) exec(sql string, args ...any) {
	f.t.Helper()
	_, err := f.pool.Exec(f.t.Context(), sql, args...)
	require.NoError(f.t, err)
}

func (f *fixture) addNumber(phoneNumberID string) uuid.UUID {
	f.t.Helper()
	id := uuid.New()
	f.exec(`INSERT INTO business_numbers (id, phone_number_id, display, created_at) VALUES ($1, $2, '+1 202 555 0100', now())`,
		id, phoneNumberID)
	return id
}

// someone is a conversation as a test wants it; zero times have not happened.
type someone struct {
	name, phone, bsuid        string
	number                    uuid.UUID // zero: the fixture's
	opened, inbound, outbound time.Time
	disputed, template        time.Time
	pending                   string
}

// add makes the conversation and returns its id.
func (f *fixture) add(s someone) uuid.UUID {
	f.t.Helper()
	contact, conversation := uuid.New(), uuid.New()
	if s.phone == "" && s.bsuid == "" {
		s.bsuid = "US." + contact.String()
	}
	if s.number == uuid.Nil {
		s.number = f.number
	}
	if s.opened.IsZero() {
		s.opened = s.inbound
	}
	f.exec(`INSERT INTO contacts (id, name, phone, bsuid, created_at) VALUES ($1, $2, nullif($3, ''), nullif($4, ''), now())`,
		contact, s.name, s.phone, s.bsuid)
	f.exec(`INSERT INTO conversations (id, business_number_id, contact_id, created_at, opened_at, last_inbound_at,
			expires_at, last_outbound_at, disputed_at, template_accepted_at, template_pending)
		VALUES ($1, $2, $3, '2026-01-01', $4, $5, $5::timestamptz + interval '24 hours', $6, $7, $8, nullif($9, ''))`,
		conversation, s.number, contact, orNil(s.opened), orNil(s.inbound), orNil(s.outbound), orNil(s.disputed),
		orNil(s.template), s.pending)
	return conversation
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// noon is the moment at which tests look, unless they say otherwise.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// call sends a request with the key and decodes the answer into out, which may be nil.
func (f *fixture) call(method, path, body string, out any) *http.Response {
	f.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, f.server.URL+path, strings.NewReader(body))
	require.NoError(f.t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	return f.do(req, out)
}

func (f *fixture) do(req *http.Request, out any) *http.Response {
	f.t.Helper()
	res, err := http.DefaultClient.Do(req)
	require.NoError(f.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(f.t, err)
	if out != nil {
		require.NoError(f.t, json.Unmarshal(text, out), "%s", text)
	}
	return res
}
