package stack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"

	"reengage/db"
	"reengage/workflows/contract"
)

// seenEvery is how often the running clock is written down, so that a killed stack resumes where it was.
const seenEvery = time.Second

// resumeClock makes the pair of this run and keeps it seen.
func (s *Stack) resumeClock(ctx context.Context) error {
	k, err := db.ResumeClock(ctx, s.Pool, s.options.Scale, time.Now())
	if err != nil {
		return err
	}
	s.Clock = k
	s.Ready.Clock = k
	seen, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stopSeen = stop
	go func() {
		for tick := time.NewTicker(seenEvery); ; {
			select {
			case <-seen.Done():
				tick.Stop()
				return
			case <-tick.C:
				// A miss is a second of virtual time more or less after a crash.
				_ = db.New(s.Pool).TouchClock(seen, time.Now())
			}
		}
	}()
	return nil
}

// seen writes the clock down for the last time.
func (s *Stack) seen(ctx context.Context) {
	if s.stopSeen == nil {
		return
	}
	s.stopSeen()
	_ = db.New(s.Pool).TouchClock(ctx, time.Now())
}

// tellClock hands the new pair to the runs that are open from before, while no worker runs: their timers may have fired
// in the meantime, and the signal is then in the same task.
func (s *Stack) tellClock(ctx context.Context) error {
	if s.First || s.Clock.IsReal() {
		return nil
	}
	var page []byte
	for {
		open, err := s.Temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			Query:         fmt.Sprintf("WorkflowType IN (%q, %q) AND ExecutionStatus = 'Running'", contract.ConversationWorkflow, contract.CampaignWorkflow),
			NextPageToken: page,
		})
		if err != nil {
			return fmt.Errorf("list open conversations and campaigns: %w", err)
		}
		for _, run := range open.Executions {
			err := s.Temporal.SignalWorkflow(ctx, run.Execution.WorkflowId, run.Execution.RunId, contract.SignalClockChanged, s.Clock)
			var ended *serviceerror.NotFound // the list may lag behind
			if err != nil && !errors.As(err, &ended) {
				return fmt.Errorf("tell an open run the time: %w", err)
			}
		}
		if page = open.NextPageToken; len(page) == 0 {
			return nil
		}
	}
}
