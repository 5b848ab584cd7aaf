package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/engine"
	"reengage/intake"
	"reengage/workflows/contract"
)

// Engine asks a conversation's workflow; engine.Engine is one.
type Engine interface {
	Request(ctx context.Context, conversation uuid.UUID, update, requestID string, ask engine.Ask) (contract.Answer, error)
}

// Accepted says that a request has been carried out as far as it is recorded: what is to be sent will be.
type Accepted struct {
	ConversationID uuid.UUID            `json:"conversation_id"`
	SendID         *uuid.UUID           `json:"send_id,omitempty" doc:"GET /v1/sends/{id} says what becomes of it."`
	KeptReplyID    *uuid.UUID           `json:"kept_reply_id,omitempty"`
	RequestID      string               `json:"request_id" doc:"The Idempotency-Key, or the one that was made for this request."`
	Repeated       bool                 `json:"repeated" doc:"A request under this key was answered before; this is that answer."`
	Verdict        conversation.Verdict `json:"verdict" doc:"Why it was allowed, by which rule, on which facts."`
}

// refusals are what an endpoint that asks a workflow may answer besides the usual.
var refusals = []int{http.StatusNotFound, http.StatusConflict}

// ask puts a question to the conversation's workflow. A refusal is a Problem with the gate's code.
func (a *API) ask(ctx context.Context, real time.Time, id uuid.UUID, key Repeatable, update string, question engine.Ask) (Accepted, error) {
	requestID := key.requestID()
	answer, err := a.engine.Request(ctx, id, update, requestID, func(q contract.Request) any {
		q.RequestedBy = requestedBy(ctx)
		return question(q)
	})
	switch {
	case errors.Is(err, intake.ErrUnknownConversation):
		return Accepted{}, noConversation()
	case errors.Is(err, engine.ErrUnavailable):
		a.log.WarnContext(ctx, "no answer from a conversation's workflow", "conversation", id, "update", update, "error", err)
		return Accepted{}, unavailable(requestID)
	case err != nil:
		return Accepted{}, err
	case answer.Fault != "":
		return Accepted{}, faulty(answer.Fault)
	case !answer.Verdict.Allows():
		return Accepted{}, a.refusal(ctx, real, id, requestID, answer)
	}
	return Accepted{ConversationID: id, SendID: answer.SendID, KeptReplyID: answer.KeptReplyID, RequestID: requestID,
		Repeated: answer.Repeated, Verdict: answer.Verdict}, nil
}

func noConversation() *Problem {
	return newProblem(http.StatusNotFound, "conversation_not_found", "there is no conversation with this id")
}

// unavailable says how to go on. Who gave no key learns which one was made, because without it a repetition might send the
// same again.
func unavailable(requestID string) *Problem {
	p := newProblem(http.StatusServiceUnavailable, "engine_unavailable", "no worker has answered in time; the request may still be "+
		"carried out, and repeating it with the header Idempotency-Key: "+requestID+" is safe")
	p.RequestID = requestID
	p.retryAfter = "5"
	return p
}

// faulty is for questions to which there is no verdict.
func faulty(fault string) *Problem {
	switch fault {
	case contract.FaultRequestReused:
		return keyReused()
	case contract.FaultUnknownKept:
		return newProblem(http.StatusNotFound, fault, "there is no kept reply with this id in this conversation")
	case contract.FaultKeptNotLive:
		return newProblem(http.StatusConflict, fault, "the kept reply has been sent, discarded or superseded, or has expired")
	case contract.FaultMergedElsewhere:
		return newProblem(http.StatusConflict, fault, "the contact has become part of another, whose conversation goes on")
	}
	return newProblem(http.StatusUnprocessableEntity, fault, "the conversation's workflow cannot read this request")
}
