package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/jackc/pgx/v5"

	"reengage/db"
	"reengage/tariff"
)

// Shipped names the set of cards that came with the program that was started last.
const Shipped = "shipped"

// ErrShippedName is returned to who would give the shipped set's name to another.
var ErrShippedName = errors.New("the set of cards named " + Shipped + " is the program's own; choose another name")

// ErrUnknownCardSet is returned for a name that no set of cards has.
var ErrUnknownCardSet = errors.New("there is no set of rate cards of that name")

// Open stores the set of cards that the program ships, so that what is priced with it stays priced with it, and makes it the
// current one. If that changes anything, messages that had no price are looked at again. Whoever bills first does it too.
func (l *Ledger) Open(ctx context.Context) error {
	if l.opened.Load() {
		return nil
	}
	if err := l.name(ctx, Shipped, l.cards); err != nil {
		return fmt.Errorf("store the shipped rate cards: %w", err)
	}
	l.opened.Store(true)
	return nil
}

// LoadCardSet stores rate cards from files under a name that assignments can give. Months that are posted keep their prices
// (Rerate); messages that had no price are looked at again. The same again changes nothing. Cards that cannot be read are a
// *tariff.CardError, and cards of one scheme in several currencies a *tariff.UsageError: a number that is assigned to them could
// not be billed at all, not even for the time before the assignment.
func (l *Ledger) LoadCardSet(ctx context.Context, name string, files fs.FS) error {
	if name == Shipped || name == "" {
		return ErrShippedName
	}
	set, err := tariff.LoadCards(files)
	if err != nil {
		return err
	}
	if err := set.CheckCurrencies(); err != nil {
		return err
	}
	if err := l.name(ctx, name, set); err != nil {
		return fmt.Errorf("load rate cards: %w", err)
	}
	return nil
}

// name makes a name mean a set.
func (l *Ledger) name(ctx context.Context, name string, set *tariff.Cards) error {
	digest := set.Digest()
	named, err := db.New(l.pool).GetNamedCardSet(ctx, name)
	if err == nil && named == digest {
		return nil
	}
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	files, err := json.Marshal(set.Files())
	if err != nil {
		return err
	}
	return db.InTx(ctx, l.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		// A billing under way prices with the old set; what it lists as unpriced must be there to be marked.
		if err := q.HoldBilling(ctx); err != nil {
			return err
		}
		if err := q.StoreCardSet(ctx, digest, files); err != nil {
			return err
		}
		if changed, err := q.NameCardSet(ctx, name, digest); err != nil || changed == 0 {
			return err
		}
		if _, err := q.MarkUnpriced(ctx); err != nil || name == Shipped { // those the program brings with it
			return err
		}
		return q.Audit(ctx, "load_rate_cards", "card_set/"+name, nil)
	})
}

// CardSet is the set of rate cards that a name means now, or ErrUnknownCardSet.
func (l *Ledger) CardSet(ctx context.Context, name string) (*tariff.Cards, error) {
	q := db.New(l.pool)
	digest, err := q.GetNamedCardSet(ctx, name)
	if errors.Is(err, pgx.ErrNoRows) {
		if name == Shipped && l.cards != nil { // nothing has been billed yet
			return l.cards, nil
		}
		return nil, ErrUnknownCardSet
	}
	if err != nil {
		return nil, fmt.Errorf("read rate cards: %w", err)
	}
	return l.cardSet(ctx, q, digest)
}

// CardSetNames lists the names that sets of rate cards have, the shipped one first.
func (l *Ledger) CardSetNames(ctx context.Context) ([]string, error) {
	stored, err := db.New(l.pool).ListCardSetNames(ctx)
	if err != nil {
		return nil, fmt.Errorf("list rate cards: %w", err)
	}
	stored = slices.DeleteFunc(stored, func(name string) bool { return name == Shipped }) // it is there before it is stored
	return append([]string{Shipped}, stored...), nil
}

// cardSet is the stored set of that digest. A set never changes, so each is read once.
func (l *Ledger) cardSet(ctx context.Context, q *db.Queries, digest string) (*tariff.Cards, error) {
	if l.cards != nil && digest == l.cards.Digest() {
		return l.cards, nil
	}
	if set, ok := l.sets.Load(digest); ok {
		return set.(*tariff.Cards), nil
	}
	stored, err := q.GetCardSet(ctx, digest)
	if err != nil {
		return nil, fmt.Errorf("read rate cards: %w", err)
	}
	var contents map[string]string
	if err := json.Unmarshal(stored, &contents); err != nil {
		return nil, &unreadableCards{digest, err}
	}
	set, err := tariff.ReadCards(contents)
	if err != nil {
		return nil, &unreadableCards{digest, err}
	}
	l.sets.Store(digest, set)
	return set, nil
}

// unreadableCards is a stored set that this program cannot read; another may.
type unreadableCards struct {
	digest string
	err    error
}

func (e *unreadableCards) Error() string {
	return fmt.Sprintf("the stored rate cards %.12s cannot be read by this program: %v", e.digest, e.err)
}

func (e *unreadableCards) Unwrap() error { return e.err }
