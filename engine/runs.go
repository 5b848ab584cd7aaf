package engine

import (
	"context"
	"log/slog"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"reengage/workflows/contract"
)

// Run is a workflow that a row in Postgres needs: one that is open, or else a new one.
type Run struct {
	ID       string // the workflow's; it names the row
	Workflow string
	Input    any
	Summary  string // for operators, naming no person
	// Signal is sent to it, open or new; empty: it has nothing to hear. Told is called when Temporal has taken it.
	Signal string
	Told   func(context.Context) error
}

// Options are those with which it is started, by whoever comes first; one that is open stays as it is.
func (r Run) Options() client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID: r.ID, TaskQueue: contract.TaskQueue,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            Summary(r.Summary),
	}
}

// Starter is what Runs needs of Temporal; a client.Client is one.
type Starter interface {
	Signaller
	ExecuteWorkflow(ctx context.Context, options client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error)
}

// Wanted lists the runs that rows need, whether or not they are open.
type Wanted func(context.Context) ([]Run, error)

// Runs sees to it that rows which need a run have one. Whoever changes such a row tells Temporal at once, after its transaction; this
// is for what got lost then, because Temporal was away or a process died, and for runs that somebody has terminated. It looks again
// and again: what it starts in vain is open already, and that costs nothing.
type Runs struct {
	Temporal Starter
	Wanted   []Wanted
	Log      *slog.Logger
	Every    time.Duration // real; zero: 5 s
}

// looksEvery is how long a row without a run waits for one at most, beside Temporal's own outage.
const looksEvery = 5 * time.Second

// callTimeout bounds one call to Temporal.
const callTimeout = 10 * time.Second

// Run looks until ctx ends. Nothing that fails ends it.
func (r Runs) Run(ctx context.Context) error {
	if r.Every == 0 {
		r.Every = looksEvery
	}
	for {
		r.Look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(r.Every):
		}
	}
}

// Look starts what is wanted and not open.
func (r Runs) Look(ctx context.Context) {
	for _, wanted := range r.Wanted {
		runs, err := wanted(ctx)
		if err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "which workflows are needed is not known", "error", err)
		}
		for _, run := range runs {
			if err := run.Ensure(ctx, r.Temporal); err != nil && ctx.Err() == nil {
				r.Log.WarnContext(ctx, "a workflow could not be started", "workflow", run.ID, "error", err)
				break // the next would probably fail as well, each after its timeout
			}
		}
	}
}

// Ensure sees to it that there is such a run, and that it has heard what it is to hear.
func (r Run) Ensure(ctx context.Context, temporal Starter) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if r.Signal == "" {
		_, err := temporal.ExecuteWorkflow(ctx, r.Options(), r.Workflow, r.Input)
		return err
	}
	if _, err := temporal.SignalWithStartWorkflow(ctx, r.ID, r.Signal, nil, r.Options(), r.Workflow, r.Input); err != nil || r.Told == nil {
		return err
	}
	return r.Told(ctx)
}
