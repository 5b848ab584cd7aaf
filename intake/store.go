package intake

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

	"reengage/clock"
	"reengage/db"
)

// Store stores what happened. It is safe for concurrent use, also by any number of processes on one database.
type Store struct {
	pool  *pgxpool.Pool
	clock clock.Clock
	log   *slog.Logger
	count instruments

	entryPoints []string // the kinds of referral that open a free entry point (W8)

	key     atomic.Pointer[eventKey]
	numbers sync.Map     // phone number id → number, for those about which there is nothing left to learn
	words   sync.Map     // a number's own stop words, as they stand → words
	wakes   atomic.Int64 // asked for and not done
}

// New returns a Store. c turns the real time of receipt into the virtual one that facts are in.
func New(pool *pgxpool.Pool, c clock.Clock, log *slog.Logger) *Store {
	return &Store{pool: pool, clock: c, log: log, count: newInstruments(), entryPoints: []string{"ad"}}
}

// WithEntryPoints names the kinds of referral (source_type, as the provider has it) that open a free entry point (W8); without it
// that is an ad alone. It is called before the first message.
func (s *Store) WithEntryPoints(kinds []string) *Store {
	s.entryPoints = kinds
	return s
}

// Messages stores messages that came by another way than the webhook, in one transaction, and says of each what became
// of it, in the given order. A message that is known already changes nothing. real is the time of receipt on the real
// clock. The error wraps ErrInvalid or ErrUnknownConversation if a message is to blame; then nothing is stored.
func (s *Store) Messages(ctx context.Context, source Source, real time.Time, msgs []Message) ([]Stored, error) {
	key, err := s.eventKey(ctx)
	if err != nil {
		return nil, err
	}
	b := newBatch(source, real, s.clock.At(real))
	if err := s.addMessages(ctx, b, key, msgs); err != nil {
		return nil, fmt.Errorf("store messages: %w", err)
	}
	done, err := s.store(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("store messages: %w", err)
	}
	return s.report(ctx, b, done)
}

// Resolve finds the conversation of a contact with a business number, or makes it. A number that nobody has set up is
// registered. real is the time on the real clock. The error wraps ErrInvalid if the contact
// or the number is not named.
func (s *Store) Resolve(ctx context.Context, real time.Time, phoneNumberID string, who Identity) (uuid.UUID, error) {
	b := newBatch(FromAPI, real, s.clock.At(real))
	if err := b.addPerson(phoneNumberID, who, ""); err != nil {
		return uuid.UUID{}, fmt.Errorf("resolve conversation: %w", err)
	}
	done, err := s.store(ctx, b)
	if err != nil {
		return uuid.UUID{}, fmt.Errorf("resolve conversation: %w", err)
	}
	return done.conversations[0].ID, nil
}

// errLostRace ends a try that was decided on something another transaction has changed meanwhile, or that would have to lock
// something out of order; the next try sees it, or locks it first.
var errLostRace = errors.New("another transaction was faster")

// maxRaces bounds the tries. Each lost race means that somebody else has committed, so few are ever needed.
const maxRaces = 50

// store runs the one transaction.
func (s *Store) store(ctx context.Context, b *batch) (*attempt, error) {
	done, err := s.try(ctx, b)
	if sqlState(err) == foreignKeyViolation {
		s.forget() // what we remember is not there: the next try reads it again
	}
	if err == nil {
		err = s.infer(ctx, done)
	}
	return done, err
}

func (s *Store) try(ctx context.Context, b *batch) (*attempt, error) {
	numbers, err := s.findNumbers(ctx, b)
	if err != nil {
		return nil, err
	}
	err = errLostRace
	var aliases []aliasKey
	for tries := 0; errors.Is(err, errLostRace) && tries < maxRaces; tries++ {
		var a *attempt
		err = db.InTxByKey(ctx, s.pool, func(tx pgx.Tx) error {
			a = newAttempt(s, db.New(tx), b, numbers)
			a.aliases = aliases
			return a.run(ctx)
		})
		if err == nil {
			a.committed(ctx)
			return a, nil
		}
		if a != nil { // it has begun
			aliases = append(aliases, a.missing...)
		}
	}
	return nil, err
}
