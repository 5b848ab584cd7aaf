package relay

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"reengage/db/dbtest"
	"reengage/workflows/contract"
)

func TestFaultSaysWhoHasToWait(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want fault
	}{
		"unavailable":            {serviceerror.NewUnavailable("x"), away},
		"wrapped":                {fmt.Errorf("failed reaching server: %w", serviceerror.NewUnavailable("x")), away},
		"deadline of the server": {serviceerror.NewDeadlineExceeded("x"), away},
		"deadline of ours":       {context.DeadlineExceeded, away},
		"no connection":          {&net.OpError{Op: "dial", Err: errors.New("refused")}, away},
		"namespace missing":      {serviceerror.NewNamespaceNotFound("x"), away},
		"no permission":          {serviceerror.NewPermissionDenied("x", ""), away},
		"workflow is closing":    {serviceerror.NewResourceExhausted(enums.RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW, "x"), busy},
		"rate limit":             {serviceerror.NewResourceExhausted(enums.RESOURCE_EXHAUSTED_CAUSE_RPS_LIMIT, "x"), busy},
		"bad request":            {serviceerror.NewInvalidArgument("x"), refused},
		"fault of the server":    {serviceerror.NewInternal("x"), refused},
		"anything else":          {errors.New("x"), refused},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, faultOf(fmt.Errorf("signal: %w", c.err))) })
	}
}

func TestBackoffDoublesUpToItsLimitAndVariesByHalf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 10_000).Draw(t, "n")
		d := backoff(n, 500*time.Millisecond, 15*time.Second)
		whole := 15 * time.Second
		if n <= 5 {
			whole = 500 * time.Millisecond << (n - 1)
		}
		require.LessOrEqual(t, d, whole)
		require.GreaterOrEqual(t, d, whole/2)
	})
}

func TestFailuresThatComeWhileWaitingAreOneOutage(t *testing.T) {
	var o outage
	now := firstAt
	require.Equal(t, 16, o.room(now, 16))
	require.True(t, o.strike(now, &failure{onTemporal, errors.New("x")}))
	require.False(t, o.strike(now.Add(time.Millisecond), &failure{onTemporal, errors.New("x")}))
	require.Equal(t, 1, o.strikes)
	require.Zero(t, o.room(o.until.Add(-time.Nanosecond), 16))
	require.Equal(t, 1, o.room(o.until, 16), "a probe")
	require.True(t, o.strike(o.until, &failure{onTemporal, errors.New("x")}))
	require.Equal(t, 2, o.strikes)
}

func TestFailedSignalLeavesLaterOnesUnsent(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	id := s.conversations(1)[0]
	s.event(id, "inbound", "text", firstAt, "", 0)
	s.event(id, "outbound", "freeform", firstAt.Add(time.Minute), "", 0)
	s.event(id, "status", "failed", firstAt.Add(2*time.Minute), "", 131026)
	var healed atomic.Bool
	temporal := &fakeTemporal{fail: func(c call) error {
		if c.signal == contract.SignalOutbound && !healed.Load() {
			return serviceerror.NewInvalidArgument("not this one")
		}
		return nil
	}}
	r := newRelay(s, temporal)

	require.NoError(t, r.Drain(t.Context()), "a refusal is no outage")
	require.Len(t, temporal.all(), 2, "the outcome was not sent")
	require.Equal(t, 2, s.pending())
	require.Equal(t, 1, s.count(`SELECT attempts FROM relay_lease WHERE until > now() AND holder IS NULL`))

	healed.Store(true)
	eventually(t, func() bool {
		require.NoError(t, r.Drain(t.Context()))
		return s.pending() == 0
	}, "caught up")
	require.Len(t, temporal.all(), 4, "what was told is not told again")
	require.Zero(t, s.leases())
}

func TestBusyConversationWaitsAloneAndLongerEachTime(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	ids := s.conversations(40)
	for _, id := range ids {
		s.messages(id, 1, firstAt)
	}
	var refusals atomic.Int64
	temporal := &fakeTemporal{fail: func(c call) error {
		if c.workflowID == contract.ConversationWorkflowID(ids[0]) && refusals.Add(1) <= 2 {
			return serviceerror.NewResourceExhausted(enums.RESOURCE_EXHAUSTED_CAUSE_BUSY_WORKFLOW, "Workflow is busy")
		}
		return nil
	}}
	start(t, newRelay(s, temporal, func(o *Options) { o.Poll = 20 * time.Millisecond }))
	eventually(t, func() bool { return s.pending() == 0 }, "all signalled")
	require.EqualValues(t, 3, refusals.Load())
	require.Len(t, temporal.all(), 42)
	require.Zero(t, s.leases())
}

func TestConversationWhoseStartCannotBeComposedWaitsAlone(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	s.messages(s.conversations(1)[0], 1, firstAt)
	misconfigured := *s
	misconfigured.number = uuid.New()
	s.exec(`INSERT INTO business_numbers (id, phone_number_id, settings, created_at)
		VALUES ($1, '100200301', '{"reminders":{"leads":["soon"]}}', now())`, misconfigured.number)
	misconfigured.messages(misconfigured.conversations(1)[0], 1, firstAt)
	temporal := &fakeTemporal{}

	require.NoError(t, newRelay(s, temporal).Drain(t.Context()))

	require.Len(t, temporal.all(), 1)
	require.Equal(t, 1, s.pending())
	require.Equal(t, 1, s.count(`SELECT attempts FROM relay_lease`))
}

func TestOutageOfTemporalIsProbedWithOneConversationAtATimeAndThenCaughtUp(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	ids := s.conversations(100)
	for _, id := range ids {
		s.messages(id, 2, firstAt)
	}
	var gone atomic.Bool
	gone.Store(true)
	temporal := &fakeTemporal{fail: func(call) error {
		if gone.Load() {
			return serviceerror.NewUnavailable("connection refused")
		}
		return nil
	}}
	stop := start(t, newRelay(s, temporal))
	eventually(t, func() bool { return len(temporal.all()) >= 18 }, "two probes")
	failed := temporal.all()
	require.LessOrEqual(t, len(failed), 20, "16 at first, then single ones")
	probed := map[string]bool{}
	for _, c := range failed {
		probed[c.workflowID] = true
	}
	require.Len(t, probed, len(failed), "each probe is another conversation's: the first may be what is broken")
	gone.Store(false)
	eventually(t, func() bool { return s.pending() == 0 }, "caught up")
	stop()
	require.Zero(t, s.leases())
	require.Zero(t, s.count(`SELECT count(*) FROM relay_lease WHERE attempts > 0`))
}

func TestDrainSaysThatTemporalIsAway(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	s.messages(s.conversations(1)[0], 1, firstAt)
	temporal := &fakeTemporal{fail: func(call) error { return serviceerror.NewUnavailable("connection refused") }}
	require.ErrorContains(t, newRelay(s, temporal).Drain(t.Context()), "temporal is away")
}

func TestOutageOfPostgresIsWaitedForAndThenCaughtUp(t *testing.T) {
	server := dbtest.Server(t)
	s := newStore(t, dbtest.Pool(t, server.URL()))
	ids := s.conversations(30)
	entered, leave := make(chan struct{}, len(ids)), make(chan struct{})
	temporal := &fakeTemporal{fail: func(call) error {
		entered <- struct{}{}
		<-leave
		return nil
	}}
	for _, id := range ids {
		s.messages(id, 1, firstAt)
	}
	start(t, newRelay(s, temporal))
	<-entered
	require.NoError(t, server.Stop(t.Context()))
	close(leave) // signalled, but the marks cannot be made
	require.NoError(t, server.Restart(t.Context()))
	eventually(t, func() bool {
		var n int
		err := s.pool.QueryRow(context.Background(), `SELECT count(*) FROM relay_lease`).Scan(&n)
		return err == nil && n == 0
	}, "caught up")
	require.Zero(t, s.pending())
	require.Len(t, temporal.all(), 30, "the marks were made without telling anything twice")
}

func TestRunEndsWhenWhatIsUnderWayHasEnded(t *testing.T) {
	s := newStore(t, dbtest.New(t))
	ids := s.conversations(3)
	for _, id := range ids {
		s.messages(id, 1, firstAt)
	}
	require.NoError(t, s.pool.Ping(t.Context()))
	existing := goleak.IgnoreCurrent()
	entered, leave := make(chan struct{}, 3), make(chan struct{})
	temporal := &fakeTemporal{fail: func(call) error {
		entered <- struct{}{}
		<-leave
		return nil
	}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- newRelay(s, temporal).Run(ctx) }()
	for range 3 {
		<-entered
	}
	cancel()
	select {
	case <-ended:
		t.Fatal("it did not wait")
	case <-time.After(50 * time.Millisecond):
	}
	close(leave)
	require.NoError(t, <-ended)
	require.Zero(t, s.pending())
	goleak.VerifyNone(t, existing, goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck"))
}
