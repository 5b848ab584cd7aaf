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
	"reengage/workflows/contract"
)

// ListCharges asks what the ledger says of a half-open period: its rows, or sums by group.
//
//	GET /v1/charges?from=2026-11-01&to=2026-12-01&scheme=zenvia-conversion&group_by=rule
type ListCharges struct {
	From    string   `query:"from" example:"2026-11-01" doc:"Beginning of the period: a date (UTC) or an RFC 3339 time. Default: the beginning of this month."`
	To      string   `query:"to" example:"2026-12-01" doc:"End of the period, not in it. Default: the end of this month."`
	Scheme  string   `query:"scheme" maxLength:"64" example:"zenvia-conversion"`
	GroupBy []string `query:"group_by" enum:"day,number,rule,scheme" doc:"Sums by these, comma separated, and always by currency. Without it: the charges themselves."`
	Cursor  string   `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before; of charges only."`
	Limit   int32    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Of charges; groups come all at once."`
}

// Charge is a row of the ledger or, with group_by, a sum of rows. Fields that do not apply are missing.
type Charge struct {
	ID             int64            `json:"id,omitempty"`
	Scheme         string           `json:"scheme,omitempty"`
	Card           string           `json:"card,omitempty" doc:"The rate card."`
	Kind           string           `json:"kind,omitempty"`
	Rule           string           `json:"rule,omitempty" doc:"The rule that produced the charge."`
	EventID        *uuid.UUID       `json:"event_id,omitempty" doc:"The message that caused it."`
	Revision       int32            `json:"revision,omitempty"`
	Reverses       *int64           `json:"reverses,omitempty" doc:"This row cancels the charge with this id."`
	ConversationID *uuid.UUID       `json:"conversation_id,omitempty"`
	Number         *contract.Number `json:"number,omitempty"`
	Category       *string          `json:"category,omitempty"`
	Market         *string          `json:"market,omitempty"`
	At             *time.Time       `json:"at,omitempty" doc:"The instant that the charge is for."`
	Day            string           `json:"day,omitempty" doc:"Of a group: UTC date."`
	Charges        *int64           `json:"charges,omitempty" doc:"Of a group: how many charges that are not reversed."`
	AmountMicros   int64            `json:"amount_micros" doc:"1,000,000 is one unit of the currency; negative in a reversal."`
	Currency       string           `json:"currency"`
}

var listChargesOp = huma.Operation{
	OperationID: "list-charges", Method: http.MethodGet, Path: "/v1/charges",
	Summary:     "List or sum charges",
	Description: "What the ledger says of a half-open period, by the time that charges are for. Sums never mix currencies.",
}

type chargeCursor struct {
	At time.Time `json:"at"`
	ID int64     `json:"id"`
}

// Execute returns groups, or a page of charges in order of time.
func (r *ListCharges) Execute(ctx context.Context, a *API, real time.Time) (Page[Charge], error) {
	from, to, err := r.period(a.clock.At(real))
	if err != nil {
		return Page[Charge]{}, err
	}
	if len(r.GroupBy) > 0 {
		if r.Cursor != "" {
			return Page[Charge]{}, invalid("cursor", "invalid_cursor", "cursor is for charges only; groups come all at once")
		}
		return r.sums(ctx, a.queries, from, to)
	}
	return r.rows(ctx, a.queries, from, to)
}

func (r *ListCharges) rows(ctx context.Context, q *db.Queries, from, to time.Time) (Page[Charge], error) {
	after := chargeCursor{At: from}
	if err := decodeCursor(r.Cursor, &after); err != nil {
		return Page[Charge]{}, err
	}
	limit := pageSize(r.Limit)
	rows, err := q.ListCharges(ctx, db.ListChargesParams{
		Since: from, Until: to, Scheme: r.Scheme, AfterChargedAt: after.At, AfterID: after.ID, MaxRows: limit + 1,
	})
	if err != nil {
		return Page[Charge]{}, err
	}
	page := Page[Charge]{Items: []Charge{}}
	for i, row := range rows {
		if i == int(limit) {
			last := rows[i-1].Charge
			page.NextCursor = encodeCursor(chargeCursor{At: last.ChargedAt, ID: last.ID})
			break
		}
		c, at := row.Charge, row.Charge.ChargedAt.UTC()
		page.Items = append(page.Items, Charge{
			ID: c.ID, Scheme: c.Scheme, Card: c.Card, Kind: c.Kind, Rule: c.Rule, EventID: &c.EventID, Revision: c.Revision,
			Reverses: c.Reverses, ConversationID: &c.ConversationID, Category: c.Category, Market: c.Market, At: &at,
			Number:       &contract.Number{ID: row.PhoneNumberID, Display: row.Display},
			AmountMicros: c.AmountMicros, Currency: c.Currency,
		})
	}
	return page, nil
}

func (r *ListCharges) sums(ctx context.Context, q *db.Queries, from, to time.Time) (Page[Charge], error) {
	byNumber := slices.Contains(r.GroupBy, "number")
	rows, err := q.SumCharges(ctx, db.SumChargesParams{
		Since: from, Until: to, Scheme: r.Scheme, ByNumber: byNumber, ByDay: slices.Contains(r.GroupBy, "day"),
		ByScheme: slices.Contains(r.GroupBy, "scheme"), ByRule: slices.Contains(r.GroupBy, "rule"),
	})
	if err != nil {
		return Page[Charge]{}, err
	}
	page := Page[Charge]{Items: []Charge{}}
	for _, row := range rows {
		g := Charge{Day: row.Day, Scheme: row.Scheme, Rule: row.Rule, Charges: &row.Charges,
			AmountMicros: row.AmountMicros, Currency: row.Currency}
		if byNumber {
			g.Number = &contract.Number{ID: row.Number, Display: row.NumberDisplay}
		}
		page.Items = append(page.Items, g)
	}
	return page, nil
}

// period reads from and to. Without either it is this month, in UTC; with one, it reaches from there to this month's end,
// or back to the beginning of the month that ends there.
func (r *ListCharges) period(now time.Time) (from, to time.Time, err error) {
	from, to = monthOf(now), monthOf(now).AddDate(0, 1, 0)
	if r.To != "" {
		if to, err = instant("to", r.To); err != nil {
			return from, to, err
		}
		if !from.Before(to) {
			from = monthOf(to.Add(-1))
		}
	}
	if r.From != "" {
		if from, err = instant("from", r.From); err != nil {
			return from, to, err
		}
		if r.To == "" && !from.Before(to) {
			to = monthOf(from).AddDate(0, 1, 0)
		}
	}
	if to.Before(from) {
		return from, to, invalid("to", "invalid_period", "to lies before from")
	}
	return from, to, nil
}

func monthOf(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}

func instant(field, text string) (time.Time, error) {
	// A plus that was not escaped in the address arrives as a space.
	text = strings.ReplaceAll(text, " ", "+")
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, invalid(field, "invalid_field", "%s is neither a date like 2026-11-01 nor an RFC 3339 time", field)
	}
	return t.UTC(), nil
}
