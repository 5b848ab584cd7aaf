package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

/*
Totals are sums of the ledger by account day, so that a report over millions of charges reads some thousand rows:

	what a report says = totals (charges posted before the horizon) + charges posted since, both of one snapshot

	       posted_xid  ──────────────────┬──────────────┬─────────►
	                      in the totals  │  Total adds  │ still under way somewhere
	                                  horizon        oldest

Ids of charges, and times, are given out before the commit, so neither can say which charges a reader has seen. The number of
a transaction can, together with the server's oldest that is still under way: all before it are over. A long transaction,
also of another database on the server, therefore keeps the horizon back; reports stay exact and become slower.

Why not triggers: the same few rows (a number's day) would be wanted by every billing, which would wait for each other, and
in any order, which is how deadlocks are made. Why failure is safe: horizon and totals move in one transaction; until they
have, reports read the charges themselves. A number whose account changes its zone has no valid totals from that moment on
(its days are others), and is added up anew by the next Total; so is one whose row in totalled_numbers is deleted.
*/

// KeepTotals is Total for those who have something better to do than to fail: an error is logged, and costs nothing but the
// speed of reports.
func (l *Ledger) KeepTotals(ctx context.Context) {
	if err := l.Total(ctx); err != nil {
		l.log.WarnContext(ctx, "reports will be slower: charges could not be totalled", "error", err)
	}
}

// Total adds to the totals what has been posted since the last time. It does nothing if another totals right now.
func (l *Ledger) Total(ctx context.Context) error {
	err := db.InTx(ctx, l.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		horizon, err := q.LockTotals(ctx)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		oldest, err := q.GetOldestTransaction(ctx)
		if err != nil {
			return err
		}
		if oldest < horizon { // the database has come from another server
			l.log.WarnContext(ctx, "the totals are of another server's transactions and are made anew")
			return q.RestartTotals(ctx)
		}
		if err := retotal(ctx, q, horizon); err != nil {
			return err
		}
		if _, err := q.AddToTotals(ctx, horizon, oldest, nil); err != nil {
			return err
		}
		return q.MoveHorizon(ctx, oldest)
	})
	if err != nil {
		return fmt.Errorf("total charges: %w", err)
	}
	return nil
}

// retotal makes the totals up to the horizon of the numbers that have none, or none of their account's zone.
func retotal(ctx context.Context, q *db.Queries, horizon uint64) error {
	numbers, err := q.ListUntotalledNumbers(ctx)
	if err != nil || len(numbers) == 0 {
		return err
	}
	var ids []uuid.UUID
	var zones []string
	for _, n := range numbers {
		ids, zones = append(ids, n.ID), append(zones, n.AccountTimeZone)
	}
	if err := q.ForgetTotals(ctx, ids); err != nil {
		return err
	}
	if err := q.BeginTotals(ctx, ids, zones); err != nil {
		return err
	}
	_, err = q.AddToTotals(ctx, 0, horizon, ids)
	return err
}
