package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"reengage/db"
	"reengage/tariff"
)

// CardSet is the set of rate cards that a name means now, or ErrUnknownCardSet.
func (l *Ledger) CardSet(ctx context.Context, name string) (*tariff.Cards, error) {
	q := db.New(l.pool)
	digest, err := q.GetNamedCardSet(ctx, name)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrUnknownCardSet
	}
	if err != nil {
		return nil, fmt.Errorf("read rate cards: %w", err)
	}
	return l.cardSet(ctx, q, digest)
}
