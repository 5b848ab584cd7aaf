package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
)

// ListConversations asks for open windows by deadline, soonest first, then for the rest by last activity, newest first.
//
//	GET /v1/conversations?status=expiring&number=106540352242922&q=ada&limit=50
type ListConversations struct {
	Status string `query:"status" enum:"active,expiring,expired,resuming,awaiting_reply"`
	Number string `query:"number" maxLength:"64" doc:"Phone number id of the business number."`
	Q      string `query:"q" maxLength:"200" doc:"Part of a name, or of a phone's digits, or a whole bsuid."`
	Cursor string `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before."`
	Limit  int32  `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

var listConversationsOp = huma.Operation{
	OperationID: "list-conversations", Method: http.MethodGet, Path: "/v1/conversations",
	Summary: "List conversations",
	Description: "Open windows by deadline, soonest first, then the rest by last activity, newest first. Which conversations are " +
		"listed, and where, is decided as of the first page, so that each one that stays as it is comes exactly once; what is " +
		"said of each is true now. One in which somebody writes while the pages are read may come twice or not at all.",
}

// listCursor is where a list goes on: in which of the two orders and after which conversation.
type listCursor struct {
	Now  time.Time `json:"now"` // virtual time of the first page, which decides what is open
	Rest bool      `json:"rest,omitempty"`
	At   time.Time `json:"at"` // deadline, or last activity, of the last one listed
	ID   uuid.UUID `json:"id"`
}

// A time after all others, and an id after all others, from which the two orders start.
var (
	endOfTime = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	lastID    = uuid.Max
)

// Execute returns one page.
func (r *ListConversations) Execute(ctx context.Context, a *API, real time.Time) (Page[Conversation], error) {
	now := a.clock.At(real)
	// Open are those whose deadline comes after (now, last id): a deadline at now is closed (W5).
	at := listCursor{Now: now, At: now, ID: lastID}
	if err := decodeCursor(r.Cursor, &at); err != nil {
		return Page[Conversation]{}, err
	}
	if !at.Rest && at.At.Before(at.Now) { // not one of ours
		at.At = at.Now
	}
	rows, err := r.read(ctx, a.queries, at)
	if err != nil {
		return Page[Conversation]{}, err
	}
	page := Page[Conversation]{Items: []Conversation{}}
	rows, page.NextCursor = onePage(rows, pageSize(r.Limit), func(last listed) any { return last.cursor(at.Now) })
	permitted, err := permissionsOf(ctx, a.queries, rows)
	if err != nil {
		return Page[Conversation]{}, err
	}
	v, err := a.view(ctx, now, idsOf(rows)...)
	if err != nil {
		return Page[Conversation]{}, err
	}
	for _, row := range rows {
		permissions, err := db.PermissionsOf(row.BusinessNumber, permitted[row.Contact.ID])
		if err != nil {
			return Page[Conversation]{}, err
		}
		c, err := v.conversation(row.Conversation, row.BusinessNumber, row.Contact, permissions)
		if err != nil {
			return Page[Conversation]{}, err
		}
		page.Items = append(page.Items, c)
	}
	return page, nil
}

// permissionsOf reads in one query what a page's contacts permit. It is no part of the listing queries, whose plans follow
// their order.
func permissionsOf(ctx context.Context, q *db.Queries, rows []listed) (map[uuid.UUID]json.RawMessage, error) {
	contacts := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		contacts[i] = row.Contact.ID
	}
	found, err := q.ListPermissions(ctx, contacts)
	if err != nil {
		return nil, err
	}
	permitted := make(map[uuid.UUID]json.RawMessage, len(found))
	for _, p := range found {
		permitted[p.ContactID] = p.Permissions
	}
	return permitted, nil
}

func idsOf(rows []listed) []uuid.UUID {
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.Conversation.ID
	}
	return ids
}

// listed is a row of either order.
type listed struct {
	db.ListOpenConversationsRow
	rest bool
}

func (l listed) cursor(now time.Time) listCursor {
	if l.rest {
		return listCursor{Now: now, Rest: true, At: l.Conversation.LastActivityAt, ID: l.Conversation.ID}
	}
	return listCursor{Now: now, At: *l.Conversation.ExpiresAt, ID: l.Conversation.ID}
}

// read returns up to one row more than the limit, from the open ones and then, if these do not suffice, from the rest.
// A status that only one of the two can have leaves the other out.
func (r *ListConversations) read(ctx context.Context, q *db.Queries, from listCursor) ([]listed, error) {
	most := pageSize(r.Limit) + 1
	among, err := r.among(ctx, q)
	if err != nil || among.nobody {
		return nil, err
	}
	var rows []listed
	status := conversation.StatusName(r.Status)
	after, until, open := openRange(status, from.Now)
	if open && !from.Rest {
		if after.After(from.At) {
			from.At, from.ID = after, lastID
		}
		found, err := q.ListOpenConversations(ctx, db.ListOpenConversationsParams{
			AfterWindowEnd: from.At, AfterID: from.ID, Until: until, NumberID: among.number, Contacts: among.contacts,
			NamePattern: among.name, PhonePattern: among.phone, MaxRows: most,
		})
		if err != nil {
			return nil, err
		}
		for _, row := range found {
			rows = append(rows, listed{row, false})
		}
	}
	if !from.Rest {
		from.At, from.ID = endOfTime, lastID
	}
	if most -= int32(len(rows)); most == 0 || open && status != "" {
		return rows, nil
	}
	rest, err := q.ListOtherConversations(ctx, db.ListOtherConversationsParams{
		BeforeActivityAt: from.At, BeforeID: from.ID, Now: from.Now, Status: r.Status, NumberID: among.number, Contacts: among.contacts,
		NamePattern: among.name, PhonePattern: among.phone, MaxRows: most,
	})
	if err != nil {
		return nil, err
	}
	for _, row := range rest {
		rows = append(rows, listed{db.ListOpenConversationsRow(row), true})
	}
	return rows, nil
}

// openRange is between which deadlines, the first excluded, windows lie that are open at now and of the status; empty: any (W6).
// It reports false for a status that only a closed one has.
func openRange(status conversation.StatusName, now time.Time) (after, until time.Time, open bool) {
	switch status {
	case "":
		return now, endOfTime, true
	case conversation.Active:
		return now.Add(conversation.AlertLead), endOfTime, true
	case conversation.Expiring:
		return now, now.Add(conversation.AlertLead), true
	}
	return time.Time{}, time.Time{}, false
}
