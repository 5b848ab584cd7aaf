package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"reengage/clock"
	"reengage/devstack/temporal/temporaltest"
	"reengage/workflows/contract"
)

func TestWorkersThatStartTogetherMakeEachScheduleOnce(t *testing.T) {
	ns := temporaltest.New(t)
	k := clock.Clock{Scale: 1}
	var workers errgroup.Group
	for range 5 {
		workers.Go(func() error { return ensureSchedules(t.Context(), ns.Client, k) })
	}
	require.NoError(t, workers.Wait())
	require.NoError(t, ensureSchedules(t.Context(), ns.Client, clock.Clock{Scale: 1440}), "one that starts later brings them up to date")

	for id, every := range map[string]time.Duration{contract.SettlementSchedule: time.Second, contract.TemplateSyncSchedule: 15 * time.Minute} {
		description, err := ns.Client.ScheduleClient().GetHandle(t.Context(), id).Describe(t.Context())
		require.NoError(t, err)
		require.Len(t, description.Schedule.Spec.Intervals, 1)
		require.Equal(t, every, description.Schedule.Spec.Intervals[0].Every)
		require.Equal(t, enumspb.SCHEDULE_OVERLAP_POLICY_SKIP, description.Schedule.Policy.Overlap)
	}
	var ids []string
	list, err := ns.Client.ScheduleClient().List(t.Context(), client.ScheduleListOptions{})
	require.NoError(t, err)
	for list.HasNext() {
		entry, err := list.Next()
		require.NoError(t, err)
		ids = append(ids, entry.ID)
	}
	require.Subset(t, []string{contract.SettlementSchedule, contract.TemplateSyncSchedule}, ids)
}

func TestTemplatesAreListedAtOnceWhenTheirScheduleIsMade(t *testing.T) {
	ns := temporaltest.New(t)
	require.NoError(t, ensureSchedules(t.Context(), ns.Client, clock.Clock{Scale: 1}))
	require.Eventually(t, func() bool {
		description, err := ns.Client.ScheduleClient().GetHandle(t.Context(), contract.TemplateSyncSchedule).Describe(t.Context())
		return err == nil && description.Info.NumActions == 1
	}, time.Minute, 50*time.Millisecond)
}
