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

// settlementEvery is how often the ledger catches up, on the virtual clock; a fast one settles every second.
const settlementEvery = time.Minute

// ensureSettlement makes the schedule that settles the ledger, or brings the one that is there up to date. Every worker
// calls it when it starts.
func ensureSettlement(ctx context.Context, c client.Client, k clock.Clock) error {
	every := max(time.Second, time.Duration(float64(settlementEvery)/float64(k.Virtual(time.Second))*float64(time.Second)))
	spec := client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: every}}}
	_, err := c.ScheduleClient().Create(ctx, client.ScheduleOptions{
		ID:   contract.SettlementSchedule,
		Spec: spec,
		Action: &client.ScheduleWorkflowAction{
			ID:            contract.SettlementSchedule,
			Workflow:      contract.SettlementWorkflow,
			TaskQueue:     contract.TaskQueue,
			StaticSummary: "Bills every conversation with new events",
		},
		// One at a time, and after an outage once rather than for every minute missed: a run bills all there is.
		Overlap:       enumspb.SCHEDULE_OVERLAP_POLICY_SKIP,
		CatchupWindow: time.Minute,
	})
	if !errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		return wrapSchedule(err)
	}
	return wrapSchedule(c.ScheduleClient().GetHandle(ctx, contract.SettlementSchedule).Update(ctx, client.ScheduleUpdateOptions{
		DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			in.Description.Schedule.Spec = &spec
			return &client.ScheduleUpdate{Schedule: &in.Description.Schedule}, nil
		},
	}))
}

func wrapSchedule(err error) error {
	if err != nil {
		return fmt.Errorf("make the settlement schedule: %w", err)
	}
	return nil
}
