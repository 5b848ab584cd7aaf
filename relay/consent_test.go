package relay

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"reengage/db/dbtest"
	"reengage/devstack/temporal/temporaltest"
	"reengage/workflows/contract"
)

// says stores a message of the contact with a keyword, and what intake records with it.
func (s *store) says(conversation uuid.UUID, keyword string, at time.Time) uuid.UUID {
	s.t.Helper()
	id := uuid.New()
	s.exec(`WITH stored AS (
			INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at, keyword, needs_signal)
			VALUES ($3, 'inbound', 'text', 'webhook', $1, $2, $4, $4, $5, true)
		), recorded AS (
			INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at)
			SELECT contact_id, 'marketing', $5 = 'start', 'keyword', $4 FROM conversations WHERE id = $2
		)
		`+touchLease, s.number, conversation, id, at, keyword)
	return id
}

// notice stores what a run is to be told of.
func (s *store) notice(conversation uuid.UUID, typ, category, keyword string) uuid.UUID {
	s.t.Helper()
	id := uuid.New()
	s.exec(`WITH stored AS (
			INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at, category, keyword,
			                    content, needs_signal)
			VALUES ($3, 'notice', $4, 'api', $1, $2, $5, $5, nullif($6, ''), nullif($7, ''), '{"consent_source": "form"}', true)
		)
		`+touchLease, s.number, conversation, id, typ, firstAt, category, keyword)
	return id
}

func (s *store) optIn(conversation uuid.UUID, in bool, at time.Time) {
	s.t.Helper()
	s.exec(`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at)
		SELECT contact_id, 'utility', $2, 'form', $3 FROM conversations WHERE id = $1`, conversation, in, at)
}

// A run takes the last that it hears for what holds, and signals keep no order with what was said: so of what the contact
// has taken back by now nothing is told.
func TestOnlyTheWordThatHoldsIsTold(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	id := s.conversations(1)[0]
	start := s.says(id, "start", firstAt.Add(time.Minute)) // arrived first
	stop := s.says(id, "stop", firstAt)
	temporal := &fakeTemporal{}
	require.NoError(t, newRelay(s, temporal).Drain(t.Context()))
	calls := temporal.all()
	require.Len(t, calls, 1)
	require.JSONEq(t, `{"messages":[
		{"event_id":"`+stop.String()+`","occurred_at":"2026-11-20T09:00:00Z","received_at":"2026-11-20T09:00:00Z","type":"text"},
		{"event_id":"`+start.String()+`","occurred_at":"2026-11-20T09:01:00Z","received_at":"2026-11-20T09:01:00Z","type":"text","keyword":"start"}
	]}`, calls[0].payload)
	require.EqualValues(t, "in", calls[0].input.Loaded.Permissions.Marketing)
}

func TestARunHearsOfConsentAndSettingsAndNobodyIsStartedForIt(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	id := s.conversations(1)[0]
	s.optIn(id, true, firstAt)
	told := s.notice(id, "consent_changed", "utility", "start")
	s.notice(id, "consent_changed", "utility", "stop") // taken back
	s.notice(id, "settings_changed", "", "")
	s.notice(id, "settings_changed", "", "")
	s.exec(`UPDATE business_numbers SET settings = '{"reminders": {"always": true}}'`)
	temporal := &fakeTemporal{}
	require.NoError(t, newRelay(s, temporal).Drain(t.Context()))
	calls := temporal.all()
	require.Len(t, calls, 2)
	require.Equal(t, []any{"consent_changed", true, "settings_changed", true},
		[]any{calls[0].signal, calls[0].runOnly, calls[1].signal, calls[1].runOnly})
	require.JSONEq(t, `{"event_id":"`+told.String()+`","category":"utility","opted_in":true,"source":"form",
		"occurred_at":"2026-11-20T09:00:00Z"}`, calls[0].payload)
	require.JSONEq(t, `{"reminders":{"always":true}}`, calls[1].payload)
	require.Zero(t, s.pending())
	require.Zero(t, s.leases())
}

func TestAConversationWithoutARunCountsAsTold(t *testing.T) {
	for name, c := range map[string]struct {
		err     error
		pending int
	}{
		"no run":       {serviceerror.NewNotFound("workflow not found"), 0},
		"no namespace": {serviceerror.NewNamespaceNotFound("reengage"), 1},
		"another":      {errors.New("what is this"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, dbtest.New(t))
			s.notice(s.conversations(1)[0], "settings_changed", "", "")
			temporal := &fakeTemporal{fail: func(call) error { return c.err }}
			err := newRelay(s, temporal).Drain(t.Context())
			require.Equal(t, c.err != nil && name == "no namespace", err != nil)
			require.Equal(t, c.pending, s.pending())
		})
	}
}

// The same against a server: its answers are what the cases above assume.
func TestARealServerHasNoRunToTell(t *testing.T) {
	ns := temporaltest.New(t)
	s := newStore(t, dbtest.New(t))
	s.notice(s.conversations(1)[0], "settings_changed", "", "")
	require.NoError(t, newRelay(s, ns.Client).Drain(t.Context()))
	require.Zero(t, s.pending())
}

func TestAStatusThatSettlesASendSaysWhichOne(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	id := s.conversations(1)[0]
	send := uuid.New()
	status := uuid.New()
	s.exec(`WITH stored AS (
			INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at, message_id, send_id,
			                    send_attempt, needs_signal)
			VALUES ($3, 'status', 'delivered', 'webhook', $1, $2, $4, $4, $5, $6, 1, true)
		)
		`+touchLease, s.number, id, status, firstAt, uuid.New(), send)
	temporal := &fakeTemporal{}
	require.NoError(t, newRelay(s, temporal).Drain(t.Context()))
	calls := temporal.all()
	require.Len(t, calls, 1)
	require.Equal(t, contract.SignalSendOutcome, calls[0].signal)
	require.Contains(t, calls[0].payload, `"send_id":"`+send.String()+`"`)
	require.Contains(t, calls[0].payload, `"status":"delivered"`)
	require.Contains(t, calls[0].payload, `"facts":{"opened_at"`)
	for state, want := range map[string]string{"sent": "sent", "read": "read", "failed": "failed", "played": "read", "warped": "sent"} {
		require.Equal(t, want, statusOf(state))
	}
}
