package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
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

	opened atomic.Bool
	sets   sync.Map // of cards, by digest
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
	Unpriced  int // messages of what was looked at that wait for a price; they are listed
	// What depends on the number's count of free messages (P4), or is part of what somebody else bills, is left to settlement, and
	// so is the mark.
	Unsettled bool
}

// Bill brings a conversation's charges up to date, waiting for whoever bills it now; of a merged one, those of the one that it is
// part of. It is a *StuckError if trying again at
// once is in vain, ErrUnknownConversation, or whatever keeps the database away.
func (l *Ledger) Bill(ctx context.Context, conversationID uuid.UUID) (Posted, error) {
	if err := l.Open(ctx); err != nil {
		return Posted{}, fmt.Errorf("bill: %w", err)
	}
	var tallies []*tally
	err := l.unpinned(ctx, func(q *db.Queries) error {
		if err := q.LockForBilling(ctx, conversationID); err != nil {
			return err
		}
		b, err := l.bill(ctx, q, []uuid.UUID{conversationID}, promptly)
		tallies = b.tallies
		return err
	})
	switch {
	case err != nil && passing(ctx, err):
		return Posted{}, fmt.Errorf("bill: %w", err)
	case err != nil:
		tallies = []*tally{{stretch: stretch{conversation: conversationID}, stuck: err}}
	case len(tallies) == 0:
		return Posted{}, ErrUnknownConversation
	}
	if err := l.postpone(ctx, tallies); err != nil {
		return Posted{}, fmt.Errorf("bill: %w", err)
	}
	if t := tallies[0]; t.stuck != nil {
		return Posted{}, &StuckError{ConversationID: conversationID, Err: t.stuck}
	}
	if root := tallies[0].mark.MergedInto; root != nil {
		return l.Bill(ctx, *root)
	}
	return tallies[0].counts(), nil
}

// unpinned runs a billing's transaction, again if another program fixed the prices of a month while it rated with others.
func (l *Ledger) unpinned(ctx context.Context, fn func(*db.Queries) error) error {
	err := errPinned
	for tries := 0; errors.Is(err, errPinned) && tries < maxTries; tries++ {
		err = db.InTxByKey(ctx, l.pool, func(tx pgx.Tx) error {
			q := db.New(tx)
			if err := q.BeginBilling(ctx); err != nil {
				return err
			}
			return fn(q)
		})
	}
	return err
}

// maxTries bounds the tries. After each somebody else has pinned a month for good, so few are ever needed.
const maxTries = 20

// manner is how conversations are billed.
type manner int

const (
	promptly   manner = iota // one conversation by itself: what depends on its number's count stays open
	settlement               // under the numbers' locks: everything
)

// billing is what was done to some conversations.
type billing struct {
	tallies []*tally
	marked  int64 // other conversations that are to be billed again
}

// bill does the work for conversations whose locks are held. A tally that is stuck has posted nothing; the error is the
// database's, or errPinned, and concerns them all.
func (l *Ledger) bill(ctx context.Context, q *db.Queries, ids []uuid.UUID, how manner) (billing, error) {
	tallies, pins, err := l.read(ctx, q, ids)
	if err != nil {
		return billing{}, err
	}
	c := &counting{}
	if how == settlement {
		if c, err = settlePlaces(ctx, q, tallies); err != nil {
			return billing{}, err
		}
	}
	for _, t := range tallies {
		if t.due() {
			t.unsettled = how == promptly && t.counted()
			t.conclude(c.end, pins)
		}
	}
	b := billing{tallies: tallies}
	b.marked, err = post(ctx, q, tallies, c)
	return b, err
}

// read is everything up to what depends on numbers' counts: what is dirty, and drafts of what it owes.
func (l *Ledger) read(ctx context.Context, q *db.Queries, ids []uuid.UUID) ([]*tally, pins, error) {
	tallies, err := listTallies(ctx, q, ids, l.entryPoint)
	if err != nil {
		return nil, nil, err
	}
	if err := lockParts(ctx, q, tallies); err != nil {
		return nil, nil, err
	}
	pins, err := l.draft(ctx, q, tallies)
	return tallies, pins, err
}

// draft loads and rates what is due.
func (l *Ledger) draft(ctx context.Context, q *db.Queries, tallies []*tally) (pins, error) {
	pins, err := listPins(ctx, q, tallies)
	if err != nil {
		return nil, err
	}
	if err := load(ctx, q, tallies); err != nil {
		return nil, err
	}
	for _, t := range tallies {
		if !t.due() {
			continue
		}
		if err := l.rate(ctx, q, t, pins); err != nil {
			return nil, err
		}
		if t.stuck == nil {
			t.place()
		}
	}
	return pins, nil
}

// postpone logs what could not be billed and keeps settlement from trying it again at once.
func (l *Ledger) postpone(ctx context.Context, tallies []*tally) error {
	var ids []uuid.UUID
	for _, t := range tallies {
		if t.stuck == nil {
			continue
		}
		l.log.WarnContext(ctx, "not billed, left dirty", "conversation", t.conversation, "error", t.stuck)
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
