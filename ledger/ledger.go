package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/db"
	"reengage/tariff"
)

// Ledger bills conversations. Any number of processes may use the same database at once.
type Ledger struct {
	pool       *pgxpool.Pool
	cards      *tariff.Cards
	entryPoint time.Duration
	log        *slog.Logger
}

// New returns a ledger of a program that ships the given cards (nil: it only observes); entryPoint is how long a free entry point
// lasts (P5).
func New(pool *pgxpool.Pool, cards *tariff.Cards, entryPoint time.Duration, log *slog.Logger) *Ledger {
	return &Ledger{pool: pool, cards: cards, entryPoint: entryPoint, log: log}
}

// ErrUnknownConversation is returned for a conversation id that the database does not know.
var ErrUnknownConversation = errors.New("there is no such conversation")

// StuckError says that a conversation cannot be billed as things are: a setting, a card or the program must change first.
// Nothing was posted, its mark stays, and settlement tries again, later and later.
type StuckError struct {
	ConversationID uuid.UUID
	Err            error
}

func (e *StuckError) Error() string {
	return fmt.Sprintf("conversation %s cannot be billed: %v", e.ConversationID, e.Err)
}

func (e *StuckError) Unwrap() error { return e.Err }

// Posted counts what billing a conversation did. All zero: nothing was dirty, or nothing had changed.
type Posted struct {
	Charges   int
	Reversals int
	Unpriced  int  // messages that wait for a price; the mark stays because of them
	Waiting   bool // the number has no assignment: nothing was rated, the mark stays
}

// Bill brings a conversation's charges up to date, waiting for whoever bills it now. It is a *StuckError if trying again at
// once is in vain, ErrUnknownConversation, or whatever keeps the database away.
func (l *Ledger) Bill(ctx context.Context, conversationID uuid.UUID) (Posted, error) {
	var tallies []*tally
	err := db.InTx(ctx, l.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if err := q.LockForBilling(ctx, conversationID); err != nil {
			return err
		}
		var err error
		tallies, err = l.bill(ctx, q, []uuid.UUID{conversationID})
		return err
	})
	switch {
	case err != nil && passing(ctx, err):
		return Posted{}, fmt.Errorf("bill: %w", err)
	case err != nil:
		tallies = []*tally{{conversation: conversationID, stuck: err}}
	case len(tallies) == 0:
		return Posted{}, ErrUnknownConversation
	}
	if err := l.postpone(ctx, tallies); err != nil {
		return Posted{}, fmt.Errorf("bill: %w", err)
	}
	if t := tallies[0]; t.stuck != nil {
		return Posted{}, &StuckError{ConversationID: conversationID, Err: t.stuck}
	}
	return tallies[0].counts(), nil
}

// bill does the work for conversations whose locks are held. A tally that is stuck has posted nothing; the error is the
// database's and concerns them all.
func (l *Ledger) bill(ctx context.Context, q *db.Queries, ids []uuid.UUID) ([]*tally, error) {
	tallies, err := l.read(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	return tallies, post(ctx, q, tallies)
}

// read is everything up to the posting: what is dirty, what it owes, and how that differs from what is posted.
func (l *Ledger) read(ctx context.Context, q *db.Queries, ids []uuid.UUID) ([]*tally, error) {
	tallies, err := listMarks(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	if err := load(ctx, q, tallies); err != nil {
		return nil, err
	}
	for _, t := range tallies {
		if t.due() {
			t.rate(l.cards)
			t.compare()
		}
	}
	return tallies, nil
}

// postpone logs what could not be billed and keeps settlement from trying it again at once.
func (l *Ledger) postpone(ctx context.Context, tallies []*tally) error {
	var ids []uuid.UUID
	for _, t := range tallies {
		if t.failure() == nil {
			continue
		}
		l.log.WarnContext(ctx, "not billed, left dirty", "conversation", t.conversation, "error", t.failure())
		ids = append(ids, t.conversation)
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := db.New(l.pool).PostponeBilling(ctx, ids)
	return err
}

// passing says whether the same call may well succeed soon.
func passing(ctx context.Context, err error) bool { return ctx.Err() != nil || db.Away(err) }
