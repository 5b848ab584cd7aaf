package intake

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
)

// ErrUnknownContact is returned for a contact id that the database does not know.
var ErrUnknownContact = errors.New("there is no such contact")

// ConsentChange is a contact's word on a category of messages. Exactly one of ContactID and ConversationID names the
// contact; with ConversationID the conversation's own workflow is not told, because it brought the change.
type ConsentChange struct {
	ContactID      uuid.UUID
	ConversationID uuid.UUID
	Category       conversation.Category // empty: all of them
	OptedIn        bool
	Source         string    // by which way: form, import, api, ...
	OccurredAt     time.Time // virtual
}

// RecordConsent records opt-ins and opt-outs in one transaction and has the contact's open runs told. It returns how many
// were new: a repetition changes nothing. The error wraps ErrInvalid, ErrUnknownContact or ErrUnknownConversation.
func (s *Store) RecordConsent(ctx context.Context, real time.Time, changes []ConsentChange) (recorded int, err error) {
	return 0, errors.New("record consent: not written yet")
}

// Suppress has nothing sent to a contact, or no marketing, until somebody lifts it. by says who asked for it. A suppression
// by hand that is in force already is not changed. The error wraps ErrUnknownContact.
func (s *Store) Suppress(ctx context.Context, real time.Time, contactID uuid.UUID, marketingOnly bool, by string) error {
	return errors.New("suppress: not written yet")
}

// Lift ends the suppressions of a contact, of the given reason or, if it is empty, all of them; by says who wants that. It
// returns how many were in force.
func (s *Store) Lift(ctx context.Context, real time.Time, contactID uuid.UUID, reason, by string) (lifted int, err error) {
	return 0, errors.New("lift: not written yet")
}
