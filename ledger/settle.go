package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// Settled counts what a settlement did. More: there is more to do now.
type Settled struct {
	Conversations int  `json:"conversations"`
	Failed        int  `json:"failed"` // left dirty; their error is logged
	Posted        int  `json:"posted"` // ledger rows: charges and reversals
	More          bool `json:"more"`
}

// SettleBatch bills up to limit dirty conversations in one transaction: what has never failed first, the oldest mark first.
// What another is billing now is skipped, marks of numbers without an assignment wait. One conversation's failure costs none
// of the others; it is tried again after 30 s, 1 min, ... 1 h. More means that a further call would find work now. The error
// is whatever keeps the database away.
func (l *Ledger) SettleBatch(ctx context.Context, limit int) (Settled, error) {
	var ids []uuid.UUID
	var tallies []*tally
	err := db.InTx(ctx, l.pool, func(tx pgx.Tx) (err error) {
		q := db.New(tx)
		// One more than wanted says whether there is more.
		if ids, err = q.LockDirtyConversations(ctx, int32(limit)+1); err != nil {
			return err
		}
		tallies, err = l.bill(ctx, q, ids[:min(limit, len(ids))])
		return err
	})
	switch {
	case err != nil && (passing(ctx, err) || len(ids) == 0):
		return Settled{}, fmt.Errorf("settle: %w", err)
	case err != nil:
		// The database refused one of them; which, it does not say.
		l.log.WarnContext(ctx, "batch refused, billing one by one", "error", err)
		return l.settleOneByOne(ctx, ids, limit)
	}
	if err := l.postpone(ctx, tallies); err != nil {
		return Settled{}, fmt.Errorf("settle: %w", err)
	}
	settled := Settled{More: len(ids) > limit}
	for _, t := range tallies {
		switch {
		case t.version == nil || t.waiting(): // it was billed, or lost its assignment, before its lock was taken
			continue
		case t.failure() != nil:
			settled.Failed++
		default:
			settled.Conversations++
		}
		settled.Posted += len(t.charges) + len(t.reversals)
	}
	return settled, nil
}

func (l *Ledger) settleOneByOne(ctx context.Context, ids []uuid.UUID, limit int) (Settled, error) {
	settled := Settled{More: len(ids) > limit}
	for _, id := range ids[:min(limit, len(ids))] {
		posted, err := l.Bill(ctx, id)
		var stuck *StuckError
		switch {
		case errors.As(err, &stuck):
			settled.Failed++
		case err != nil:
			return settled, err
		case posted.Unpriced > 0:
			settled.Failed++
		default:
			settled.Conversations++
		}
		settled.Posted += posted.Charges + posted.Reversals
	}
	return settled, nil
}
