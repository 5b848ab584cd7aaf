package activities

import (
	"context"

	"go.temporal.io/sdk/activity"
)

// settleBatch is how many conversations one transaction bills: enough to share the cost of its statements, few enough to
// be done in a second or so.
const settleBatch = 250

// SettleBatch bills one batch of whatever is dirty. A batch that failed or took too long is tried again at half its size,
// down to a single conversation: long histories that happen to lie together must not stop all others.
func (a *Activities) SettleBatch(ctx context.Context) (Settled, error) {
	attempt := int32(1)
	if activity.IsActivity(ctx) {
		attempt = activity.GetInfo(ctx).Attempt
	}
	return a.Ledger.SettleBatch(ctx, max(1, settleBatch>>(attempt-1)))
}
