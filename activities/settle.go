package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"
)

// settleBatch is how many conversations one transaction bills: enough to share the cost of its statements, few enough to
// be done in a second or so.
const settleBatch = 250

// settleFor is how long one activity goes on with further batches, in real time: after an outage a run then has few events, and
// what was done is reported long before the activity times out.
const settleFor = 20 * time.Second

// SettleBatch bills batch after batch of whatever is dirty, for some time. A batch that failed or took too long is tried again
// at half its size, down to a single conversation, and by itself: long histories that happen to lie together must not stop all
// others. At the end, what was posted is added to the totals that reports read.
func (a *Activities) SettleBatch(ctx context.Context) (Settled, error) {
	attempt := int32(1)
	if activity.IsActivity(ctx) {
		attempt = activity.GetInfo(ctx).Attempt
	}
	began := time.Now()
	var all Settled
	for {
		s, err := a.Ledger.SettleBatch(ctx, max(1, settleBatch>>(attempt-1)))
		if err != nil {
			return all, err // what was billed is billed; the next attempt goes on from there
		}
		all.Add(s)
		if !s.More || attempt > 1 || time.Since(began) > settleFor {
			a.total(ctx)
			return all, nil
		}
	}
}

// total takes at most half of the time that remains: what was billed must be reported however long reports have to wait for
// their totals, or the activity would fail and be tried again, without end.
func (a *Activities) total(ctx context.Context) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(end)/2)
		defer cancel()
	}
	a.Ledger.KeepTotals(ctx)
}
