package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/workflows/contract"
)

// SendKeptReply asks for a kept reply to be sent now.
//
//	POST /v1/conversations/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10/kept-replies/6f0d3a52-1111-8000-8000-000000000003/send
type SendKeptReply struct {
	Repeatable
	ID     uuid.UUID `path:"id" doc:"The conversation's id."`
	KeptID uuid.UUID `path:"kept" doc:"The kept reply's id."`
}

// DiscardKeptReply asks for a kept reply not to be sent.
//
//	POST /v1/conversations/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10/kept-replies/6f0d3a52-1111-8000-8000-000000000003/discard
type DiscardKeptReply struct {
	Repeatable
	ID     uuid.UUID `path:"id" doc:"The conversation's id."`
	KeptID uuid.UUID `path:"kept" doc:"The kept reply's id."`
}

var sendKeptReplyOp = huma.Operation{
	OperationID: "send-kept-reply", Method: http.MethodPost, Path: "/v1/conversations/{id}/kept-replies/{kept}/send",
	Summary:       "Send a kept reply",
	Description:   "It goes through the gate like any free-form message. 409 kept_reply_settled: it has been sent, discarded or superseded, or has expired.",
	DefaultStatus: http.StatusAccepted, Errors: refusals,
}

var discardKeptReplyOp = huma.Operation{
	OperationID: "discard-kept-reply", Method: http.MethodPost, Path: "/v1/conversations/{id}/kept-replies/{kept}/discard",
	Summary: "Discard a kept reply", Errors: refusals,
}

// Execute has the conversation's workflow decide.
func (r *SendKeptReply) Execute(ctx context.Context, a *API, real time.Time) (Accepted, error) {
	return a.releaseKept(ctx, real, r.ID, r.KeptID, r.Repeatable, false)
}

// Execute has the conversation's workflow forget it.
func (r *DiscardKeptReply) Execute(ctx context.Context, a *API, real time.Time) (Accepted, error) {
	return a.releaseKept(ctx, real, r.ID, r.KeptID, r.Repeatable, true)
}

func (a *API) releaseKept(ctx context.Context, real time.Time, id, kept uuid.UUID, key Repeatable, discard bool) (Accepted, error) {
	return a.ask(ctx, real, id, key, contract.UpdateReleaseKeptReply, func(q contract.Request) any {
		return contract.ReleaseKeptReply{Request: q, KeptReplyID: kept, Discard: discard}
	})
}
