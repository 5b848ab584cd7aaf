package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/db"
)

// Explain asks why things were done in a conversation, or not.
//
//	GET /v1/conversations/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10/explain
type Explain struct {
	ID     uuid.UUID `path:"id" doc:"The conversation's id."`
	Cursor string    `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before."`
	Limit  int32     `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// Decision is one thing that was considered. It holds no text and no name.
type Decision struct {
	At       time.Time      `json:"at"`
	Subject  string         `json:"subject" doc:"window, reminder, send, attempt, delivery, reengagement, kept_reply, consent, suppression, close, resume_claim, ..."`
	Allowed  *bool          `json:"allowed" doc:"null: nothing was asked for."`
	Rule     string         `json:"rule" example:"W5" doc:"Of window.md (W1 to W11), the gate, the policy, ..."`
	Code     string         `json:"code" example:"window_closed"`
	Sentence string         `json:"sentence"`
	Facts    map[string]any `json:"facts" doc:"What it rests on."`
	SendID   *uuid.UUID     `json:"send_id,omitempty"`
}

var explainOp = huma.Operation{
	OperationID: "explain-conversation", Method: http.MethodGet, Path: "/v1/conversations/{id}/explain",
	Summary: "Explain a conversation",
	Description: "Every decision in order, oldest first: what was considered, allowed or refused, by which rule, on which facts, when. " +
		"Windows, reminders, disputes, consent, suppressions, the outcomes of attempts to send and failed deliveries follow from the facts; the others were recorded when they were taken.",
	Errors: []int{http.StatusNotFound},
}

// decisionSources are all kinds of decisions, as the query names them.
var decisionSources = []string{"decision", "window", "dispute", "reminder", "consent", "suppression", "kept_reply", "attempt", "delivery"}

// explainCursor is where the list goes on: after this one.
type explainCursor struct {
	At     time.Time `json:"at"`
	Source string    `json:"source"`
	ID     string    `json:"id"`
}

// Execute returns one page.
func (r *Explain) Execute(ctx context.Context, a *API, _ time.Time) (Page[Decision], error) {
	page := Page[Decision]{Items: []Decision{}}
	var after explainCursor
	if err := decodeCursor(r.Cursor, &after); err != nil {
		return page, err
	}
	row, err := readConversation(ctx, a.queries, r.ID)
	if err != nil {
		return page, err
	}
	rows, err := a.queries.ListDecisions(ctx, db.ListDecisionsParams{
		ConversationID: row.Conversation.ID, ContactID: row.Contact.ID, Sources: decisionSources, Sends: true,
		Since: after.At, Until: endOfTime, CursorAt: after.At, CursorSource: after.Source, CursorID: after.ID, MaxRows: pageSize(r.Limit) + 1,
	})
	if err != nil {
		return page, err
	}
	rows, page.NextCursor = onePage(rows, pageSize(r.Limit), func(last db.ListDecisionsRow) any {
		return explainCursor{last.At.UTC(), last.Source, last.ID}
	})
	for _, row := range rows {
		d, err := decisionOf(row)
		if err != nil {
			return page, err
		}
		page.Items = append(page.Items, d)
	}
	return page, nil
}
