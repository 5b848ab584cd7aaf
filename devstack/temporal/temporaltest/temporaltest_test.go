package temporaltest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdktemporal "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"reengage/devstack/temporal"
	"reengage/devstack/temporal/temporaltest"
)

func TestMain(m *testing.M) { temporaltest.Main(m) }

func answer(workflow.Context) (int, error) { return 42, nil }

func TestWorkflowWithOurSearchAttributesRunsInAFreshNamespace(t *testing.T) {
	ns := temporaltest.New(t)
	w := worker.New(ns.Client, "queue", worker.Options{})
	w.RegisterWorkflowWithOptions(answer, workflow.RegisterOptions{Name: "Answer"})
	require.NoError(t, w.Start())
	defer w.Stop()

	run, err := ns.Client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: "same-id", TaskQueue: "queue",
		TypedSearchAttributes: sdktemporal.NewSearchAttributes(
			sdktemporal.NewSearchAttributeKeyKeyword("ReengageStatus").ValueSet("open"),
			sdktemporal.NewSearchAttributeKeyKeyword("ReengageNumber").ValueSet("1"),
			sdktemporal.NewSearchAttributeKeyTime("ReengageWindowExpiresAt").ValueSet(time.Unix(0, 0)),
		),
	}, "Answer")
	require.NoError(t, err)
	var result int
	require.NoError(t, run.Get(t.Context(), &result))
	require.Equal(t, 42, result)
}

func TestNamespacesOfTwoTestsShareNothing(t *testing.T) {
	one, two := temporaltest.New(t), temporaltest.New(t)
	require.NotEqual(t, one.Name, two.Name)
	require.Equal(t, one.Address, two.Address)
	for _, ns := range []temporaltest.Namespace{one, two} {
		_, err := ns.Client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "same-id", TaskQueue: "queue"}, "Answer")
		require.NoError(t, err)
	}
}

func TestScheduleFiresInAFreshNamespace(t *testing.T) {
	ns := temporaltest.New(t)
	handle, err := ns.Client.ScheduleClient().Create(t.Context(), client.ScheduleOptions{
		ID: "settlement", TriggerImmediately: true,
		Action: &client.ScheduleWorkflowAction{ID: "settled", Workflow: "Answer", TaskQueue: "queue"},
	})
	require.NoError(t, err)
	began := time.Now()
	require.Eventually(t, func() bool {
		description, err := handle.Describe(t.Context())
		return err == nil && description.Info.NumActions == 1
	}, time.Minute, 10*time.Millisecond)
	t.Log("fired after", time.Since(began))
}

func TestServerOfItsOwnTakesDynamicConfig(t *testing.T) {
	server := temporaltest.Server(t, temporal.Options{DynamicConfig: map[string]string{"limit.maxIDLength": "20"}})
	c := temporaltest.Dial(t, server.Address(), server.Namespace())
	_, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "an id of more than twenty letters", TaskQueue: "queue"}, "Answer")
	require.ErrorContains(t, err, "length exceeds limit")
	_, err = c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: "default"})
	require.NoError(t, err)
}
