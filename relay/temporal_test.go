package relay

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"reengage/db/dbtest"
	"reengage/devstack/temporal"
	"reengage/devstack/temporal/temporaltest"
	"reengage/workflows/contract"
)

// collected is what a run has been told of.
type collected struct {
	Signals  int
	Messages []contract.InboundMessage
	Loaded   bool
}

// collect is a Conversation that keeps what it is told and never ends.
func collect(ctx workflow.Context, input contract.ConversationInput) error {
	seen := collected{Loaded: input.Loaded != nil}
	if err := workflow.SetQueryHandler(ctx, "collected", func() (collected, error) { return seen, nil }); err != nil {
		return err
	}
	for {
		var s contract.MessagesSignal
		workflow.GetSignalChannel(ctx, contract.SignalInbound).Receive(ctx, &s)
		seen.Signals++
		for _, raw := range s.Messages {
			var m contract.InboundMessage
			if err := json.Unmarshal(raw, &m); err != nil {
				return err
			}
			seen.Messages = append(seen.Messages, m)
		}
	}
}

func startCollecting(t *testing.T, c client.Client) {
	w := worker.New(c, contract.TaskQueue, worker.Options{})
	w.RegisterWorkflowWithOptions(collect, workflow.RegisterOptions{Name: contract.ConversationWorkflow})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
}

func collectedBy(t *testing.T, c client.Client, id uuid.UUID) (seen collected) {
	t.Helper()
	answer, err := c.QueryWorkflow(t.Context(), contract.ConversationWorkflowID(id), "", "collected")
	require.NoError(t, err)
	require.NoError(t, answer.Get(&seen))
	return seen
}

func TestRealTemporalIsToldEverythingInOrderByTwoRelays(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	ns := temporaltest.New(t)
	startCollecting(t, ns.Client)
	ids := s.conversations(201)
	burst := ids[200]
	s.messages(burst, 1000, firstAt)
	for round := range 3 {
		for _, id := range ids[:200] {
			s.messages(id, 2, firstAt.Add(time.Duration(round)*time.Minute))
		}
	}

	start(t, newRelay(s, ns.Client))
	start(t, newRelay(s, ns.Client))
	eventually(t, func() bool { return s.pending() == 0 && s.leases() == 0 }, "all signalled")

	for i, id := range ids {
		seen := collectedBy(t, ns.Client, id)
		wantSignals, wantMessages := 1, 6
		if id == burst {
			wantSignals, wantMessages = 2, 1000
		}
		require.Equal(t, wantSignals, seen.Signals, "conversation %d", i)
		require.Len(t, seen.Messages, wantMessages)
		require.True(t, seen.Loaded)
		require.True(t, slices.IsSortedFunc(seen.Messages, func(a, b contract.InboundMessage) int { return a.OccurredAt.Compare(b.OccurredAt) }))
	}
	run, err := ns.Client.DescribeWorkflow(t.Context(), contract.ConversationWorkflowID(burst), "")
	require.NoError(t, err)
	number, _ := run.TypedSearchAttributes.GetKeyword(contract.NumberAttribute)
	require.Equal(t, "100200300", number)
	summary, err := run.GetStaticSummary()
	require.NoError(t, err)
	require.Equal(t, "+15•••00 with +1 555 0100", summary)
}

func TestRealTemporalThatWasStoppedIsToldWhenItIsBack(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	server := temporaltest.Server(t, temporal.Options{Durable: true})
	c := temporaltest.Dial(t, server.Address(), server.Namespace())
	ids := s.conversations(30)
	r := newRelay(s, c, func(o *Options) { o.CallTimeout = 500 * time.Millisecond })
	start(t, r)
	for _, id := range ids {
		s.messages(id, 1, firstAt)
	}
	eventually(t, func() bool { return s.pending() == 0 }, "all signalled")

	require.NoError(t, server.Stop(t.Context()))
	for round := range 5 {
		for _, id := range ids {
			s.messages(id, 1, firstAt.Add(time.Duration(round+1)*time.Minute))
		}
	}
	require.Equal(t, 150, s.pending(), "stored all the same")
	require.NoError(t, server.Restart(t.Context()))
	eventually(t, func() bool { return s.pending() == 0 && s.leases() == 0 }, "caught up")

	startCollecting(t, c)
	for _, id := range ids {
		seen := map[string]bool{}
		for _, m := range collectedBy(t, c, id).Messages {
			seen[m.EventID] = true
		}
		require.Len(t, seen, 6, "a call cut short may have been heard: told at least once")
	}
}
