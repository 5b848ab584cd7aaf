package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// FindConversation asks for the conversation of a contact with a business number, which is made if there is none yet.
//
//	{"business_number": "106540352242922", "contact": {"phone": "+447700900123"}}
type FindConversation struct {
	Idempotent
	Body struct {
		BusinessNumber string     `json:"business_number" minLength:"1" maxLength:"64" pattern:"^[!-~]+$" example:"106540352242922" doc:"Meta's phone number id. An unknown one is registered with default settings."`
		Contact        ContactRef `json:"contact"`
	}
}

var findConversationOp = huma.Operation{
	OperationID: "find-conversation", Method: http.MethodPost, Path: "/v1/conversations",
	Summary:     "Find or create a conversation",
	Description: "Idempotent: a contact and a business number have one conversation. Its workflow's id is `conversation/` and this id.",
}

// Execute returns the conversation as it is at real.
func (r *FindConversation) Execute(ctx context.Context, a *API, real time.Time) (Conversation, error) {
	who, err := r.Body.Contact.identity()
	if err != nil {
		return Conversation{}, err
	}
	id, err := a.store.Resolve(ctx, real, r.Body.BusinessNumber, who)
	if err != nil {
		return Conversation{}, refused(err)
	}
	return (&GetConversation{ID: id}).Execute(ctx, a, real)
}
