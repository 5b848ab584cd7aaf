package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/db"
	"reengage/tariff"
	"reengage/workflows/contract"
)

// ListCharges asks what the ledger says of a half-open period: its rows, or sums by group.
//
//	GET /v1/charges?from=2026-11-01&to=2026-12-01&scheme=meta-pmp-2026&group_by=market,category
type ListCharges struct {
	Period
	Filter
	Contact  string   `query:"contact" format:"uuid" doc:"Only charges of this contact's conversations."`
	Campaign string   `query:"campaign" format:"uuid" doc:"Only charges that messages of this campaign have caused."`
	GroupBy  []string `query:"group_by" enum:"day,number,market,category,rule,contact,campaign,scheme,kind" doc:"Sums by these, comma separated, in this order, and always by currency. Without it: the charges themselves."`
	Cursor   string   `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before; of charges only."`
	Limit    int32    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Of charges; groups come all at once."`
}

// Filter says which charges are meant. What is empty lets all pass.
type Filter struct {
	Number   string `query:"number" maxLength:"64" doc:"Only of this business number (phone number id)."`
	Scheme   string `query:"scheme" maxLength:"64" example:"meta-pmp-2026"`
	Kind     string `query:"kind" enum:"customer_initiated,business_initiated,template,session_in,session_out,message,conversation,fee"`
	Category string `query:"category" maxLength:"64" example:"marketing"`
	Market   string `query:"market" maxLength:"64" example:"BR" doc:"The rate card's row."`
	Rule     string `query:"rule" maxLength:"16" example:"P2"`
	Currency string `query:"currency" pattern:"^[A-Z]{3}$" example:"USD"`
}

// check refuses a scheme that does not exist: an empty answer would look like one that costs nothing.
func (f Filter) check() error { return checkScheme("scheme", f.Scheme) }

func checkScheme(field, name string) error {
	if name == "" {
		return nil
	}
	if _, err := tariff.Lookup(name); err != nil {
		return invalid(field, "unknown_scheme", "%v", err)
	}
	return nil
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
	ContactID      *uuid.UUID       `json:"contact_id,omitempty"`
	Number         *contract.Number `json:"number,omitempty"`
	Campaign       *CampaignName    `json:"campaign,omitempty" doc:"Whose message caused it."`
	Category       *string          `json:"category,omitempty"`
	Market         *string          `json:"market,omitempty" doc:"The rate card's row."`
	At             *time.Time       `json:"at,omitempty" doc:"The instant that the charge is for."`
	Day            string           `json:"day,omitempty" doc:"Of a group: date of the number's account."`
	Charges        *int64           `json:"charges,omitempty" doc:"Of a group: how many charges that are not reversed."`
	AmountMicros   int64            `json:"amount_micros" doc:"1,000,000 is one unit of the currency; negative in a reversal."`
	Currency       string           `json:"currency"`
}

// CampaignName is a campaign as reports name it.
type CampaignName struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

var listChargesOp = huma.Operation{
	OperationID: "list-charges", Method: http.MethodGet, Path: "/v1/charges",
	Summary: "List or sum charges",
	Description: "What the ledger says of a half-open period, by the time that charges are for. Sums never mix currencies; they are " +
		"of one moment and exact, however much is being posted.",
}

type chargeCursor struct {
	At time.Time `json:"at"`
	ID int64     `json:"id"`
}

// Execute returns groups, or a page of charges in order of time.
func (r *ListCharges) Execute(ctx context.Context, a *API, real time.Time) (Page[Charge], error) {
	none := Page[Charge]{Items: []Charge{}}
	p, err := r.Period.read(a.clock.At(real))
	if err != nil {
		return none, err
	}
	if err := r.Filter.check(); err != nil {
		return none, err
	}
	if len(r.GroupBy) > 0 && r.Cursor != "" {
		return none, invalid("cursor", "invalid_cursor", "cursor is for charges only; groups come all at once")
	}
	var page Page[Charge]
	err = oneMoment(ctx, a.pool, func(q *db.Queries) error {
		numbers, err := listReported(ctx, q, r.Number, p)
		if err != nil {
			return err
		}
		of := only{}
		if of.conversations, err = r.conversations(ctx, q); err != nil {
			return err
		}
		if of.campaign, err = r.campaign(ctx, q); err != nil {
			return err
		}
		if len(r.GroupBy) > 0 {
			page, err = r.sums(ctx, q, numbers, of)
			return err
		}
		page, err = r.rows(ctx, q, numbers, of)
		return err
	})
	return page, err
}

// only is what the charges must be of: one contact's conversations, one campaign.
type only struct {
	conversations []uuid.UUID
	campaign      uuid.UUID
}

// campaign is the one that is asked for.
func (r *ListCharges) campaign(ctx context.Context, q *db.Queries) (uuid.UUID, error) {
	if r.Campaign == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(r.Campaign)
	if err != nil {
		return id, invalid("campaign", "invalid_field", "campaign is not an id")
	}
	names, err := q.ListCampaignNames(ctx, []uuid.UUID{id})
	if err == nil && len(names) == 0 {
		err = invalid("campaign", "unknown_campaign", "there is no campaign of this id")
	}
	return id, err
}

// conversations are those of the contact that is asked for.
func (r *ListCharges) conversations(ctx context.Context, q *db.Queries) ([]uuid.UUID, error) {
	if r.Contact == "" {
		return nil, nil
	}
	contact, err := uuid.Parse(r.Contact)
	if err != nil {
		return nil, invalid("contact", "invalid_field", "contact is not an id")
	}
	ids, err := q.ListContactConversations(ctx, contact)
	if err == nil && len(ids) == 0 {
		err = invalid("contact", "unknown_contact", "there is no conversation with a contact of this id")
	}
	return ids, err
}

func (r *ListCharges) rows(ctx context.Context, q *db.Queries, numbers reportedNumbers, of only) (Page[Charge], error) {
	in := numbers.periods()
	after := chargeCursor{At: in.earliest}
	if err := decodeCursor(r.Cursor, &after); err != nil {
		return Page[Charge]{}, err
	}
	limit := pageSize(r.Limit)
	rows, err := q.ListCharges(ctx, db.ListChargesParams{
		Earliest: in.earliest, Latest: in.latest, Since: in.since, Until: in.until, NumberIds: in.ids,
		AfterChargedAt: after.At, AfterID: after.ID, OneContact: r.Contact != "", ConversationIds: of.conversations,
		OneCampaign: r.Campaign != "", CampaignID: of.campaign, Scheme: r.Scheme, Kind: r.Kind, Category: r.Category, Market: r.Market, Rule: r.Rule, Currency: r.Currency, MaxRows: limit + 1,
	})
	if err != nil {
		return Page[Charge]{}, err
	}
	page := Page[Charge]{Items: []Charge{}}
	rows, page.NextCursor = onePage(rows, limit, func(last db.ListChargesRow) any {
		return chargeCursor{At: last.Charge.ChargedAt, ID: last.Charge.ID}
	})
	for _, row := range rows {
		c, at := row.Charge, row.Charge.ChargedAt.UTC()
		var campaign *CampaignName
		if row.CampaignID != uuid.Nil {
			campaign = &CampaignName{row.CampaignID, row.CampaignName}
		}
		page.Items = append(page.Items, Charge{
			ID: c.ID, Scheme: c.Scheme, Card: c.Card, Kind: c.Kind, Rule: c.Rule, EventID: &c.EventID, Revision: c.Revision,
			Reverses: c.Reverses, ConversationID: &row.PartOf, ContactID: &row.ContactID, Campaign: campaign, Category: c.Category,
			Market: c.Market, At: &at, Number: &contract.Number{ID: row.PhoneNumberID, Display: row.Display},
			AmountMicros: c.AmountMicros, Currency: c.Currency,
		})
	}
	return page, nil
}
