package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"reengage/db"
)

// post appends the differences and, last, marks what else they concern and clears the marks of what was billed. Marks come last
// because an intake that stores an event of a marked conversation waits for them.
func post(ctx context.Context, q *db.Queries, tallies []*tally, c *counting) (marked int64, err error) {
	if err := pinMonths(ctx, q, tallies); err != nil {
		return 0, err
	}
	var reversals []int64
	var p db.PostChargesParams
	for _, t := range tallies {
		reversals = append(reversals, t.reversals...)
		for _, c := range t.charges {
			appendCharge(&p, t, c)
		}
	}
	if len(reversals) > 0 {
		if err := exactly(len(reversals))(q.ReverseCharges(ctx, reversals)); err != nil {
			return 0, fmt.Errorf("post reversals: %w", err)
		}
	}
	if len(p.EventIds) > 0 {
		if err := exactly(len(p.EventIds))(q.PostCharges(ctx, p)); err != nil {
			return 0, fmt.Errorf("post charges: %w", err)
		}
	}
	if err := writeListed(ctx, q, tallies); err != nil {
		return 0, err
	}
	if marked, err = markMoved(ctx, q, c, tallies); err != nil {
		return 0, err
	}
	handed, err := handMarks(ctx, q, tallies)
	if err != nil {
		return 0, err
	}
	return marked + handed, clearMarks(ctx, q, tallies)
}

// handMarks has those billed again that marked conversations have become part of.
func handMarks(ctx context.Context, q *db.Queries, tallies []*tally) (int64, error) {
	var ids []uuid.UUID
	for _, t := range tallies {
		if t.toHand() {
			ids = append(ids, t.conversation)
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	handed, err := q.HandMarks(ctx, ids)
	if err != nil {
		return 0, fmt.Errorf("hand marks to what conversations are part of: %w", err)
	}
	return handed, nil
}

func clearMarks(ctx context.Context, q *db.Queries, tallies []*tally) error {
	var billed []uuid.UUID
	var versions []int64
	for _, t := range tallies {
		if t.due() && !t.unsettled || t.toHand() {
			billed, versions = append(billed, t.conversation), append(versions, *t.version)
		}
	}
	if len(billed) == 0 {
		return nil
	}
	if _, err := q.ClearDirtyMarks(ctx, billed, versions); err != nil {
		return fmt.Errorf("clear marks: %w", err)
	}
	return nil
}

func appendCharge(p *db.PostChargesParams, t *tally, c revised) {
	p.Schemes = append(p.Schemes, c.Scheme)
	p.Cards = append(p.Cards, c.Card)
	p.Kinds = append(p.Kinds, string(c.Kind))
	p.EventIds = append(p.EventIds, c.event)
	p.Revisions = append(p.Revisions, c.revision)
	p.ConversationIds = append(p.ConversationIds, t.conversation)
	p.BusinessNumberIds = append(p.BusinessNumberIds, t.number)
	p.Categories = append(p.Categories, c.Category)
	p.Markets = append(p.Markets, c.Market)
	p.AmountsMicros = append(p.AmountsMicros, c.AmountMicros)
	p.Currencies = append(p.Currencies, c.Currency)
	p.ChargedAt = append(p.ChargedAt, c.At)
	p.Rules = append(p.Rules, c.Rule)
}

// exactly makes it an error if a statement wrote another number of rows than it was meant to.
func exactly(want int) func(int64, error) error {
	return func(got int64, err error) error {
		if err == nil && got != int64(want) {
			err = fmt.Errorf("%d rows were written instead of %d", got, want)
		}
		return err
	}
}
