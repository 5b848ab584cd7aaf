package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"reengage/clock"
	"reengage/workflows/contract"
)

// schedule is a workflow that is run again and again. id names it, and is the prefix of its runs' workflow ids.
type schedule struct {
	id, workflow, summary string
	every                 time.Duration // real
	atOnce                bool          // also when it is made
}

// settlementEvery is how often the ledger catches up, on the virtual clock; a fast one settles every second.
const settlementEvery = time.Minute

// templatesEvery is how often the accounts are asked for their templates: it waits for a network, so it is real.
const templatesEvery = 15 * time.Minute

// schedules are those that every worker sees to.
func schedules(k clock.Clock) []schedule {
	settle := max(time.Second, time.Duration(float64(settlementEvery)/float64(k.Virtual(time.Second))*float64(time.Second)))
	return []schedule{
		{id: contract.SettlementSchedule, workflow: contract.SettlementWorkflow, summary: "Bills every conversation with new events", every: settle},
		{id: contract.TemplateSyncSchedule, workflow: contract.TemplateSyncWorkflow, summary: "Lists the accounts' templates", every: templatesEvery,
			atOnce: true},
	}
}

// ensureSchedules makes the schedules, or brings those that are there up to date. Every worker calls it when it starts.
func ensureSchedules(ctx context.Context, c client.Client, k clock.Clock) error {
	for _, s := range schedules(k) {
		if err := s.ensure(ctx, c); err != nil {
			return fmt.Errorf("make the schedule %s: %w", s.id, err)
		}
	}
	return nil
}

func (s schedule) ensure(ctx context.Context, c client.Client) error {
	spec := client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: s.every}}}
	_, err := c.ScheduleClient().Create(ctx, client.ScheduleOptions{
		ID:   s.id,
		Spec: spec,
		Action: &client.ScheduleWorkflowAction{
			ID:            s.id,
			Workflow:      s.workflow,
			TaskQueue:     contract.TaskQueue,
			StaticSummary: s.summary,
		},
		// One at a time, and after an outage once rather than for every time missed: a run does all there is to do.
		Overlap:            enumspb.SCHEDULE_OVERLAP_POLICY_SKIP,
		CatchupWindow:      time.Minute,
		TriggerImmediately: s.atOnce,
	})
	if !errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		return err
	}
	return c.ScheduleClient().GetHandle(ctx, s.id).Update(ctx, client.ScheduleUpdateOptions{
		DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			in.Description.Schedule.Spec = &spec
			return &client.ScheduleUpdate{Schedule: &in.Description.Schedule}, nil
		},
	})
}
