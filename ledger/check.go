package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// Check says what Bill would post if it looked at all of a conversation's events again. It writes nothing and looks at one
// moment. Of a conversation that is not dirty, anything but zeros means that the ledger and the event log disagree.
func (l *Ledger) Check(ctx context.Context, conversationID uuid.UUID) (Posted, error) {
	var posted Posted
	moment := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, l.pool, moment, func(tx pgx.Tx) error {
		q := db.New(tx)
		tallies, err := listMarks(ctx, q, []uuid.UUID{conversationID})
		if err != nil {
			return err
		}
		if len(tallies) == 0 {
			return ErrUnknownConversation
		}
		t := tallies[0]
		t.everything()
		if err := load(ctx, q, tallies); err != nil {
			return err
		}
		if t.due() {
			t.rate(l.cards)
			t.compare()
		}
		posted = t.counts()
		return t.stuck
	})
	if err != nil {
		return Posted{}, fmt.Errorf("check: %w", err)
	}
	return posted, nil
}
