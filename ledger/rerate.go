package ledger

import (
	"cmp"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"reengage/db"
	"reengage/tariff"
)

// Rerate asks that whole months be rated by today's cards and rules instead of those they were posted with.
type Rerate struct {
	From, To      tariff.Month // To is not in it
	PhoneNumberID string       // empty: all numbers
}

// Rerated counts what a rerate has prepared; the next settlement posts the differences.
type Rerated struct {
	Unpinned int64 // months of numbers and schemes whose prices are no longer fixed
	Marked   int64 // conversations
}

// Rerate releases the prices of the months, marks what occurred in them, and notes that it did. Months are those of each number's
// account.
func (l *Ledger) Rerate(ctx context.Context, r Rerate) (Rerated, error) {
	if r.From.String() >= r.To.String() {
		return Rerated{}, &tariff.UsageError{Reason: fmt.Sprintf("from %s to %s there is no month: the last is not in it", r.From, r.To)}
	}
	if err := l.Open(ctx); err != nil {
		return Rerated{}, fmt.Errorf("rerate: %w", err)
	}
	var done Rerated
	err := db.InTx(ctx, l.pool, func(tx pgx.Tx) (err error) {
		done, err = rerate(ctx, db.New(tx), r)
		return err
	})
	if err != nil {
		return Rerated{}, fmt.Errorf("rerate: %w", err)
	}
	return done, nil
}

func rerate(ctx context.Context, q *db.Queries, r Rerate) (Rerated, error) {
	accounts, err := q.ListAccounts(ctx, r.PhoneNumberID, r.PhoneNumberID == "")
	if err != nil {
		return Rerated{}, err
	}
	note := db.NoteRerateParams{FromMonth: r.From.String(), UntilMonth: r.To.String()}
	if r.PhoneNumberID != "" {
		if len(accounts) == 0 {
			return Rerated{}, ErrUnknownNumber
		}
		note.BusinessNumberID = &accounts[0].ID
	}
	// A billing under way may be about to fix a month's prices, or to post with the old ones.
	if err := q.HoldBilling(ctx); err != nil {
		return Rerated{}, err
	}
	for _, a := range accounts {
		zone, err := accountZone(a.AccountTimeZone)
		if err != nil {
			return Rerated{}, fmt.Errorf("number %s: %w", a.PhoneNumberID, err)
		}
		unpinned, err := q.Unpin(ctx, a.ID, note.FromMonth, note.UntilMonth)
		if err != nil {
			return Rerated{}, err
		}
		marked, err := q.MarkNumber(ctx, r.From.Start(zone), r.To.Start(zone), a.ID)
		if err != nil {
			return Rerated{}, err
		}
		note.Unpinned, note.Marked = note.Unpinned+unpinned, note.Marked+marked
	}
	if err := q.NoteRerate(ctx, note); err != nil {
		return Rerated{}, err
	}
	return Rerated{note.Unpinned, note.Marked}, q.Audit(ctx, "rerate", "number/"+cmp.Or(r.PhoneNumberID, "all"),
		db.Facts{"from": note.FromMonth, "until": note.UntilMonth})
}
