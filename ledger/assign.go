package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"reengage/db"
	"reengage/tariff"
)

// ErrUnknownNumber is returned for a business number that the database does not know.
var ErrUnknownNumber = errors.New("there is no such business number")

// Assignment says by which scheme a business number owes from an instant on, until the next assignment.
type Assignment struct {
	PhoneNumberID string    // Meta's
	Scheme        string    // or tariff.Meta: what Meta charges at the time
	From          time.Time // may lie in the past; zero: always
	CardSet       string    // what it is priced by (LoadCardSet); empty: what the program ships
}

// Assign makes an assignment. Every conversation in which something occurred since is marked, from the beginning of the
// account's month on, because free messages are counted from there (P4); the next settlement posts the differences. The same
// assignment again changes nothing. A scheme that is not known is a *tariff.UsageError that lists those there are; else it may
// be ErrUnknownNumber or ErrUnknownCardSet.
func (l *Ledger) Assign(ctx context.Context, a Assignment) error {
	if _, err := tariff.Lookup(a.Scheme); err != nil && a.Scheme != tariff.Meta {
		return &tariff.UsageError{Reason: err.Error() + "; and " + tariff.Meta}
	}
	if err := l.Open(ctx); err != nil {
		return fmt.Errorf("assign: %w", err)
	}
	return db.InTx(ctx, l.pool, func(tx pgx.Tx) error {
		if err := assign(ctx, db.New(tx), a); err != nil {
			return fmt.Errorf("assign: %w", err)
		}
		return nil
	})
}

func assign(ctx context.Context, q *db.Queries, a Assignment) error {
	number, err := q.GetNumberByPhoneID(ctx, a.PhoneNumberID)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrUnknownNumber
	}
	if err != nil {
		return err
	}
	zone, err := accountZone(number.AccountTimeZone)
	if err != nil {
		return err
	}
	row := db.SetAssignmentParams{BusinessNumberID: number.ID, EffectiveFrom: a.From, Scheme: a.Scheme}
	if a.CardSet != "" && a.CardSet != Shipped {
		if _, err := q.GetNamedCardSet(ctx, a.CardSet); errors.Is(err, pgx.ErrNoRows) {
			return ErrUnknownCardSet
		} else if err != nil {
			return err
		}
		row.CardSet = &a.CardSet
	}
	// A billing under way has read the old assignments. Once it has ended, whatever it billed is there to be marked.
	if err := q.HoldBilling(ctx); err != nil {
		return err
	}
	if changed, err := q.SetAssignment(ctx, row); err != nil || changed == 0 {
		return err
	}
	since := a.From
	if !since.IsZero() {
		since = tariff.MonthOf(since, zone).Start(zone)
	}
	if _, err := q.MarkNumber(ctx, since, forever, number.ID); err != nil {
		return fmt.Errorf("mark conversations: %w", err)
	}
	return q.Audit(ctx, "assign_scheme", "number/"+a.PhoneNumberID, db.Facts{"scheme": a.Scheme, "from": a.From, "card_set": a.CardSet})
}

// AccountZone is the time zone of a number's account: that of its days and months. ErrUnknownNumber if there is no such number.
func (l *Ledger) AccountZone(ctx context.Context, phoneNumberID string) (*time.Location, error) {
	number, err := db.New(l.pool).GetNumberByPhoneID(ctx, phoneNumberID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrUnknownNumber
	}
	if err != nil {
		return nil, fmt.Errorf("account zone: %w", err)
	}
	return accountZone(number.AccountTimeZone)
}
