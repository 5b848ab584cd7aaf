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

// ErrUnknownNumber is returned for a phone number id that the database does not know.
var ErrUnknownNumber = errors.New("there is no such business number")

// Assign says by which scheme a business number owes from an instant on, until the next assignment; the zero time means
// always. The number is named by Meta's phone number id. An assignment may lie in the past: every conversation in which
// something occurred since is marked, and the next settlement posts the differences. The same assignment again changes
// nothing. A scheme that is not known is a *tariff.UsageError that lists those there are.
func (l *Ledger) Assign(ctx context.Context, phoneNumberID, scheme string, from time.Time) error {
	if _, err := tariff.Lookup(scheme); err != nil {
		return err
	}
	return db.InTx(ctx, l.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		number, err := q.GetNumberID(ctx, phoneNumberID)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrUnknownNumber
		}
		if err != nil {
			return fmt.Errorf("assign: %w", err)
		}
		// A billing under way has read the old assignments. Once it has ended, whatever it billed is there to be marked.
		if err := q.HoldBilling(ctx); err != nil {
			return fmt.Errorf("assign: %w", err)
		}
		changed, err := q.SetAssignment(ctx, number, from, scheme)
		if err != nil {
			return fmt.Errorf("assign: %w", err)
		}
		if changed == 0 {
			return nil
		}
		if _, err := q.MarkNumberDirty(ctx, number, from); err != nil {
			return fmt.Errorf("assign: mark conversations: %w", err)
		}
		return nil
	})
}
