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

// ListDifferences asks for the messages that the provider prices otherwise than we compute (P6).
//
//	GET /v1/charges/differences?from=2026-11-01&to=2026-12-01&number=106540352242922
type ListDifferences struct {
	Period
	Number string `query:"number" maxLength:"64" doc:"Only of this business number (phone number id)."`
	Scheme string `query:"scheme" maxLength:"64" example:"meta-pmp-2026"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before."`
	Limit  int32  `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// VerdictDifference is a message of which the provider's verdict and our own computation say different things.
type VerdictDifference struct {
	EventID        uuid.UUID       `json:"event_id" doc:"The message."`
	WAMID          *string         `json:"wamid" doc:"The provider's id of the message, to ask the provider by."`
	ConversationID uuid.UUID       `json:"conversation_id"`
	Number         contract.Number `json:"number"`
	Scheme         string          `json:"scheme"`
	Market         string          `json:"market" doc:"The rate card's row."`
	DeliveredAt    time.Time       `json:"delivered_at"`
	Verdict        VerdictReading  `json:"verdict" doc:"What the provider says; it is what is charged."`
	Own            OwnReading      `json:"own" doc:"What would be charged without the verdict."`
	Currency       string          `json:"currency"`
}

// VerdictReading is the provider's verdict on a message.
type VerdictReading struct {
	Rule         string `json:"rule" example:"P6"`
	Type         string `json:"type" example:"regular"`
	Category     string `json:"category,omitempty" example:"marketing"`
	AmountMicros int64  `json:"amount_micros"`
}

// OwnReading is what the rules make of a message by themselves.
type OwnReading struct {
	Rule         string `json:"rule" example:"P3"`
	Category     string `json:"category" example:"utility"`
	AmountMicros int64  `json:"amount_micros"`
}

var listDifferencesOp = huma.Operation{
	OperationID: "list-verdict-differences", Method: http.MethodGet, Path: "/v1/charges/differences",
	Summary: "List messages that the provider prices otherwise than we compute",
	Description: "By delivery. The charge follows the provider's verdict (P6); the difference is a reason to ask the provider, or to " +
		"look at what was stored.",
}

type differenceCursor struct {
	DeliveredAt time.Time `json:"delivered_at"`
	EventID     uuid.UUID `json:"event_id"`
	Scheme      string    `json:"scheme"`
}

// Execute returns one page.
func (r *ListDifferences) Execute(ctx context.Context, a *API, real time.Time) (Page[VerdictDifference], error) {
	page := Page[VerdictDifference]{Items: []VerdictDifference{}}
	numbers, err := a.numbersOf(ctx, r.Period, r.Number, r.Scheme, real)
	if err != nil {
		return page, err
	}
	in := numbers.periods()
	after := differenceCursor{DeliveredAt: in.earliest}
	if err := decodeCursor(r.Cursor, &after); err != nil {
		return page, err
	}
	limit := pageSize(r.Limit)
	rows, err := a.queries.ListVerdictDifferences(ctx, db.ListVerdictDifferencesParams{
		Earliest: in.earliest, Latest: in.latest, Since: in.since, Until: in.until, NumberIds: in.ids, Scheme: r.Scheme,
		AfterDeliveredAt: after.DeliveredAt, AfterEventID: after.EventID, AfterScheme: after.Scheme, MaxRows: limit + 1,
	})
	if err != nil {
		return page, err
	}
	rows, page.NextCursor = onePage(rows, limit, func(last db.ListVerdictDifferencesRow) any {
		d := last.VerdictDifference
		return differenceCursor{d.DeliveredAt, d.EventID, d.Scheme}
	})
	for _, row := range rows {
		d := row.VerdictDifference
		page.Items = append(page.Items, VerdictDifference{
			EventID: d.EventID, WAMID: row.Wamid, ConversationID: d.ConversationID, Number: contract.Number{ID: row.PhoneNumberID, Display: row.Display},
			Scheme: d.Scheme, Market: d.Market, DeliveredAt: d.DeliveredAt.UTC(), Currency: d.Currency,
			Verdict: VerdictReading{Rule: "P6", Type: d.VerdictType, Category: d.VerdictCategory, AmountMicros: d.VerdictMicros},
			Own:     OwnReading{Rule: d.OwnRule, Category: d.OwnCategory, AmountMicros: d.OwnMicros},
		})
	}
	return page, nil
}

// numbersOf are the numbers of a list, once its filters are known to be good.
func (a *API) numbersOf(ctx context.Context, p Period, number, scheme string, real time.Time) (reportedNumbers, error) {
	read, err := p.read(a.clock.At(real))
	if err != nil {
		return nil, err
	}
	if err := checkScheme("scheme", scheme); err != nil {
		return nil, err
	}
	return listReported(ctx, a.queries, number, read)
}
