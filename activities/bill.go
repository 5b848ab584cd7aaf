package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/temporal"

	"reengage/ledger"
)

// Bill brings a conversation's charges up to date. What is in the way of one attempt may pass and is tried again; a
// conversation that cannot be billed as things are is left to settlement, which nobody waits for.
func (a *Activities) Bill(ctx context.Context, r BillRequest) error {
	_, err := a.Ledger.Bill(ctx, r.ConversationID)
	var stuck *ledger.StuckError
	switch {
	case errors.Is(err, ledger.ErrUnknownConversation):
		return temporal.NewNonRetryableApplicationError(err.Error(), "unknown_conversation", nil)
	case errors.As(err, &stuck):
		return temporal.NewNonRetryableApplicationError(err.Error(), "cannot_bill", nil)
	}
	return err
}
