package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"reengage/activities"
	"reengage/importing"
	"reengage/workflows/contract"
)

// importPieces bounds the history of one run of an Import; each piece takes some seconds.
const importPieces = 500

// Real times of one piece of an import: how long one try of it may take, and be silent.
const (
	pieceTimeout   = 10 * time.Minute
	pieceHeartbeat = time.Minute
)

// Import takes a file of contacts in: one phase of it, checking or importing, as its row says. It goes piece by piece; how far the file has
// got stands in Postgres, so that nothing is lost with a run.
func Import(ctx workflow.Context, in contract.ImportInput) (importing.Progress, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: pieceTimeout,
		HeartbeatTimeout:    pieceHeartbeat,
		Summary:             "read on",
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    500 * time.Millisecond,
			BackoffCoefficient: 2,
			MaximumInterval:    time.Minute,
		},
	})
	var p importing.Progress
	for range importPieces {
		if err := workflow.ExecuteActivity(ctx, acts.ImportPiece, activities.ImportPieceRequest{ImportID: in.ImportID}).Get(ctx, &p); err != nil {
			return p, err
		}
		workflow.SetCurrentDetails(ctx, importDetails(p))
		if !p.State.Working() {
			return p, nil
		}
	}
	return p, workflow.NewContinueAsNewError(ctx, contract.ImportWorkflow, in)
}

// importDetails say for operators how far an import has got; they name nobody.
func importDetails(p importing.Progress) string {
	c := p.Counts
	return fmt.Sprintf("**%s**: %d of %d bytes, %d rows\n\n%d new, %d changed, %d unchanged, %d invalid, %d duplicate; %d without opt-in, %d opted out",
		p.State, p.Position, p.Size, c.Rows, c.New, c.Changed, c.Unchanged, c.Invalid, c.Duplicate, c.NoOptIn, c.OptedOut)
}
