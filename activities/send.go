package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"

	"reengage/intake"
	"reengage/sending"
	"reengage/workflows/contract"
)

// PlanSend records a send, planned or refused.
func (a *Activities) PlanSend(ctx context.Context, r PlanRequest) (PlanResult, error) {
	result, err := a.Sending.Plan(ctx, r)
	return result, judged(err)
}

// Send makes one attempt. It is given MaximumAttempts 1: after an error SettleSend says what has become of it.
func (a *Activities) Send(ctx context.Context, r SendRequest) (sending.Result, error) {
	result, err := a.Sending.Send(ctx, r)
	return result, judged(err)
}

// SettleSend says what has become of an attempt whose activity failed.
func (a *Activities) SettleSend(ctx context.Context, r SendRequest) (sending.Result, error) {
	result, err := a.Sending.Settle(ctx, r)
	return result, judged(err)
}

// FinishSend ends the wait for the status of an unknown send.
func (a *Activities) FinishSend(ctx context.Context, r SendRequest) (sending.Result, error) {
	result, err := a.Sending.Finish(ctx, r)
	return result, judged(err)
}

// RecordDecisions records what the workflow has decided by itself.
func (a *Activities) RecordDecisions(ctx context.Context, r DecisionsRequest) (contract.Answer, error) {
	answer, err := a.Sending.RecordDecisions(ctx, r)
	return answer, judged(err)
}

// SettleKept ends, or offers, a kept reply.
func (a *Activities) SettleKept(ctx context.Context, r KeptRequest) (contract.Answer, error) {
	answer, err := a.Sending.SettleKept(ctx, r)
	return answer, judged(err)
}

// RecordConsent stores changes of consent that were signalled from outside.
func (a *Activities) RecordConsent(ctx context.Context, r ConsentRequest) error {
	changes := make([]intake.ConsentChange, len(r.Changes))
	for i, c := range r.Changes {
		changes[i] = intake.ConsentChange{ConversationID: r.ConversationID, Category: c.Category, OptedIn: c.OptedIn, Source: c.Source,
			OccurredAt: c.OccurredAt}
	}
	_, err := a.Intake.RecordConsent(ctx, time.Now(), changes)
	return judged(err)
}

// SyncTemplates brings the accounts' templates up to date.
func (a *Activities) SyncTemplates(ctx context.Context) (sending.Synced, error) {
	return a.Sending.SyncTemplates(ctx)
}

// judged makes what trying again cannot mend non-retryable.
func judged(err error) error {
	switch {
	case errors.Is(err, intake.ErrUnknownConversation):
		return temporal.NewNonRetryableApplicationError(err.Error(), "unknown_conversation", nil)
	case errors.Is(err, sending.ErrUnknownSend):
		return temporal.NewNonRetryableApplicationError(err.Error(), "unknown_send", nil)
	case errors.Is(err, intake.ErrInvalid):
		return temporal.NewNonRetryableApplicationError(err.Error(), "invalid", nil)
	}
	return err
}
