package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
	"reengage/workflows/contract"
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
	row, err := readConversation(ctx, a.queries, r.ID)
	if err != nil {
		return Conversation{}, err
	}
	permissions, err := db.PermissionsOf(row.BusinessNumber, row.Permissions)
	if err != nil {
		return Conversation{}, err
	}
	v, err := a.view(ctx, a.clock.At(real), row.Conversation.ID)
	if err != nil {
		return Conversation{}, err
	}
	c, err := v.conversation(row.Conversation, row.BusinessNumber, row.Contact, permissions)
	if err != nil {
		return c, err
	}
	return c, c.add(row)
}

// add says what lists do not: what the conversation waits for beside its window.
func (c *Conversation) add(row db.GetConversationRow) error {
	c.WorkflowID = contract.ConversationWorkflowID(c.ID)
	if row.Uncertain != nil && c.Window == nil {
		c.Note = &ConversationNote{Code: "may_have_arrived", Sentence: "a template may have arrived: nobody has heard what became of it"}
		if err := json.Unmarshal(row.Uncertain, c.Note); err != nil {
			return err
		}
		c.Note.At = c.Note.At.UTC()
	}
	if row.Kept != nil {
		c.KeptReply = &KeptReply{}
		if err := json.Unmarshal(row.Kept, c.KeptReply); err != nil {
			return err
		}
		k := c.KeptReply
		k.KeptAt, k.KeepUntil, k.ChangedAt = k.KeptAt.UTC(), k.KeepUntil.UTC(), k.ChangedAt.UTC()
	}
	return c.addPlan(row.Plan)
}

// addPlan says how the contact is being won back, if it is.
func (c *Conversation) addPlan(raw []byte) error {
	if raw == nil {
		return nil
	}
	var p conversation.Plan
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	c.Plan = &PlannedAttempt{Attempt: p.Next + 1, Of: len(p.Policy.Attempts), DueAt: p.DueAt.UTC()}
	if p.Next < len(p.Policy.Attempts) {
		c.Plan.Template = p.Policy.Attempts[p.Next].Template
	}
	if c.Next == nil {
		c.Next = &conversation.Next{Kind: conversation.WakeReengage, At: c.Plan.DueAt}
	}
	return nil
}

// readConversation reads a conversation by its id; of one that has been merged, the one that it is part of. If there is none, the
// error says so to the caller.
func readConversation(ctx context.Context, q *db.Queries, id uuid.UUID) (db.GetConversationRow, error) {
	row, err := q.GetConversation(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return row, noConversation()
	}
	return row, err
}
