package workflows_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/worker"

	"reengage/activities"
	"reengage/clock"
	"reengage/devstack/temporal/temporaltest"
	"reengage/engine"
	"reengage/workflows"
	"reengage/workflows/contract"
)

// fakeCampaign is a campaign's row and its recipients, as far as its run sees them: each turn asks some, and those are settled by the
// next one.
type fakeCampaign struct {
	mu             sync.Mutex
	state, reason  string
	startAt        time.Time
	chosen         bool
	waiting, open  int
	perTurn, asked int
	stopsAt        int // recipients asked; zero: it does not stop itself
	turns          int
}

func (f *fakeCampaign) ChooseRecipients(context.Context, activities.CampaignRequest) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.chosen = true
	return nil
}

func (f *fakeCampaign) AdvanceCampaign(context.Context, activities.CampaignRequest) (activities.CampaignTurn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turns++
	f.open = 0
	var t activities.CampaignTurn
	if f.state == "scheduled" && !time.Now().Before(f.startAt) {
		f.state = "running"
	}
	switch {
	case f.state == "scheduled":
		t.NextAt = f.startAt
	case f.state == "cancelled":
		t.Done, f.waiting = true, 0
	case f.state == "running" && !f.chosen:
		t.Choose = true
	case f.state == "running" && f.stopsAt > 0 && f.asked >= f.stopsAt:
		f.state, f.reason = "paused", "too_many_failures"
	case f.state == "running" && f.waiting > 0:
		t.Told = min(f.perTurn, f.waiting)
		f.asked, f.waiting, f.open = f.asked+t.Told, f.waiting-t.Told, t.Told
		t.More = f.waiting > 0
	case f.state == "running":
		f.state, t.Done = "finished", true
	}
	t.CampaignProgress = contract.CampaignProgress{State: f.state, Reason: f.reason, Recipients: f.asked + f.waiting, Asked: f.asked,
		Waiting: f.waiting, Open: f.open, NextAt: t.NextAt}
	return t, nil
}

// campaignStage is one campaign on a real server.
type campaignStage struct {
	*stage
	row *fakeCampaign
	run engine.Run
}

func newCampaignStage(t *testing.T, row *fakeCampaign) *campaignStage {
	t.Helper()
	s := &campaignStage{stage: &stage{T: t, ns: temporaltest.New(t), id: uuid.NewSHA1(uuid.NameSpaceURL, []byte(t.Name()))}, row: row}
	s.run = engine.Run{ID: contract.CampaignWorkflowID(s.id), Workflow: contract.CampaignWorkflow, Summary: "Spring from 1055501",
		Input: contract.CampaignInput{CampaignID: s.id, Clock: clock.Clock{}}, Signal: contract.SignalCampaignChanged}
	w := workflows.NewWorker(s.ns.Client, worker.Options{})
	w.RegisterActivity(row)
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	require.NoError(t, s.run.Ensure(t.Context(), s.ns.Client))
	return s
}

// becomes changes the row, and tells the run.
func (s *campaignStage) becomes(state string) {
	s.Helper()
	s.row.mu.Lock()
	s.row.state, s.row.reason, s.row.stopsAt = state, "", 0
	s.row.mu.Unlock()
	require.NoError(s, s.run.Ensure(s.Context(), s.ns.Client))
}

// shows waits until the run's progress says so.
func (s *campaignStage) shows(state string) {
	s.Helper()
	require.Eventually(s, func() bool {
		v, err := s.ns.Client.QueryWorkflow(s.Context(), s.run.ID, "", contract.QueryProgress)
		var p contract.CampaignProgress
		return err == nil && v.Get(&p) == nil && p.State == state
	}, time.Minute, 5*time.Millisecond, state)
}

func (s *campaignStage) ended() []*historypb.HistoryEvent {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), time.Minute)
	defer cancel()
	require.NoError(s, s.ns.Client.GetWorkflow(ctx, s.run.ID, "").Get(ctx, nil))
	return s.campaignHistory("")
}

func (s *campaignStage) campaignHistory(run string) (events []*historypb.HistoryEvent) {
	s.Helper()
	iter := s.ns.Client.GetWorkflowHistory(s.Context(), s.run.ID, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for iter.HasNext() {
		e, err := iter.Next()
		require.NoError(s, err)
		events = append(events, e)
	}
	return events
}

func TestStandardCampaigns(t *testing.T) {
	t.Parallel()
	t.Run("Finished", func(t *testing.T) {
		t.Parallel()
		s := newCampaignStage(t, &fakeCampaign{state: "scheduled", startAt: time.Now().Add(300 * time.Millisecond), waiting: 250, perTurn: 100})
		events := s.ended()
		require.Equal(t, 250, s.row.asked)
		require.LessOrEqual(t, len(events), 60, "some events a turn, whatever the recipients")
		s.keep("campaign-finished", events)
	})
	t.Run("Paused", func(t *testing.T) {
		t.Parallel()
		s := newCampaignStage(t, &fakeCampaign{state: "paused", reason: "by_hand", chosen: true, waiting: 100, perTurn: 100})
		s.shows("paused")
		turns := s.row.turns
		s.becomes("running")
		events := s.ended()
		require.Positive(t, turns)
		require.Equal(t, 100, s.row.asked)
		s.keep("campaign-paused", events)
	})
	t.Run("Cancelled", func(t *testing.T) {
		t.Parallel()
		s := newCampaignStage(t, &fakeCampaign{state: "scheduled", startAt: time.Now().Add(time.Hour), waiting: 100, perTurn: 100})
		s.shows("scheduled")
		s.becomes("cancelled")
		events := s.ended()
		require.Zero(t, s.row.asked)
		require.Equal(t, 1, count(events, enumspb.EVENT_TYPE_TIMER_CANCELED), "it does not wait for its start any more")
		s.keep("campaign-cancelled", events)
	})
	t.Run("StoppedByItself", func(t *testing.T) {
		t.Parallel()
		s := newCampaignStage(t, &fakeCampaign{state: "running", waiting: 300, perTurn: 100, stopsAt: 200})
		s.shows("paused")
		require.Equal(t, 200, s.row.asked)
		s.becomes("running")
		events := s.ended()
		require.Equal(t, 300, s.row.asked)
		s.keep("campaign-stopped", events)
	})
	t.Run("ContinueAsNew", func(t *testing.T) {
		t.Parallel()
		s := newCampaignStage(t, &fakeCampaign{state: "running", waiting: 10_000, perTurn: 2000})
		d, err := s.ns.Client.DescribeWorkflowExecution(t.Context(), s.run.ID, "")
		require.NoError(t, err)
		first := d.GetWorkflowExecutionInfo().GetFirstRunId()
		events := s.ended()
		require.Equal(t, 10_000, s.row.asked)
		s.keep("campaign-continued-first", s.campaignHistory(first))
		s.keep("campaign-continued-second", events)
	})
}

// A run that is open already is not started again, and hears nothing that is not for it.
func TestStandardCampaignRunIsStartedOnce(t *testing.T) {
	t.Parallel()
	s := newCampaignStage(t, &fakeCampaign{state: "paused", chosen: true})
	s.shows("paused")
	quiet := s.run
	quiet.Signal = ""
	open := s.runID()
	for range 3 {
		require.NoError(t, quiet.Ensure(t.Context(), s.ns.Client))
	}
	require.Equal(t, open, s.runID())
	require.Equal(t, 1, count(s.campaignHistory(""), enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED))
	require.NoError(t, s.ns.Client.TerminateWorkflow(t.Context(), s.run.ID, "", "for the test"))
	require.NoError(t, quiet.Ensure(t.Context(), s.ns.Client), "one that somebody has terminated is started anew")
	require.NotEqual(t, open, s.runID())
	s.shows("paused")
}

func (s *campaignStage) runID() string {
	s.Helper()
	d, err := s.ns.Client.DescribeWorkflowExecution(s.Context(), s.run.ID, "")
	require.NoError(s, err)
	return d.GetWorkflowExecutionInfo().GetExecution().GetRunId()
}
