package engine

import (
	"context"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"

	"reengage/clock"
	"reengage/db"
	"reengage/intake"
	"reengage/workflows/contract"
)

// Signaller is what telling needs of Temporal; a client.Client is one.
type Signaller interface {
	SignalWithStartWorkflow(ctx context.Context, workflowID, signalName string, signalArg any,
		options client.StartWorkflowOptions, workflow any, workflowArgs ...any) (client.WorkflowRun, error)
}

// Signal tells a conversation's run, or starts one with everything that it needs to know.
func Signal(ctx context.Context, temporal Signaller, id uuid.UUID, name string, payload any, loaded contract.Loaded, now time.Time) error {
	_, err := temporal.SignalWithStartWorkflow(ctx, contract.ConversationWorkflowID(id), name, payload, StartOptions(loaded, now),
		contract.ConversationWorkflow, contract.ConversationInput{ConversationID: id, Loaded: &loaded})
	return err
}

// Teller tells conversations what is stored elsewhere than in the event log, whose teller is the relay. Nobody answers.
type Teller struct {
	Temporal Signaller
	Queries  *db.Queries
	Clock    clock.Clock
}

// Tell signals a conversation, or the one that it has become part of (W10). Errors are intake.ErrUnknownConversation, Postgres's and
// Temporal's; after one nobody knows whether it was told.
func (t Teller) Tell(ctx context.Context, id uuid.UUID, name string, payload any) error {
	return t.tell(ctx, id, name, payload, func(loaded *contract.Loaded) uuid.UUID {
		to := loaded.MergedInto
		loaded.MergedInto = uuid.Nil
		return to
	})
}

// TellPart signals a conversation itself, also if it has become part of another (W10): what it had under way by then is its own to end.
// A run that is started for that knows nothing of what the other has left.
func (t Teller) TellPart(ctx context.Context, id uuid.UUID, name string, payload any) error {
	return t.tell(ctx, id, name, payload, func(loaded *contract.Loaded) uuid.UUID {
		loaded.Open, loaded.Plan, loaded.Kept = nil, nil, nil
		return id
	})
}

func (t Teller) tell(ctx context.Context, id uuid.UUID, name string, payload any, ofMerged func(*contract.Loaded) uuid.UUID) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	now := t.Clock.At(time.Now())
	loaded, err := intake.Load(ctx, t.Queries, id, t.Clock, now)
	if err != nil {
		return err
	}
	if loaded.MergedInto != uuid.Nil {
		id = ofMerged(&loaded)
	}
	return Signal(ctx, t.Temporal, id, name, payload, loaded, now)
}
