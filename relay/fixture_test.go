package relay

import (
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
	"go.temporal.io/sdk/client"

	"reengage/workflows/contract"
)

var silent = slog.New(slog.DiscardHandler)

// firstAt is when the first message of each test occurred.
var firstAt = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// store is a database with one business number, in which a test does what intake does.
type store struct {
	t      testing.TB
	pool   *pgxpool.Pool
	number uuid.UUID
}

func newStore(t testing.TB, pool *pgxpool.Pool) *store {
	s := &store{t, pool, uuid.New()}
	s.exec(`INSERT INTO business_numbers (id, phone_number_id, display, created_at) VALUES ($1, '100200300', '+1 555 0100', $2)`,
		s.number, firstAt)
	return s
}

func (s *store) exec(sql string, args ...any) {
	s.t.Helper()
	_, err := s.pool.Exec(context.Background(), sql, args...)
	require.NoError(s.t, err)
}

// conversations makes n of them, with people who do not exist.
func (s *store) conversations(n int) []uuid.UUID {
	s.t.Helper()
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = uuid.New()
		contact := uuid.New()
		s.exec(`INSERT INTO contacts (id, name, phone, created_at) VALUES ($1, 'Nobody At All', $2, $3)`,
			contact, fmt.Sprintf("1555019%04d", i), firstAt)
		s.exec(`INSERT INTO conversations (id, business_number_id, contact_id, created_at, opened_at, last_inbound_at, expires_at)
			VALUES ($1, $2, $3, $4, $4, $4, $4::timestamptz + interval '24 h')`, ids[i], s.number, contact, firstAt)
	}
	return ids
}

// messages stores n inbound messages, a second apart, as intake does: events and lease in one transaction, then a
// notification.
func (s *store) messages(conversation uuid.UUID, n int, from time.Time) {
	s.t.Helper()
	s.exec(`WITH stored AS (
			INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at,
			                    opens_window, wamid, market, content, needs_signal)
			SELECT gen_random_uuid(), 'inbound', 'text', 'webhook', $1, $2, $3::timestamptz + i * interval '1 s', $3, true,
			       'wamid.personal', 'US', '{"text":"personal"}', true
			FROM generate_series(0, $4::int - 1) i ORDER BY random()
		), touched AS (`+touchLease+`)
		SELECT pg_notify('reengage_relay', '')`, s.number, conversation, from, n)
}

// touchLease is what intake does for a conversation ($2) with a new event. Taking the row's lock is the point of the
// update.
const touchLease = `INSERT INTO relay_lease (conversation_id, pending_since) VALUES ($2, clock_timestamp())
	ON CONFLICT (conversation_id) DO UPDATE SET pending_since = relay_lease.pending_since`

// event stores one event of a kind and returns its id.
func (s *store) event(conversation uuid.UUID, kind, typ string, at time.Time, category string, code int) uuid.UUID {
	s.t.Helper()
	id := uuid.New()
	s.exec(`WITH stored AS (
			INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at, wamid,
			                    category, error_code, message_id, needs_signal)
			SELECT $3, $4, $5, 'webhook', $1, $2, $6::timestamptz, $6::timestamptz + interval '2 s', 'wamid.personal',
			       nullif($7, ''), nullif($8::int, 0), CASE WHEN $4 = 'status' THEN gen_random_uuid() END, true
		)
		`+touchLease, s.number, conversation, id, kind, typ, at, category, code)
	return id
}

func (s *store) count(sql string, args ...any) (n int) {
	s.t.Helper()
	require.NoError(s.t, s.pool.QueryRow(context.Background(), sql, args...).Scan(&n))
	return n
}

func (s *store) pending() int {
	return s.count(`SELECT count(*) FROM events WHERE needs_signal AND signalled_at IS NULL`)
}

func (s *store) leases() int { return s.count(`SELECT count(*) FROM relay_lease`) }

// fakeTemporal keeps what it is told and fails when the test says so.
type fakeTemporal struct {
	fail func(call) error // nil: never; called outside the lock

	mu         sync.Mutex
	calls      []call
	underWay   map[string]bool
	overlapped bool // two calls for one workflow at once
}

type call struct {
	workflowID, signal string
	payload            string
	options            client.StartWorkflowOptions
	input              contract.ConversationInput
	runOnly            bool // without a start
	err                error
}

func (f *fakeTemporal) SignalWithStartWorkflow(_ context.Context, workflowID, signalName string, arg any,
	options client.StartWorkflowOptions, _ any, args ...any,
) (client.WorkflowRun, error) {
	payload, err := json.Marshal(arg)
	if err != nil {
		return nil, err
	}
	c := call{workflowID: workflowID, signal: signalName, payload: string(payload), options: options,
		input: args[0].(contract.ConversationInput)}
	f.mu.Lock()
	if f.underWay == nil {
		f.underWay = map[string]bool{}
	}
	f.overlapped = f.overlapped || f.underWay[workflowID]
	f.underWay[workflowID] = true
	f.mu.Unlock()
	if f.fail != nil {
		c.err = f.fail(c)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.underWay[workflowID] = false
	f.calls = append(f.calls, c)
	return nil, c.err
}

// SignalWorkflow finds a run where the test has one.
func (f *fakeTemporal) SignalWorkflow(_ context.Context, workflowID, _, signalName string, arg any) error {
	payload, err := json.Marshal(arg)
	if err != nil {
		return err
	}
	c := call{workflowID: workflowID, signal: signalName, payload: string(payload), runOnly: true}
	if f.fail != nil {
		c.err = f.fail(c)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, c)
	return c.err
}

func (f *fakeTemporal) all() []call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]call(nil), f.calls...)
}

// told returns the events of the messages that a workflow was told of, in order, and when they occurred.
func (f *fakeTemporal) told(t testing.TB, id uuid.UUID) (events []string, at []time.Time) {
	for _, c := range f.all() {
		if c.workflowID != contract.ConversationWorkflowID(id) || c.err != nil || c.signal == contract.SignalSendOutcome {
			continue
		}
		var s struct {
			Messages []contract.InboundMessage `json:"messages"`
		}
		require.NoError(t, json.Unmarshal([]byte(c.payload), &s))
		for _, m := range s.Messages {
			events, at = append(events, m.EventID), append(at, m.OccurredAt)
		}
	}
	return events, at
}

func newRelay(s *store, temporal Signaller, change ...func(*Options)) *Relay {
	o := Options{Pool: s.pool, Temporal: temporal, Log: silent}
	for _, c := range change {
		c(&o)
	}
	return New(o)
}

// start runs the relay until the test ends, or stop is called.
func start(t testing.TB, r *Relay) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	t.Cleanup(stop)
	return stop
}

func eventually(t testing.TB, condition func() bool, what string) {
	t.Helper()
	require.Eventually(t, condition, time.Minute, 5*time.Millisecond, what) // a lease may have to run out first
}
