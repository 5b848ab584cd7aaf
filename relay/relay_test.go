package relay

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"reengage/conversation"
	"reengage/db/dbtest"
	"reengage/devstack/temporal/temporaltest"
	"reengage/workflows/contract"
)

func TestMain(m *testing.M) { dbtest.Main(m, temporaltest.Stop) }

func TestSignalsCarryWhatADecisionNeedsAndNothingPersonal(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	id := s.conversations(1)[0]
	inbound := s.event(id, "inbound", "text", firstAt, "", 0)
	outbound := s.event(id, "outbound", "template", firstAt.Add(time.Minute), "utility", 0)
	// By its own clock the failure comes before the message; it is told of after it all the same.
	failed := s.event(id, "status", "failed", firstAt.Add(59*time.Second), "", 131047)
	var message uuid.UUID
	require.NoError(t, s.pool.QueryRow(t.Context(), `SELECT message_id FROM events WHERE id = $1`, failed).Scan(&message))
	temporal := &fakeTemporal{}

	require.NoError(t, newRelay(s, temporal).Drain(t.Context()))

	calls := temporal.all()
	require.Len(t, calls, 3)
	require.JSONEq(t, `{"messages":[{"event_id":"`+inbound.String()+`","occurred_at":"2026-11-20T09:00:00Z",
		"received_at":"2026-11-20T09:00:02Z","type":"text"}]}`, calls[0].payload)
	require.JSONEq(t, `{"messages":[{"event_id":"`+outbound.String()+`","occurred_at":"2026-11-20T09:01:00Z",
		"type":"template"}]}`, calls[1].payload)
	require.JSONEq(t, `{"event_id":"`+failed.String()+`","message_event_id":"`+message.String()+`","status":"failed","error":131047,
		"facts":{"opened_at":"2026-11-20T09:00:00Z","expires_at":"2026-11-21T09:00:00Z","last_inbound_at":"2026-11-20T09:00:00Z"}}`,
		calls[2].payload)
	require.Equal(t, []string{"inbound_message", "outbound_message", "send_outcome"},
		[]string{calls[0].signal, calls[1].signal, calls[2].signal})
	for _, c := range calls {
		input, err := json.Marshal(c.input)
		require.NoError(t, err)
		for _, personal := range []string{"personal", "Nobody", "15550190000", "utility"} {
			require.NotContains(t, c.payload+string(input)+c.options.StaticSummary, personal)
		}
	}
	require.Zero(t, s.pending())
	require.Zero(t, s.leases())
}

func TestStartNeedsNothingMoreAndSaysWhatItIsAbout(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	id := s.conversations(1)[0]
	s.messages(id, 1, firstAt)
	temporal := &fakeTemporal{}

	require.NoError(t, newRelay(s, temporal).Drain(t.Context()))

	c := temporal.all()[0]
	require.Equal(t, "conversation/"+id.String(), c.workflowID)
	require.Equal(t, id, c.input.ConversationID)
	require.Equal(t, firstAt.Add(24*time.Hour), c.input.Loaded.Facts.ExpiresAt)
	require.Equal(t, "100200300", c.input.Loaded.Number.ID)
	require.Equal(t, "reengage", c.options.TaskQueue)
	require.Equal(t, enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE, c.options.WorkflowIDReusePolicy)
	require.Equal(t, enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, c.options.WorkflowIDConflictPolicy)
	require.Zero(t, c.options.WorkflowExecutionTimeout)
	require.Equal(t, "+15•••00 with +1 555 0100", c.options.StaticSummary)
	status, _ := c.options.TypedSearchAttributes.GetKeyword(contract.StatusAttribute)
	number, _ := c.options.TypedSearchAttributes.GetKeyword(contract.NumberAttribute)
	expires, _ := c.options.TypedSearchAttributes.GetTime(contract.ExpiresAttribute)
	require.Equal(t, string(conversation.Status(c.input.Loaded.Facts, time.Now())), status)
	require.Equal(t, "100200300", number)
	require.Equal(t, firstAt.Add(24*time.Hour), expires)
}

func TestConversationWithoutAWindowStartsWithoutADeadline(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	id := s.conversations(1)[0]
	s.exec(`UPDATE conversations SET opened_at = NULL, last_inbound_at = NULL, expires_at = NULL`)
	s.event(id, "outbound", "template", firstAt, "marketing", 0)
	temporal := &fakeTemporal{}
	require.NoError(t, newRelay(s, temporal).Drain(t.Context()))
	_, found := temporal.all()[0].options.TypedSearchAttributes.GetTime(contract.ExpiresAttribute)
	require.False(t, found)
}

func TestBurstOfAThousandMessagesGoesInTwoSignals(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	id := s.conversations(1)[0]
	s.messages(id, 1000, firstAt)
	temporal := &fakeTemporal{}

	require.NoError(t, newRelay(s, temporal).Drain(t.Context()))

	require.Len(t, temporal.all(), 2)
	events, at := temporal.told(t, id)
	require.Len(t, events, 1000)
	require.True(t, slices.IsSortedFunc(at, time.Time.Compare))
	require.Zero(t, s.pending())
}

func TestSignalStaysBelowItsLimitOfBytes(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	id := s.conversations(1)[0]
	long := strings.Repeat("x", 100<<10)
	for i := range 5 {
		s.event(id, "inbound", long, firstAt.Add(time.Duration(i)*time.Second), "", 0)
	}
	temporal := &fakeTemporal{}
	require.NoError(t, newRelay(s, temporal).Drain(t.Context()))
	calls := temporal.all()
	require.Len(t, calls, 3, "2 + 2 + 1")
	for _, c := range calls {
		require.LessOrEqual(t, len(c.payload), contract.MaxSignalBytes)
	}
	events, _ := temporal.told(t, id)
	require.Len(t, events, 5)
}

func TestMessagesThatArriveWhileASignalIsUnderWayGoAsTheNextOne(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	id := s.conversations(1)[0]
	s.messages(id, 1, firstAt)
	entered, leave := make(chan struct{}), make(chan struct{})
	var once sync.Once
	temporal := &fakeTemporal{fail: func(call) error {
		once.Do(func() { close(entered); <-leave })
		return nil
	}}
	start(t, newRelay(s, temporal))
	<-entered
	for i := range 30 {
		s.messages(id, 10, firstAt.Add(time.Duration(i+1)*time.Minute))
	}
	close(leave)
	eventually(t, func() bool { return s.pending() == 0 }, "all signalled")
	require.Len(t, temporal.all(), 2)
	events, _ := temporal.told(t, id)
	require.Len(t, events, 301)
}

func TestTwoRelaysSideBySideTellEverythingOnceAndInOrder(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	ids := s.conversations(200)
	temporal := &fakeTemporal{}
	start(t, newRelay(s, temporal))
	start(t, newRelay(s, temporal))
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for round := range 5 {
				for i := w; i < len(ids); i += 4 {
					s.messages(ids[i], 1, firstAt.Add(time.Duration(round)*time.Minute))
				}
			}
		})
	}
	writers.Wait()
	eventually(t, func() bool { return s.pending() == 0 && s.leases() == 0 }, "all signalled")
	require.False(t, temporal.overlapped, "two signals of one conversation at once")
	for _, id := range ids {
		events, at := temporal.told(t, id)
		require.Len(t, events, 5)
		require.True(t, slices.IsSortedFunc(at, time.Time.Compare))
	}
}

func TestRelayKilledBetweenSignalAndMarkIsMadeUpForByAnother(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	id := s.conversations(1)[0]
	s.messages(id, 3, firstAt)
	temporal := &fakeTemporal{}
	killed := newRelay(s, temporal, func(o *Options) { o.Lease = 500 * time.Millisecond })
	claims, err := killed.claim(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, claims, 1)
	require.NoError(t, killed.tell(t.Context(), claims[0], &turn{}))

	other := newRelay(s, temporal)
	require.NoError(t, other.Drain(t.Context()))
	require.Equal(t, 3, s.pending(), "the lease holds")
	eventually(t, func() bool {
		require.NoError(t, other.Drain(t.Context()))
		return s.pending() == 0
	}, "taken over")

	events, _ := temporal.told(t, id)
	require.Len(t, events, 6)
	require.Equal(t, events[:3], events[3:], "the same events, so that the workflow knows them")
}

func TestRelayThatHasLostItsLeaseMarksWhatItToldAndFreesNothing(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	id := s.conversations(1)[0]
	s.messages(id, 3, firstAt)
	slow := newRelay(s, &fakeTemporal{}, func(o *Options) { o.Lease = time.Millisecond })
	claims, err := slow.claim(t.Context(), 1)
	require.NoError(t, err)
	var told turn
	require.NoError(t, slow.tell(t.Context(), claims[0], &told))

	other := newRelay(s, &fakeTemporal{}, func(o *Options) { o.Holder = slow.Holder }) // even if it has the same name
	var theirs []claim
	eventually(t, func() bool {
		theirs, err = other.claim(t.Context(), 1)
		require.NoError(t, err)
		return len(theirs) == 1
	}, "taken over")
	_, err = slow.settle(t.Context(), claims[0], told)
	require.NoError(t, err)

	require.Zero(t, s.pending())
	require.Equal(t, 1, s.count(`SELECT count(*) FROM relay_lease WHERE until > now()`), "still the other's")
	_, err = other.settle(t.Context(), theirs[0], turn{})
	require.NoError(t, err)
	require.Zero(t, s.leases())
}

func TestNotificationWakesARelayThatDoesNotLook(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	ids := s.conversations(20)
	start(t, newRelay(s, &fakeTemporal{}, func(o *Options) { o.Poll = time.Hour }))
	for _, id := range ids {
		s.messages(id, 1, firstAt)
		eventually(t, func() bool { return s.pending() == 0 }, "signalled")
	}
}

func TestRelayThatIsNotNotifiedLooksByItself(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	id := s.conversations(1)[0]
	start(t, newRelay(s, &fakeTemporal{}, func(o *Options) { o.Poll = 20 * time.Millisecond }))
	for range 5 {
		s.event(id, "inbound", "text", firstAt, "", 0) // which notifies nobody
		eventually(t, func() bool { return s.pending() == 0 }, "signalled")
	}
}

func TestClaimTakesNoMoreThanAskedAndTheLongestWaitingFirst(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	ids := s.conversations(50)
	for i, id := range ids {
		s.messages(id, 1, firstAt)
		s.exec(`UPDATE relay_lease SET pending_since = $2 WHERE conversation_id = $1`, id, firstAt.Add(-time.Duration(i)*time.Hour))
	}
	s.exec(`ANALYZE relay_lease`)
	claims, err := newRelay(s, &fakeTemporal{}).claim(t.Context(), 7)
	require.NoError(t, err)
	var claimed []uuid.UUID
	for _, c := range claims {
		claimed = append(claimed, c.conversation)
	}
	require.ElementsMatch(t, ids[43:], claimed)
}
