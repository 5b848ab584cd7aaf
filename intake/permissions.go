package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
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

// RecordConsent records opt-ins and opt-outs in one transaction and has the contacts' open runs told. It returns how many
// were new, by category: a repetition changes nothing. The error wraps ErrInvalid, ErrUnknownContact or
// ErrUnknownConversation.
func (s *Store) RecordConsent(ctx context.Context, real time.Time, changes []ConsentChange) (recorded int, err error) {
	roots, err := s.rootsOf(ctx, changes)
	if err != nil {
		return 0, fmt.Errorf("record consent: %w", err)
	}
	b := newBatch(FromAPI, real, s.clock.At(real))
	for i, c := range changes {
		if err := c.check(); err != nil {
			return 0, fmt.Errorf("record consent: change %d: %w", i, err)
		}
		at, _ := conversation.ClampOccurred(c.OccurredAt, b.now) // W3
		said := consent{contact: roots[c.ContactID], category: c.Category, optedIn: c.OptedIn, source: clean(c.Source), at: at,
			told: c.ConversationID}
		if c.ConversationID != (uuid.UUID{}) {
			b.conversations = append(b.conversations, c.ConversationID)
		}
		if c.Category != "" {
			b.consents = append(b.consents, said)
			continue
		}
		for _, category := range conversation.Categories {
			said.category = category
			b.consents = append(b.consents, said)
		}
	}
	done, err := s.store(ctx, b)
	if err != nil {
		return 0, fmt.Errorf("record consent: %w", err)
	}
	return done.recorded, nil
}

// maxConsentSource bounds how a source is called, in bytes.
const maxConsentSource = 64

func (c ConsentChange) check() error {
	switch {
	case (c.ContactID == uuid.UUID{}) == (c.ConversationID == uuid.UUID{}):
		return fmt.Errorf("%w: either a contact or a conversation is to be named", ErrInvalid)
	case c.Category != "" && !slices.Contains(conversation.Categories, c.Category):
		return fmt.Errorf("%w: the category is none of marketing, utility and authentication", ErrInvalid)
	case c.Source == "" || len(c.Source) > maxConsentSource:
		return fmt.Errorf("%w: the source is missing or longer than 64 bytes", ErrInvalid)
	case c.OccurredAt.Year() < 1970:
		return fmt.Errorf("%w: the time at which it occurred is missing or lies before 1970", ErrInvalid)
	}
	return nil
}

// rootsOf finds the contacts that are named by id, as they are now (W10).
func (s *Store) rootsOf(ctx context.Context, changes []ConsentChange) (map[uuid.UUID]uuid.UUID, error) {
	var ids []uuid.UUID
	for _, c := range changes {
		if c.ContactID != (uuid.UUID{}) && !slices.Contains(ids, c.ContactID) {
			ids = append(ids, c.ContactID)
		}
	}
	return s.roots(ctx, ids)
}

func (s *Store) roots(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := db.New(s.pool).FindContactRoots(ctx, ids)
	if err != nil {
		return nil, err
	}
	if len(rows) < len(ids) {
		return nil, ErrUnknownContact
	}
	roots := map[uuid.UUID]uuid.UUID{}
	for _, r := range rows {
		roots[r.Given] = r.ID
	}
	return roots, nil
}

// Suppress has nothing sent to a contact, or no marketing, until somebody lifts it. by says who asked for it. A suppression
// by hand that is in force already keeps its scope. The error wraps ErrInvalid or ErrUnknownContact.
func (s *Store) Suppress(ctx context.Context, real time.Time, contactID uuid.UUID, marketingOnly bool, by string) error {
	root, err := s.byHand(ctx, contactID, by)
	if err != nil {
		return fmt.Errorf("suppress: %w", err)
	}
	row := suppression{ContactID: root, Scope: "all", Reason: "manual", Source: clean(by), Since: s.clock.At(real)}
	if marketingOnly {
		row.Scope = "marketing"
	}
	err = db.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if err := q.Suppress(ctx, encode([]suppression{row})); err != nil {
			return err
		}
		return q.Audit(ctx, "suppress_contact", "contact/"+root.String(), db.Facts{"scope": row.Scope})
	})
	if err != nil {
		return fmt.Errorf("suppress: %w", err)
	}
	return nil
}

// Lift ends the suppressions of a contact, of the given reason or, if it is empty, all of them; by says who wants that. It
// returns how many were in force. The error wraps ErrInvalid or ErrUnknownContact.
func (s *Store) Lift(ctx context.Context, real time.Time, contactID uuid.UUID, reason, by string) (lifted int, err error) {
	root, err := s.byHand(ctx, contactID, by)
	if err != nil {
		return 0, fmt.Errorf("lift suppressions: %w", err)
	}
	row := db.LiftSuppressionsParams{LiftedAt: s.clock.At(real), LiftedBy: clean(by), ContactID: root, Reason: reason}
	err = db.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		n, err := q.LiftSuppressions(ctx, row)
		if err != nil || n == 0 {
			return err
		}
		lifted = int(n)
		return q.Audit(ctx, "lift_suppressions", "contact/"+root.String(), nil)
	})
	if err != nil {
		return 0, fmt.Errorf("lift suppressions: %w", err)
	}
	return lifted, nil
}

func (s *Store) byHand(ctx context.Context, contactID uuid.UUID, by string) (root uuid.UUID, err error) {
	if by == "" || len(by) > maxConsentSource {
		return root, fmt.Errorf("%w: who wants it is missing or longer than 64 bytes", ErrInvalid)
	}
	roots, err := s.roots(ctx, []uuid.UUID{contactID})
	return roots[contactID], err
}
