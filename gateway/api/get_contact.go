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
)

// mostHistory is how much of a contact's history is shown, the latest.
const mostHistory = 200

// GetContact asks for what is known of a contact and what it permits.
//
//	GET /v1/contacts/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f11
type GetContact struct {
	ID uuid.UUID `path:"id" doc:"The contact's id. One that has become part of another (W10) is answered with that."`
}

// KnownContact is a contact with what it permits.
type KnownContact struct {
	Contact
	Market        string                  `json:"market" doc:"Region, by which messages are priced; empty: not known."`
	TimeZone      *string                 `json:"time_zone" doc:"As somebody has set it; null: that of the phone's region."`
	Language      *string                 `json:"language"`
	Tags          []string                `json:"tags" nullable:"false" doc:"Sorted."`
	Fields        map[string]string       `json:"fields" nullable:"false" doc:"Custom fields, by name."`
	Aliases       int64                   `json:"aliases" doc:"How many names the provider has for the contact."`
	Conversations []ConversationRef       `json:"conversations" nullable:"false"`
	Consent       map[string]ConsentState `json:"consent" doc:"What holds, by category."`
	History       []ConsentRecord         `json:"consent_history" nullable:"false" doc:"Every opt-in and opt-out, the latest first; at most 200."`
	Suppressions  []Suppression           `json:"suppressions" nullable:"false" doc:"Those in force first."`
}

// ConsentState is what holds for a category.
type ConsentState string

// ConversationRef names a conversation of the contact and its business number.
type ConversationRef struct {
	ID     uuid.UUID `json:"id"`
	Number string    `json:"number" doc:"Phone number id."`
}

// ConsentRecord is the contact's word on a category.
type ConsentRecord struct {
	Category   string    `json:"category"`
	OptedIn    bool      `json:"opted_in"`
	Source     string    `json:"source" doc:"By which way: keyword, whatsapp, import, form, ..."`
	OccurredAt time.Time `json:"occurred_at"`
}

// Suppression is a reason not to write to the contact.
type Suppression struct {
	Scope    string     `json:"scope" enum:"all,marketing"`
	Reason   string     `json:"reason" enum:"undeliverable,recipient_is_sender,experiment,manual"`
	Source   string     `json:"source"`
	Since    time.Time  `json:"since"`
	InForce  bool       `json:"in_force"`
	LiftedAt *time.Time `json:"lifted_at"`
	LiftedBy *string    `json:"lifted_by"`
}

var getContactOp = huma.Operation{
	OperationID: "get-contact", Method: http.MethodGet, Path: "/v1/contacts/{id}",
	Summary: "Get a contact", Description: "With consent, its history and suppressions.", Errors: []int{http.StatusNotFound},
}

// Execute returns the contact as it stands.
func (r *GetContact) Execute(ctx context.Context, a *API, _ time.Time) (c KnownContact, err error) {
	err = oneMoment(ctx, a.pool, func(q *db.Queries) error {
		row, err := q.GetContact(ctx, r.ID)
		if errors.Is(err, pgx.ErrNoRows) {
			return noContact()
		}
		if err != nil {
			return err
		}
		c, err = readContact(ctx, q, row)
		return err
	})
	return c, err
}

func noContact() *Problem {
	return newProblem(http.StatusNotFound, "contact_not_found", "there is no contact with this id")
}

func readContact(ctx context.Context, q *db.Queries, row db.GetContactRow) (KnownContact, error) {
	p := row.Contact
	c := KnownContact{
		Contact: Contact{ID: p.ID, Name: p.Name, Phone: withPlus(p.Phone), BSUID: p.Bsuid}, Market: p.Market, Tags: p.Tags,
		TimeZone: orNone(p.TimeZone), Language: orNone(p.Language), Aliases: row.Aliases,
		Conversations: []ConversationRef{}, Consent: map[string]ConsentState{}, History: []ConsentRecord{}, Suppressions: []Suppression{},
	}
	if err := json.Unmarshal(p.Fields, &c.Fields); err != nil {
		return c, err
	}
	var permissions conversation.Permissions
	if err := json.Unmarshal(row.Permissions, &permissions); err != nil {
		return c, err
	}
	for _, category := range conversation.Categories {
		c.Consent[string(category)] = consentState(permissions.Consent(category))
	}
	changes, err := q.ListConsentChanges(ctx, p.ID, mostHistory)
	if err != nil {
		return c, err
	}
	for _, h := range changes {
		c.History = append(c.History, ConsentRecord{h.Category, h.OptedIn, h.Source, h.OccurredAt.UTC()})
	}
	suppressions, err := q.ListSuppressions(ctx, p.ID, mostHistory)
	if err != nil {
		return c, err
	}
	for _, s := range suppressions {
		c.Suppressions = append(c.Suppressions, Suppression{s.Scope, s.Reason, s.Source, s.Since.UTC(), s.InForce, utc(s.LiftedAt), s.LiftedBy})
	}
	conversations, err := q.ListConversationsOfContact(ctx, p.ID, mostHistory)
	for _, v := range conversations {
		c.Conversations = append(c.Conversations, ConversationRef{v.ID, v.PhoneNumberID})
	}
	return c, err
}

// consentState is a word for what holds; nothing known is a word as well.
func consentState(c conversation.Consent) ConsentState {
	switch c {
	case conversation.OptedIn:
		return "opted_in"
	case conversation.OptedOut:
		return "opted_out"
	}
	return "none"
}

func orNone(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
