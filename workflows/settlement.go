package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"reengage/activities"
)

// settlementBatches bounds the history of one run; what is left is the next run's.
const settlementBatches = 200

// batchTimeout is how long one try of a batch may take, in real time.
const batchTimeout = 2 * time.Minute

// Settlement bills whatever is dirty, in batches. It is what makes the ledger right; the billing that conversations ask
// for is only for promptness. A schedule starts it, and never twice at once.
func Settlement(ctx workflow.Context) (activities.Settled, error) {
	var total activities.Settled
	for range settlementBatches {
		var batch activities.Settled
		if err := workflow.ExecuteActivity(mustHappen(ctx, "settle a batch", batchTimeout), acts.SettleBatch).Get(ctx, &batch); err != nil {
			return total, err
		}
		total.Conversations += batch.Conversations
		total.Failed += batch.Failed
		total.Posted += batch.Posted
		workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d conversations billed, %d rows posted", total.Conversations, total.Posted))
		if !batch.More {
			break
		}
	}
	return total, nil
}
