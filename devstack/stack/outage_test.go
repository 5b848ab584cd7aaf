package stack_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"reengage/devstack/stack"
	"reengage/whatsapp/whatsapptest"
	"reengage/workflows/contract"
)

func count(t *testing.T, s *stack.Stack, query string, args ...any) (n int) {
	t.Helper()
	require.NoError(t, s.Pool.QueryRow(t.Context(), query, args...).Scan(&n))
	return n
}

func TestWhileTemporalIsAwayMessagesAreTakenAndCaughtUpWithLater(t *testing.T) {
	t.Parallel()
	s := startStack(t)
	s.KillTemporal()
	for i := range 20 {
		_, err := s.Simulator.Inbound(t.Context(), whatsapptest.Inbound{From: fmt.Sprintf("120255501%02d", i), Text: "Hello?"})
		require.NoError(t, err)
	}
	for _, w := range s.Simulator.Webhooks() {
		require.True(t, w.Acknowledged)
		require.Equal(t, 1, w.Attempts, "Temporal is none of the provider's business")
	}
	require.Equal(t, 20, count(t, s, `SELECT count(*) FROM events WHERE needs_signal AND signalled_at IS NULL`))
	require.NoError(t, s.RestartTemporal(t.Context()))
	settle(t, s)
	accountFor(t, s)
}

func TestWhilePostgresIsAwayNothingIsAcknowledgedAndNothingIsLost(t *testing.T) {
	t.Parallel()
	s := startStack(t)
	s.KillPostgres()
	_, err := s.Simulator.Inbound(t.Context(), whatsapptest.Inbound{From: "12025550140", Text: "Hello?"})
	require.NoError(t, err)
	webhooks := s.Simulator.Webhooks()
	require.False(t, webhooks[0].Acknowledged)
	require.Equal(t, 503, webhooks[0].LastStatus)
	require.NoError(t, s.RestartPostgres(t.Context()))
	require.NoError(t, s.Simulator.Settle(t.Context()))
	settle(t, s)
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM events WHERE kind = 'inbound'`))
	accountFor(t, s)
}

func TestAMessageSignalledDirectlyEndsInTheSameRows(t *testing.T) {
	t.Parallel()
	s := startStack(t)
	// The conversation exists; the message does not pass the gateway.
	_, err := s.Simulator.Inbound(t.Context(), whatsapptest.Inbound{From: "12025550150", Text: "By webhook", At: s.Now().Add(-48 * time.Hour)})
	require.NoError(t, err)
	settle(t, s)
	var id uuid.UUID
	require.NoError(t, s.Pool.QueryRow(t.Context(), `SELECT id FROM conversations`).Scan(&id))
	for range 2 { // the same message twice
		_, err = s.Temporal.SignalWithStartWorkflow(t.Context(), contract.ConversationWorkflowID(id), contract.SignalInbound,
			map[string]any{"messages": []map[string]any{
				{"id": "direct-1", "occurred_at": s.Now(), "type": "text", "text": "Directly"},
				{"id": "", "occurred_at": s.Now(), "type": "text"}, // not a message
			}},
			client.StartWorkflowOptions{TaskQueue: contract.TaskQueue}, contract.ConversationWorkflow,
			map[string]any{"conversation_id": id})
		require.NoError(t, err)
	}
	// Its own end is waited for: until the message is stored, nothing that settle looks at knows of it.
	require.NoError(t, s.Temporal.GetWorkflow(t.Context(), contract.ConversationWorkflowID(id), "").Get(t.Context(), nil))
	settle(t, s)
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM events WHERE source = 'signal' AND kind = 'inbound' AND opens_window AND signalled_at IS NOT NULL`))
	require.Equal(t, 2, count(t, s, `SELECT count(*) FROM charges WHERE rule = 'Z4'`), "the message of the day before yesterday and the direct one")
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM reminders`))
	accountFor(t, s)
}

func TestAStoppedStackResumesAtTheVirtualTimeAtWhichItStopped(t *testing.T) {
	t.Parallel()
	s, restart := startDurableStack(t)
	_, err := s.Simulator.Inbound(t.Context(), whatsapptest.Inbound{From: "12025550160", Text: "Hello?"})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return count(t, s, `SELECT count(*) FROM charges`) == 1 }, time.Minute, 20*time.Millisecond)
	stoppedAt := s.Now()
	s = restart()
	require.Less(t, s.Clock.Anchor.Sub(stoppedAt), 3*time.Hour, "no virtual time passes while nothing runs, but what stopping takes")
	settle(t, s)
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM reminders`))
	accountFor(t, s)
}
