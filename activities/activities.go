package activities

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"reengage/campaign"
	"reengage/clock"
	"reengage/db"
	"reengage/intake"
	"reengage/ledger"
	"reengage/sending"
	"reengage/workflows/contract"
)

// Activities are the side effects, with what they work on. Its methods are registered under their own names.
type Activities struct {
	Pool   *pgxpool.Pool
	Intake *intake.Store
	Ledger *ledger.Ledger
	Clock  clock.Clock
	// Sending plans sends and makes their attempts.
	Sending *sending.Sender
	// Campaigns chooses whom a campaign is for, and asks their conversations.
	Campaigns *campaign.Campaigns
	// Notify says whether reminders are posted to somebody, that is, whether a URL is configured.
	Notify bool
}

// LoadConversation returns what a run that was started with an id alone needs to know. A run under another workflow id
// than the conversation's own would be a second decision-maker, so it is refused.
func (a *Activities) LoadConversation(ctx context.Context, id uuid.UUID) (contract.Loaded, error) {
	return a.loadUnder(ctx, activity.GetInfo(ctx).WorkflowExecution.ID, id)
}

func (a *Activities) loadUnder(ctx context.Context, workflowID string, id uuid.UUID) (contract.Loaded, error) {
	if want := contract.ConversationWorkflowID(id); workflowID != want {
		return contract.Loaded{}, temporal.NewNonRetryableApplicationError(
			"this conversation's workflow id must be "+want, "wrong_workflow_id", nil)
	}
	loaded, err := intake.Load(ctx, db.New(a.Pool), id, a.Clock, a.Clock.At(time.Now()))
	if errors.Is(err, intake.ErrUnknownConversation) {
		return loaded, temporal.NewNonRetryableApplicationError(err.Error(), "unknown_conversation", nil)
	}
	return loaded, err
}
