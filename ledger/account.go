package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/db"
)

// CheckAccountZone reports why a time zone cannot be an account's.
func CheckAccountZone(name string) error {
	_, err := accountZone(name)
	return err
}

// RecountAccount has everything that a number ever owed counted anew, because its account's days and months are no longer what
// they were: allowances, pins and the days of cards go by them. It belongs to the transaction that changes the time zone and
// comes before the change; the next settlement posts the differences.
func RecountAccount(ctx context.Context, q *db.Queries, number uuid.UUID) error {
	// As for an assignment: a billing under way has read the old zone, and must have ended before its conversation is marked.
	if err := q.HoldBilling(ctx); err != nil {
		return fmt.Errorf("recount account: %w", err)
	}
	if _, err := q.MarkNumber(ctx, time.Time{}, forever, number); err != nil {
		return fmt.Errorf("recount account: %w", err)
	}
	return nil
}
