package workflows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"reengage/activities"
	"reengage/clock"
	"reengage/workflows/contract"
)

var springID = uuid.MustParse("0198f000-0000-7000-8000-0000000000c1")

// campaignEnv is Temporal's test environment with a campaign's activities answered in order: the last answer is that of all further
// turns.
type campaignEnv struct {
	*testsuite.TestWorkflowEnvironment
	turns  []activities.CampaignTurn
	taken  []time.Time // when each turn was asked for
	chosen int
	fails  int // so many times the database is away first
}

func newCampaignEnv(t *testing.T, turns ...activities.CampaignTurn) *campaignEnv {
	e := &campaignEnv{TestWorkflowEnvironment: newTestEnvironment(), turns: turns}
	e.RegisterActivity(&activities.Activities{})
	e.SetStartTime(nine)
	e.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: contract.CampaignWorkflowID(springID), TaskQueue: contract.TaskQueue})
	e.OnActivity("AdvanceCampaign", mock.Anything, mock.Anything).Return(func(_ context.Context, r activities.CampaignRequest) (activities.CampaignTurn, error) {
		require.Equal(t, springID, r.CampaignID)
		if e.fails > 0 {
			e.fails--
			return activities.CampaignTurn{}, errors.New("the database is away")
		}
		turn := e.turns[min(len(e.taken), len(e.turns)-1)]
		e.taken = append(e.taken, e.Now())
		return turn, nil
	}).Maybe()
	e.OnActivity("ChooseRecipients", mock.Anything, mock.Anything).Return(func(context.Context, activities.CampaignRequest) error { e.chosen++; return nil }).Maybe()
	return e
}

func (e *campaignEnv) run(t *testing.T) {
	t.Helper()
	e.ExecuteWorkflow(contract.CampaignWorkflow, contract.CampaignInput{CampaignID: springID, Clock: clock.Clock{Anchor: nine, Wall: nine, Scale: 60}})
	require.True(t, e.IsWorkflowCompleted())
}

// since are the turns' moments, counted from the run's beginning.
func (e *campaignEnv) since() (at []time.Duration) {
	for _, when := range e.taken {
		at = append(at, when.Sub(nine).Round(10*time.Millisecond))
	}
	return at
}

func turn(p contract.CampaignProgress) activities.CampaignTurn {
	return activities.CampaignTurn{CampaignProgress: p}
}

var done = activities.CampaignTurn{CampaignProgress: contract.CampaignProgress{State: "finished"}, Done: true}

func TestACampaignWaitsForItsStartOnTheVirtualClock(t *testing.T) {
	choose := turn(contract.CampaignProgress{State: "running"})
	choose.Choose = true
	e := newCampaignEnv(t, turn(contract.CampaignProgress{State: "scheduled", NextAt: nine.Add(time.Hour)}), choose, done)
	e.run(t)
	require.NoError(t, e.GetWorkflowError())
	require.Equal(t, []time.Duration{0, time.Minute, time.Minute}, e.since(), "an hour lasts a minute")
	require.Equal(t, 1, e.chosen)
}

func TestAPausedCampaignWaitsForASignalOnly(t *testing.T) {
	e := newCampaignEnv(t, turn(contract.CampaignProgress{State: "paused", Reason: "by_hand", Waiting: 7}), done)
	timers := 0
	e.SetOnTimerScheduledListener(func(string, time.Duration) { timers++ })
	e.RegisterDelayedCallback(func() {
		v, err := e.QueryWorkflow(contract.QueryProgress)
		require.NoError(t, err)
		var p contract.CampaignProgress
		require.NoError(t, v.Get(&p))
		require.Equal(t, contract.CampaignProgress{State: "paused", Reason: "by_hand", Waiting: 7}, p)
	}, time.Hour)
	e.RegisterDelayedCallback(func() { e.SignalWorkflow(contract.SignalCampaignChanged, nil) }, 30*24*time.Hour)
	e.run(t)
	require.NoError(t, e.GetWorkflowError())
	require.Zero(t, timers)
	require.Equal(t, []time.Duration{0, 30 * 24 * time.Hour}, e.since())
}

func TestWhatIsSignalledDuringATurnIsNotWaitedFor(t *testing.T) {
	e := newCampaignEnv(t, turn(contract.CampaignProgress{State: "paused"}), turn(contract.CampaignProgress{State: "paused"}), done)
	e.SetOnActivityStartedListener(func(*activity.Info, context.Context, converter.EncodedValues) {
		if len(e.taken) == 0 {
			e.SignalWorkflow(contract.SignalCampaignChanged, nil)
			e.SignalWorkflow(contract.SignalCampaignChanged, nil)
		}
	})
	e.RegisterDelayedCallback(func() { e.SignalWorkflow(contract.SignalCampaignChanged, nil) }, time.Hour)
	e.run(t)
	require.NoError(t, e.GetWorkflowError())
	require.Equal(t, []time.Duration{0, 0, time.Hour}, e.since(), "two signals are one change")
}

func TestThoseWhoAreOpenAreLookedAfterLessAndLessOften(t *testing.T) {
	open := turn(contract.CampaignProgress{State: "running", Open: 3})
	fewer := turn(contract.CampaignProgress{State: "running", Open: 2})
	e := newCampaignEnv(t, open, open, open, fewer, fewer, done)
	e.run(t)
	require.NoError(t, e.GetWorkflowError())
	require.Equal(t, []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second, 8 * time.Second, 10 * time.Second}, e.since())
}

func TestACampaignGoesOnAsANewRunAfterSomeThousands(t *testing.T) {
	more := turn(contract.CampaignProgress{State: "running", Asked: 2500})
	more.More, more.Told = true, 2500
	e := newCampaignEnv(t, more)
	e.RegisterDelayedCallback(func() {
		e.SignalWorkflow(contract.SignalClockChanged, clock.Clock{Anchor: nine, Wall: nine, Scale: 1440})
	}, 0)
	e.run(t)
	var next *workflow.ContinueAsNewError
	require.ErrorAs(t, e.GetWorkflowError(), &next)
	require.Len(t, e.taken, 2)
	var in contract.CampaignInput
	require.NoError(t, fromPayloads(next.Input, &in))
	require.Equal(t, springID, in.CampaignID)
	require.Equal(t, 2500, in.Progress.Asked)
	require.EqualValues(t, 1440, in.Clock.Scale, "the clock that it was told of")
}

func TestACampaignOutlivesAnOutage(t *testing.T) {
	e := newCampaignEnv(t, done)
	e.fails = 5
	e.run(t)
	require.NoError(t, e.GetWorkflowError())
	require.Zero(t, e.fails)
	require.Len(t, e.taken, 1)
}

func TestARunningCampaignNeverWaitsForNothing(t *testing.T) {
	e := newCampaignEnv(t, turn(contract.CampaignProgress{State: "running"}), done)
	e.run(t)
	require.NoError(t, e.GetWorkflowError())
	require.Equal(t, []time.Duration{0, 30 * time.Second}, e.since())
}
