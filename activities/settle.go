package activities

import "context"

// settleBatch is how many conversations one transaction bills: enough to share the cost of its statements, few enough to
// be done in a second or so.
const settleBatch = 250

// SettleBatch bills one batch of whatever is dirty.
func (a *Activities) SettleBatch(ctx context.Context) (Settled, error) {
	return a.Ledger.SettleBatch(ctx, settleBatch)
}
