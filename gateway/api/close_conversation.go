package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/workflows/contract"
)

// CloseConversation asks for this window to be left alone: no more reminders, no plan after it.
//
//	POST /v1/conversations/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10/close
type CloseConversation struct {
	Repeatable
	ID uuid.UUID `path:"id" doc:"The conversation's id."`
}

var closeConversationOp = huma.Operation{
	OperationID: "close-conversation", Method: http.MethodPost, Path: "/v1/conversations/{id}/close",
	Summary:     "Close a conversation",
	Description: "Cancels this window's reminders and the plan to win the contact back. The status stays what it is, and the contact's next message begins anew.",
	Errors:      refusals,
}

// Execute has the conversation's workflow forget what it waits for.
func (r *CloseConversation) Execute(ctx context.Context, a *API, real time.Time) (Accepted, error) {
	return a.ask(ctx, real, r.ID, r.Repeatable, contract.UpdateClose, func(q contract.Request) any { return contract.Close{Request: q} })
}
