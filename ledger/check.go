package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// Check says what billing would post if it looked at all of a conversation's events again, with the places that are counted
// now; Unsettled: other places would be. It writes nothing and looks at one moment. Of a conversation that is not dirty, charges,
// reversals or places that are due mean that the ledger and the event log disagree.
func (l *Ledger) Check(ctx context.Context, conversationID uuid.UUID) (Posted, error) {
	if err := l.Open(ctx); err != nil {
		return Posted{}, fmt.Errorf("check: %w", err)
	}
	var posted Posted
	var root *uuid.UUID
	moment := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, l.pool, moment, func(tx pgx.Tx) error {
		q := db.New(tx)
		tallies, err := listTallies(ctx, q, []uuid.UUID{conversationID}, l.entryPoint)
		if err != nil {
			return err
		}
		if len(tallies) == 0 {
			return ErrUnknownConversation
		}
		t := tallies[0]
		if root = t.mark.MergedInto; root != nil {
			return nil
		}
		t.everything()
		pins, err := l.draft(ctx, q, tallies)
		if err != nil {
			return err
		}
		if t.due() {
			c, _ := newCounting(tallies)
			if c.ends, err = c.find(ctx, q); err != nil {
				return err
			}
			t.conclude(c.end, pins)
		}
		posted = t.counts()
		posted.Unsettled = !t.moves.none()
		return t.stuck
	})
	if err != nil {
		return Posted{}, fmt.Errorf("check: %w", err)
	}
	if root != nil {
		return l.Check(ctx, *root)
	}
	return posted, nil
}
