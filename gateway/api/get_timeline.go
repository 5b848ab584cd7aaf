package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/db"
)

// GetTimeline asks for what has happened in a conversation.
//
//	GET /v1/conversations/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10/timeline?order=desc
type GetTimeline struct {
	ID     uuid.UUID `path:"id" doc:"The conversation's id."`
	Order  string    `query:"order" enum:"asc,desc" default:"asc" doc:"asc: oldest first; desc: newest first."`
	Cursor string    `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before, of the same order."`
	Limit  int32     `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// TimelineItem is one thing that has happened: what its kind names is there, the others are not.
type TimelineItem struct {
	At       time.Time         `json:"at" doc:"Of a message: when it occurred; of one that has not been sent: when it was planned. Of a charge: the instant that it is for."`
	Kind     string            `json:"kind" enum:"message,reminder,charge,decision"`
	ID       string            `json:"id" doc:"Unique in the conversation's timeline. Of a message that was sent from here: the send's id."`
	Message  *TimelineMessage  `json:"message,omitempty"`
	Reminder *TimelineReminder `json:"reminder,omitempty"`
	Charge   *TimelineCharge   `json:"charge,omitempty"`
	Decision *Decision         `json:"decision,omitempty"`
}

// TimelineReminder is a warning to the team before the window closed (W7).
type TimelineReminder struct {
	Outcome      string    `json:"outcome" enum:"sent,late,missed"`
	Sentence     string    `json:"sentence"`
	Deadline     time.Time `json:"deadline" doc:"When the window that it warns of would close."`
	DueAt        time.Time `json:"due_at"`
	LeadsSeconds []int32   `json:"leads_seconds" nullable:"false"`
}

// TimelineCharge is a row of the ledger.
type TimelineCharge struct {
	ID           int64   `json:"id"`
	Scheme       string  `json:"scheme" example:"zenvia-conversion"`
	Kind         string  `json:"kind" enum:"customer_initiated,business_initiated,template,session_in,session_out,message,conversation,fee"`
	Rule         string  `json:"rule" example:"Z2"`
	Category     *string `json:"category"`
	Market       *string `json:"market"`
	AmountMicros int64   `json:"amount_micros" doc:"1,000,000 is one unit of the currency; negative in a reversal."`
	Currency     string  `json:"currency"`
	Reverses     *int64  `json:"reverses" doc:"This row cancels the charge with this id."`
	Reversed     bool    `json:"reversed" doc:"A later row cancels this one."`
	MessageID    string  `json:"message_id" doc:"The id of the timeline's message that caused it."`
}

var getTimelineOp = huma.Operation{
	OperationID: "get-timeline", Method: http.MethodGet, Path: "/v1/conversations/{id}/timeline",
	Summary: "Read a conversation's timeline",
	Description: "Messages, reminders, decisions and charges in one list, in order of time. A message that was sent from here is one item, from " +
		"its plan to its delivery; once it has been sent it moves from the moment of its plan to that. Decisions that another item tells already " +
		"are left out: explain has them all. Who may read a conversation sees what it costs; sums over many need the scope billing.",
	Errors: []int{http.StatusNotFound},
}

// The kinds of decisions that no other item tells.
var toldByDecisions = []string{"decision", "dispute", "consent", "suppression", "kept_reply"}

// timelineRow is an item with its place in the order.
type timelineRow struct {
	timelineCursor
	item TimelineItem
}

// Execute returns one page.
func (r *GetTimeline) Execute(ctx context.Context, a *API, _ time.Time) (Page[TimelineItem], error) {
	page := Page[TimelineItem]{Items: []TimelineItem{}}
	from, err := timelineFrom(r.Order, r.Cursor)
	if err != nil {
		return page, err
	}
	var rows []timelineRow
	err = oneMoment(ctx, a.pool, func(q *db.Queries) error {
		conversation, err := readConversation(ctx, q, r.ID)
		if err != nil {
			return err
		}
		rows, err = readTimeline(ctx, q, conversation.Conversation, from, pageSize(r.Limit)+1)
		return err
	})
	if err != nil {
		return page, err
	}
	rows, page.NextCursor = onePage(rows, pageSize(r.Limit), func(last timelineRow) any { return last.timelineCursor })
	for _, row := range rows {
		page.Items = append(page.Items, row.item)
	}
	return page, nil
}

// readTimeline reads as many items from the cursor on, of the two lists that are kept apart: what happened and what was decided.
func readTimeline(ctx context.Context, q *db.Queries, c db.Conversation, from timelineCursor, most int32) ([]timelineRow, error) {
	since, until := from.span()
	happened, err := q.ListTimeline(ctx, db.ListTimelineParams{ConversationID: c.ID, NewestFirst: from.Newest, Since: since, Until: until,
		CursorAt: from.At, CursorSource: from.Source, CursorID: from.ID, MaxRows: most})
	if err != nil {
		return nil, err
	}
	decided, err := q.ListDecisions(ctx, db.ListDecisionsParams{ConversationID: c.ID, ContactID: c.ContactID, Sources: toldByDecisions,
		NewestFirst: from.Newest, Since: since, Until: until, CursorAt: from.At, CursorSource: from.Source, CursorID: from.ID, MaxRows: most})
	if err != nil {
		return nil, err
	}
	rows := make([]timelineRow, 0, len(happened)+len(decided))
	for _, row := range happened {
		item, err := timelineItem(row)
		if err != nil {
			return nil, err
		}
		rows = append(rows, timelineRow{timelineCursor{from.Newest, row.At.UTC(), row.Source, row.ID}, item})
	}
	for _, row := range decided {
		d, err := decisionOf(row)
		if err != nil {
			return nil, err
		}
		item := TimelineItem{At: d.At, Kind: "decision", ID: row.Source + "/" + row.ID, Decision: &d}
		rows = append(rows, timelineRow{timelineCursor{from.Newest, d.At, row.Source, row.ID}, item})
	}
	slices.SortStableFunc(rows, timelineRow.compare)
	return rows[:min(len(rows), int(most))], nil
}

// compare orders items of different lists; those of one list come in order.
func (r timelineRow) compare(other timelineRow) int {
	order := r.At.Compare(other.At)
	if order == 0 {
		order = strings.Compare(r.Source, other.Source)
	}
	if r.Newest {
		order = -order
	}
	return order
}
