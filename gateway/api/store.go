package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/nyaruka/phonenumbers"

	"reengage/intake"
)

// Store is what the API needs of intake to write; *intake.Store is one.
type Store interface {
	Messages(ctx context.Context, source intake.Source, real time.Time, messages []intake.Message) ([]intake.Stored, error)
	Resolve(ctx context.Context, real time.Time, phoneNumberID string, who intake.Identity) (uuid.UUID, error)
	RecordConsent(ctx context.Context, real time.Time, changes []intake.ConsentChange) (recorded int, err error)
	Suppress(ctx context.Context, real time.Time, contactID uuid.UUID, marketingOnly bool, by string) error
	Lift(ctx context.Context, real time.Time, contactID uuid.UUID, reason, by string) (lifted int, err error)
}

// ContactRef names a contact (W10).
type ContactRef struct {
	Phone string `json:"phone,omitempty" maxLength:"40" example:"+447700900123" doc:"International, with or without the plus. Needed if there is no bsuid."`
	BSUID string `json:"bsuid,omitempty" maxLength:"512" pattern:"^[!-~]+$" example:"US.13491208655302741918" doc:"Business-scoped user id. Needed if there is no phone."`
	Name  string `json:"name,omitempty" example:"Ada Example" doc:"Profile name; replaces the one known. Cut to 512 characters: people call themselves what they like, and no message is refused for that."`
}

// identity reads the reference. A phone must be one that can exist; whether it is in use nobody knows.
func (c ContactRef) identity() (intake.Identity, error) {
	who := intake.Identity{BSUID: c.BSUID, Name: c.Name}
	if strings.TrimSpace(c.Phone) == "" {
		if c.BSUID == "" {
			return who, invalid("contact", "contact_required", "the contact needs a phone or a bsuid")
		}
		return who, nil
	}
	number, err := phonenumbers.Parse("+"+strings.TrimPrefix(strings.TrimSpace(c.Phone), "+"), "")
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return who, invalid("contact.phone", "invalid_phone", "contact.phone is not an international phone number such as +447700900123")
	}
	who.Phone = strings.TrimPrefix(phonenumbers.Format(number, phonenumbers.E164), "+")
	return who, nil
}

// Receipt says what became of a message.
type Receipt struct {
	EventID        uuid.UUID `json:"event_id" doc:"The same for every copy of a message."`
	ConversationID uuid.UUID `json:"conversation_id"`
	Duplicate      bool      `json:"duplicate" doc:"The message was known already; this copy changed nothing."`
}

// Resolve looks at the phone with the schema, so that a caller hears of everything that is wrong at once.
func (c ContactRef) Resolve(huma.Context) []error {
	if c.Phone == "" {
		return nil
	}
	if _, err := c.identity(); err != nil {
		return []error{err}
	}
	return nil
}

// record stores one message; when it returns, the message is committed.
func (a *API) record(ctx context.Context, real time.Time, contact ContactRef, m intake.Message) (Receipt, error) {
	if m.OccurredAt.Year() < 1970 {
		return Receipt{}, invalid("message.occurred_at", "invalid_field", "message.occurred_at lies before 1970")
	}
	var err error
	if m.Who, err = contact.identity(); err != nil {
		return Receipt{}, err
	}
	stored, err := a.store.Messages(ctx, intake.FromAPI, real, []intake.Message{m})
	if err != nil {
		return Receipt{}, refused(err)
	}
	s := stored[0]
	if !s.New {
		if err := a.sameMessage(ctx, real, m, s); err != nil {
			return Receipt{}, err
		}
	}
	return Receipt{EventID: s.EventID, ConversationID: s.ConversationID, Duplicate: !s.New}, nil
}

// sameMessage refuses a message whose id another one has: a copy goes the same way, to or from the same contact. Copies
// are rare, so only they pay for looking the contact up.
func (a *API) sameMessage(ctx context.Context, real time.Time, m intake.Message, known intake.Stored) error {
	if m.Type != known.Type && (m.Kind == intake.Outbound) != sent(known.Type) {
		return newProblem(http.StatusConflict, "message_id_conflict", "a message of the other direction has this id; this one was not stored")
	}
	conversation, err := a.store.Resolve(ctx, real, m.PhoneNumberID, m.Who)
	if err != nil {
		return refused(err)
	}
	if conversation != known.ConversationID {
		return newProblem(http.StatusConflict, "message_id_conflict", "a message of another contact has this id; this one was not stored")
	}
	return nil
}

// sent reports whether the type is an outbound message's. We do not forbid it to an inbound one, but no provider uses it.
func sent(kind string) bool { return kind == "template" || kind == "freeform" }

// refused is for what intake finds wrong that the schema could not.
func refused(err error) error {
	if errors.Is(err, intake.ErrInvalid) {
		return newProblem(http.StatusUnprocessableEntity, "invalid_message", err.Error())
	}
	return err
}
