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

// ListKeptReplies asks for a conversation's kept replies, the latest first.
//
//	GET /v1/conversations/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10/kept-replies
type ListKeptReplies struct {
	ID     uuid.UUID `path:"id" doc:"The conversation's id."`
	Cursor string    `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before."`
	Limit  int32     `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// KeptReply is a text that an agent wrote to a closed conversation.
type KeptReply struct {
	ID           uuid.UUID         `json:"id"`
	Text         string            `json:"text"`
	State        sending.KeptState `json:"state" enum:"kept,offered,sent,expired,discarded,superseded" doc:"kept: waits for the contact's answer. offered: the contact has answered, somebody has to send or discard it."`
	KeptAt       time.Time         `json:"kept_at"`
	KeepUntil    time.Time         `json:"keep_until" doc:"Half-open."`
	ChangedAt    time.Time         `json:"changed_at" doc:"Since when it is in its state."`
	TemplateSend uuid.UUID         `json:"template_send_id" doc:"The template that went instead."`
	SendID       *uuid.UUID        `json:"send_id" doc:"Of sent: the message that it has become."`
}

var listKeptRepliesOp = huma.Operation{
	OperationID: "list-kept-replies", Method: http.MethodGet, Path: "/v1/conversations/{id}/kept-replies",
	Summary: "List kept replies", Description: "The latest first.", Errors: []int{http.StatusNotFound},
}

// keptCursor is where the list goes on: after this one.
type keptCursor struct {
	At time.Time `json:"at"`
	ID uuid.UUID `json:"id"`
}

// Execute returns one page.
func (r *ListKeptReplies) Execute(ctx context.Context, a *API, _ time.Time) (Page[KeptReply], error) {
	page := Page[KeptReply]{Items: []KeptReply{}}
	after := keptCursor{endOfTime, lastID}
	if err := decodeCursor(r.Cursor, &after); err != nil {
		return page, err
	}
	if _, err := readConversation(ctx, a.queries, r.ID); err != nil { // of none the list would be empty
		return page, err
	}
	rows, err := a.queries.ListKeptReplies(ctx, db.ListKeptRepliesParams{
		ConversationID: r.ID, BeforeKeptAt: after.At, BeforeID: after.ID, MaxRows: pageSize(r.Limit) + 1,
	})
	if err != nil {
		return page, err
	}
	rows, page.NextCursor = onePage(rows, pageSize(r.Limit), func(k db.KeptReply) any { return keptCursor{k.KeptAt.UTC(), k.ID} })
	for _, k := range rows {
		page.Items = append(page.Items, KeptReply{
			ID: k.ID, Text: k.Text, State: sending.KeptState(k.State), KeptAt: k.KeptAt.UTC(), KeepUntil: k.KeepUntil.UTC(),
			ChangedAt: k.ChangedAt.UTC(), TemplateSend: k.TemplateSend, SendID: k.SendID,
		})
	}
	return page, nil
}
