package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"
)

// settleBatch is how many conversations one transaction bills: enough to share the cost of its statements, few enough to
// be done in a second or so.
const settleBatch = 250

// totalsPause is how long totals rest, in real time, while settlement has more to bill.
const totalsPause = 30 * time.Second

// SettleBatch bills one batch of whatever is dirty. A batch that failed or took too long is tried again at half its size,
// down to a single conversation: long histories that happen to lie together must not stop all others. What it posted, and
// others have, is added to the totals that reports read: after the last batch, and now and then before.
func (a *Activities) SettleBatch(ctx context.Context) (Settled, error) {
	attempt := int32(1)
	if activity.IsActivity(ctx) {
		attempt = activity.GetInfo(ctx).Attempt
	}
	settled, err := a.Ledger.SettleBatch(ctx, max(1, settleBatch>>(attempt-1)))
	if err != nil {
		return settled, err
	}
	pause := totalsPause
	if !settled.More {
		pause = 0
	}
	a.Ledger.KeepTotals(ctx, pause)
	return settled, nil
}
