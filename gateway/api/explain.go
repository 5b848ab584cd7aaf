package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/db"
	"reengage/sending"
)

// Explain asks why things were done in a conversation, or not.
//
//	GET /v1/conversations/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10/explain?order=desc
type Explain struct {
	ID     uuid.UUID `path:"id" doc:"The conversation's id."`
	Order  string    `query:"order" enum:"asc,desc" default:"asc" doc:"asc: oldest first; desc: newest first."`
	Cursor string    `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before, of the same order."`
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
	Send     *DecidedSend   `json:"send,omitempty" doc:"Which message it is about, if it is about one."`
}

// DecidedSend is the message that a decision is about, without its text.
type DecidedSend struct {
	Type      string         `json:"type" enum:"template,freeform"`
	Template  *string        `json:"template" doc:"Its name; null of a free-form message."`
	Origin    sending.Origin `json:"origin" enum:"request,fallback,reengagement,kept_reply,nudge,campaign"`
	PlannedAt time.Time      `json:"planned_at"`
}

var explainOp = huma.Operation{
	OperationID: "explain-conversation", Method: http.MethodGet, Path: "/v1/conversations/{id}/explain",
	Summary: "Explain a conversation",
	Description: "Every decision in order of time, oldest first unless asked for otherwise: what was considered, allowed or refused, by which rule, on which facts, when. " +
		"Windows, reminders, disputes, consent, suppressions, the outcomes of attempts to send and failed deliveries follow from the facts; the others were recorded when they were taken.",
	Errors: []int{http.StatusNotFound},
}

// decisionSources are all kinds of decisions, as the query names them.
var decisionSources = []string{"decision", "window", "dispute", "reminder", "consent", "suppression", "kept_reply", "attempt", "delivery"}

// Execute returns one page.
func (r *Explain) Execute(ctx context.Context, a *API, _ time.Time) (Page[Decision], error) {
	page := Page[Decision]{Items: []Decision{}}
	from, err := timelineFrom(r.Order, r.Cursor)
	if err != nil {
		return page, err
	}
	row, err := readConversation(ctx, a.queries, r.ID)
	if err != nil {
		return page, err
	}
	since, until := from.span()
	rows, err := a.queries.ListDecisions(ctx, db.ListDecisionsParams{
		ConversationID: row.Conversation.ID, ContactID: row.Contact.ID, Sources: decisionSources, Sends: true,
		NewestFirst: from.Newest, Since: since, Until: until, CursorAt: from.At, CursorSource: from.Source, CursorID: from.ID,
		MaxRows: pageSize(r.Limit) + 1,
	})
	if err != nil {
		return page, err
	}
	rows, page.NextCursor = onePage(rows, pageSize(r.Limit), func(last db.ListDecisionsRow) any {
		return timelineCursor{from.Newest, last.At.UTC(), last.Source, last.ID}
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
