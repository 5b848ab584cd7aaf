package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"

	"reengage/clock"
	"reengage/db"
	"reengage/intake"
	"reengage/workflows/contract"
)

// ErrUnavailable is returned if no answer came in time: Temporal is away, or no worker answers. The request may still be
// carried out; to ask again under the same request id is safe.
var ErrUnavailable = errors.New("the conversation's workflow does not answer")

// Temporal is what the engine needs of it; a client.Client is one.
type Temporal interface {
	NewWithStartWorkflowOperation(options client.StartWorkflowOptions, workflow any, args ...any) client.WithStartWorkflowOperation
	UpdateWithStartWorkflow(ctx context.Context, options client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error)
}

// Real-time bounds: how long an answer is waited for, and between two tries.
const (
	Patience  = 5 * time.Second
	firstWait = 20 * time.Millisecond
	longWait  = 500 * time.Millisecond
)

// Engine asks conversations' workflows. All fields are needed but Patience.
type Engine struct {
	Temporal Temporal
	Queries  *db.Queries
	Clock    clock.Clock
	Patience time.Duration // zero: the constant
}

// Ask makes an update's payload around what the engine adds to every request.
type Ask func(contract.Request) any

// Request asks a conversation's workflow, starting a run if none is open, and waits for its answer. Errors are
// intake.ErrUnknownConversation, ErrUnavailable, and Postgres's.
func (e Engine) Request(ctx context.Context, id uuid.UUID, update, requestID string, ask Ask) (contract.Answer, error) {
	updateID, err := updateIDOf(update, requestID, ask)
	if err != nil {
		return contract.Answer{}, err
	}
	patience := e.Patience
	if patience == 0 {
		patience = Patience
	}
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for wait := firstWait; ; wait = min(2*wait, longWait) {
		answer, err := e.try(within, id, update, updateID, requestID, ask)
		switch {
		case err == nil:
			return answer, nil
		case of[postgres](err):
			return contract.Answer{}, err
		case ctx.Err() != nil:
			return contract.Answer{}, ctx.Err()
		case within.Err() != nil || away(err):
			return contract.Answer{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
		case !passing(err):
			return contract.Answer{}, fmt.Errorf("update %s: %w", update, err)
		}
		select {
		case <-within.Done():
			return contract.Answer{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
		case <-time.After(wait):
		}
	}
}

// try asks once.
func (e Engine) try(ctx context.Context, id uuid.UUID, update, updateID, requestID string, ask Ask) (contract.Answer, error) {
	now := e.Clock.At(time.Now())
	loaded, err := intake.Load(ctx, e.Queries, id, e.Clock, now)
	if err != nil {
		return contract.Answer{}, postgres{err}
	}
	if loaded.MergedInto != uuid.Nil { // the one that it is part of answers for it (W10)
		id, loaded.MergedInto = loaded.MergedInto, uuid.Nil
	}
	start := e.Temporal.NewWithStartWorkflowOperation(startOptions(id, loaded, now), contract.ConversationWorkflow,
		contract.ConversationInput{ConversationID: id, Loaded: &loaded})
	handle, err := e.Temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start,
		UpdateOptions: client.UpdateWorkflowOptions{
			WorkflowID: contract.ConversationWorkflowID(id), UpdateID: updateID, UpdateName: update,
			Args:         []any{ask(contract.Request{ID: requestID, Facts: &loaded.Facts, Permissions: &loaded.Permissions})},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	if err != nil {
		return contract.Answer{}, err
	}
	var answer contract.Answer
	err = handle.Get(ctx, &answer)
	return answer, err
}

func startOptions(id uuid.UUID, loaded contract.Loaded, now time.Time) client.StartWorkflowOptions {
	o := StartOptions(loaded, now)
	o.ID = contract.ConversationWorkflowID(id)
	return o
}

// updateIDOf names a question: the same one under the same request id, whatever the row says meanwhile.
func updateIDOf(update, requestID string, ask Ask) (string, error) {
	question, err := json.Marshal(ask(contract.Request{}))
	if err != nil {
		return "", fmt.Errorf("update %s: %w", update, err)
	}
	sum := sha256.Sum256(append([]byte(update+"\n"), question...))
	return requestID + "/" + hex.EncodeToString(sum[:8]), nil
}
