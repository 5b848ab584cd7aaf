package demo

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/api/workflowservice/v1"

	"reengage/db"
	"reengage/workflows/contract"
)

// settleTimeout is how long everything that follows from the script may take after its end, in real time.
const settleTimeout = 30 * time.Second

// settled waits until no conversation waits for anything any more and every event is billed.
func (p *player) settled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	q := db.New(p.stack.Pool)
	for {
		open, err := p.stack.Temporal.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
			Query: fmt.Sprintf("WorkflowType = %q AND ExecutionStatus = 'Running'", contract.ConversationWorkflow)})
		if err != nil {
			return fmt.Errorf("count open conversations: %w", err)
		}
		left, err := q.CountUnfinished(ctx)
		if err != nil {
			return fmt.Errorf("count what is not done: %w", err)
		}
		if open.Count == 0 && left.Unsignalled == 0 && left.Dirty == 0 && left.Unposted == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d conversations still run, %d events are not signalled, %d conversations not billed and %d reminders not posted",
				open.Count, left.Unsignalled, left.Dirty, left.Unposted)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
