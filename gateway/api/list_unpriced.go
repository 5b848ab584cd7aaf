package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/db"
	"reengage/workflows/contract"
)

// ListUnpriced asks for the messages that are owed something for which no rate card states a price.
//
//	GET /v1/charges/unpriced?from=2026-11-01&to=2026-12-01
type ListUnpriced struct {
	Period
	Number string `query:"number" maxLength:"64" doc:"Only of this business number (phone number id)."`
	Scheme string `query:"scheme" maxLength:"64" example:"meta-pmp-2026"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before."`
	Limit  int32  `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// UnpricedMessage is a message that is not charged only because its price is not known.
type UnpricedMessage struct {
	EventID        uuid.UUID       `json:"event_id" doc:"The message."`
	WAMID          *string         `json:"wamid" doc:"The provider's id of the message."`
	ConversationID uuid.UUID       `json:"conversation_id"`
	Number         contract.Number `json:"number"`
	Scheme         string          `json:"scheme"`
	Card           string          `json:"card" doc:"The rate card in effect; empty if there is none of the scheme."`
	Market         string          `json:"market" doc:"The card's row; empty if the contact's market is not known, or prices do not depend on it."`
	Category       string          `json:"category" doc:"The card's column."`
	At             time.Time       `json:"at" doc:"The instant of the charge that it is not."`
}

var listUnpricedOp = huma.Operation{
	OperationID: "list-unpriced-messages", Method: http.MethodGet, Path: "/v1/charges/unpriced",
	Summary:     "List messages without a price",
	Description: "By the instant that a charge would be for. Each is charged when a rate card arrives that states its price.",
}

type unpricedCursor struct {
	At       time.Time `json:"at"`
	EventID  uuid.UUID `json:"event_id"`
	Scheme   string    `json:"scheme"`
	Category string    `json:"category"`
}

// Execute returns one page.
func (r *ListUnpriced) Execute(ctx context.Context, a *API, real time.Time) (Page[UnpricedMessage], error) {
	page := Page[UnpricedMessage]{Items: []UnpricedMessage{}}
	numbers, err := a.numbersOf(ctx, r.Period, r.Number, r.Scheme, real)
	if err != nil {
		return page, err
	}
	in := numbers.periods()
	after := unpricedCursor{At: in.earliest}
	if err := decodeCursor(r.Cursor, &after); err != nil {
		return page, err
	}
	limit := pageSize(r.Limit)
	rows, err := a.queries.ListUnpricedMessages(ctx, db.ListUnpricedMessagesParams{
		Earliest: in.earliest, Latest: in.latest, Since: in.since, Until: in.until, NumberIds: in.ids, Scheme: r.Scheme,
		AfterChargedAt: after.At, AfterEventID: after.EventID, AfterScheme: after.Scheme, AfterCategory: after.Category,
		MaxRows: limit + 1,
	})
	if err != nil {
		return page, err
	}
	rows, page.NextCursor = onePage(rows, limit, func(last db.ListUnpricedMessagesRow) any {
		u := last.UnpricedMessage
		return unpricedCursor{u.ChargedAt, u.EventID, u.Scheme, u.Category}
	})
	for _, row := range rows {
		u := row.UnpricedMessage
		page.Items = append(page.Items, UnpricedMessage{
			EventID: u.EventID, WAMID: row.Wamid, ConversationID: u.ConversationID, Number: contract.Number{ID: row.PhoneNumberID, Display: row.Display},
			Scheme: u.Scheme, Card: u.Card, Market: u.Market, Category: u.Category, At: u.ChargedAt.UTC(),
		})
	}
	return page, nil
}
