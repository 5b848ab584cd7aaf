package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
)

// GetConversation asks for one conversation.
//
//	GET /v1/conversations/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10
type GetConversation struct {
	ID uuid.UUID `path:"id" doc:"The conversation's id."`
}

var getConversationOp = huma.Operation{
	OperationID: "get-conversation", Method: http.MethodGet, Path: "/v1/conversations/{id}",
	Summary: "Get a conversation", Errors: []int{http.StatusNotFound},
}

// Execute returns the conversation as it is at real.
func (r *GetConversation) Execute(ctx context.Context, a *API, real time.Time) (Conversation, error) {
	row, err := a.queries.GetConversation(ctx, r.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return Conversation{}, noConversation()
	}
	if err != nil {
		return Conversation{}, err
	}
	permissions, err := db.PermissionsOf(row.BusinessNumber, row.Permissions)
	if err != nil {
		return Conversation{}, err
	}
	c, err := a.view(a.clock.At(real)).conversation(row.Conversation, row.BusinessNumber, row.Contact, permissions)
	if err != nil {
		return c, err
	}
	return c, a.addPlan(ctx, &c)
}

// addPlan says how the contact is being won back, if it is.
func (a *API) addPlan(ctx context.Context, c *Conversation) error {
	plans, err := a.queries.ListPlans(ctx, c.ID)
	if err != nil || len(plans) == 0 {
		return err
	}
	p := plans[0]
	c.Plan = &PlannedAttempt{Attempt: int(p.NextAttempt), Of: int(p.Attempts), DueAt: p.DueAt.UTC(), Template: p.TemplateName}
	if c.Next == nil {
		c.Next = &conversation.Next{Kind: conversation.WakeReengage, At: c.Plan.DueAt}
	}
	return nil
}

// conversationExists is for lists that would otherwise be empty of a conversation that there is not.
func (a *API) conversationExists(ctx context.Context, id uuid.UUID) error {
	_, err := a.queries.GetConversation(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return noConversation()
	}
	return err
}
