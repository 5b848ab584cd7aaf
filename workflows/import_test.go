package workflows_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"reengage/activities"
	"reengage/devstack/temporal/temporaltest"
	"reengage/engine"
	"reengage/importing"
	"reengage/workflows"
	"reengage/workflows/contract"
)

// fakeImports answers as an import of so many pieces does, the first of which fails once, as in an outage.
type fakeImports struct {
	pieces int32
	asked  atomic.Int32
	wrong  error
}

func (f *fakeImports) ImportPiece(_ context.Context, _ activities.ImportPieceRequest) (importing.Progress, error) {
	n := f.asked.Add(1)
	switch {
	case f.wrong != nil:
		return importing.Progress{}, f.wrong
	case n == 1:
		return importing.Progress{}, errors.New("the database is away")
	case n <= f.pieces:
		return importing.Progress{State: importing.Importing, Position: int64(n), Size: 10}, nil
	}
	return importing.Progress{State: importing.Finished, Position: 10, Size: 10, Counts: importing.Counts{Rows: 3, New: 3}}, nil
}

func TestStandardImport(t *testing.T) {
	t.Parallel()
	ns := temporaltest.New(t)
	w := workflows.NewWorker(ns.Client, worker.Options{})
	w.RegisterActivity(&fakeImports{pieces: 3})
	require.NoError(t, w.Start())
	defer w.Stop()
	id := uuid.NewSHA1(uuid.NameSpaceURL, []byte(t.Name()))
	run := engine.Run{ID: contract.ImportWorkflowID(id), Workflow: contract.ImportWorkflow, Input: contract.ImportInput{ImportID: id}, Summary: "contacts from a file"}
	started, err := ns.Client.ExecuteWorkflow(t.Context(), run.Options(), run.Workflow, run.Input)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var done importing.Progress
	require.NoError(t, started.Get(ctx, &done))
	require.Equal(t, importing.Finished, done.State)

	var events []*historypb.HistoryEvent
	for iter := ns.Client.GetWorkflowHistory(ctx, run.ID, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); iter.HasNext(); {
		e, err := iter.Next()
		require.NoError(t, err)
		events = append(events, e)
	}
	(&stage{T: t}).keep("import", events)
}

func TestAnImportGoesOnAsNewBeforeItsHistoryIsLong(t *testing.T) {
	env := newTestEnvironment()
	env.RegisterActivity(&fakeImports{pieces: 1 << 20})
	env.ExecuteWorkflow(contract.ImportWorkflow, contract.ImportInput{ImportID: uuid.New()})
	var again *workflow.ContinueAsNewError
	require.ErrorAs(t, env.GetWorkflowError(), &again)
	require.Equal(t, contract.ImportWorkflow, again.WorkflowType.Name)
}

func TestAFileThatCannotBeReadFailsItsRunOnce(t *testing.T) {
	env := newTestEnvironment()
	unreadable := &fakeImports{wrong: temporal.NewNonRetryableApplicationError("the file is gone", "unreadable_file", nil)}
	env.RegisterActivity(unreadable)
	env.ExecuteWorkflow(contract.ImportWorkflow, contract.ImportInput{ImportID: uuid.New()})
	require.ErrorContains(t, env.GetWorkflowError(), "the file is gone")
	require.EqualValues(t, 1, unreadable.asked.Load())
}
