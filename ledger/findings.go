package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/tariff"
)

// listing is what finance is to look at in a stretch: messages without a price, and verdicts that differ from our computation.
type listing struct {
	unpriced    map[unpricedKey]db.ListUnpricedRow
	differences map[differenceKey]db.VerdictDifference
	// What is to be written.
	addUnpriced, dropUnpriced       []db.ListUnpricedRow
	addDifferences, dropDifferences []db.VerdictDifference
}

type unpricedKey struct {
	event            uuid.UUID
	scheme, category string
}

type differenceKey struct {
	event  uuid.UUID
	scheme string
}

// noCurrency is what ISO 4217 has for amounts in none: nothing states a price.
const noCurrency = "XXX"

// list finds what is to be listed, and how that differs from what is.
func (t *tally) list() {
	t.listing = listing{unpriced: map[unpricedKey]db.ListUnpricedRow{}, differences: map[differenceKey]db.VerdictDifference{}}
	for _, r := range t.ratings {
		for _, m := range r.done.Missing {
			if t.owes(r.basis, m.At) && !t.open(m.Scheme, m.Event) {
				row := t.unpricedRow(m)
				t.listing.unpriced[unpricedKey{row.EventID, row.Scheme, row.Category}] = row
			}
		}
		for _, d := range r.done.Differences {
			if t.owes(r.basis, d.At) && !t.open(d.Scheme, d.Event) {
				row := t.differenceRow(d)
				t.listing.differences[differenceKey{row.EventID, row.Scheme}] = row
			}
		}
	}
	l := &t.listing
	l.addUnpriced, l.dropUnpriced = changes(t.unpriced, l.unpriced, func(row db.ListUnpricedRow) (unpricedKey, bool) {
		return unpricedKey{row.EventID, row.Scheme, row.Category}, t.decides(row.EventID, row.Scheme)
	})
	l.addDifferences, l.dropDifferences = changes(t.differences, l.differences, func(row db.VerdictDifference) (differenceKey, bool) {
		return differenceKey{row.EventID, row.Scheme}, t.decides(row.EventID, row.Scheme)
	})
}

// decides says whether what is listed of a message under a scheme is this billing's to say.
func (t *tally) decides(event uuid.UUID, scheme string) bool {
	return t.messages[event] && !t.open(scheme, event.String())
}

// changes is how to get from the rows that are listed to those that are wanted. keyOf gives a listed row's key; false: it stays.
func changes[K, R comparable](listed []R, wanted map[K]R, keyOf func(R) (K, bool)) (add, drop []R) {
	same := map[K]bool{}
	for _, row := range listed {
		k, ours := keyOf(row)
		if !ours {
			continue
		}
		if want, ok := wanted[k]; ok && want == row {
			same[k] = true
		} else {
			drop = append(drop, row)
		}
	}
	for k, row := range wanted {
		if !same[k] {
			add = append(add, row)
		}
	}
	return add, drop
}

func (t *tally) unpricedRow(m tariff.MissingPrice) db.ListUnpricedRow {
	return db.ListUnpricedRow{EventID: uuid.MustParse(m.Event), Scheme: m.Scheme, Category: m.Category,
		ConversationID: t.conversation, Card: m.Card, Market: m.Market, ChargedAt: m.At.UTC()}
}

func (t *tally) differenceRow(d tariff.Difference) db.VerdictDifference {
	row := db.VerdictDifference{EventID: uuid.MustParse(d.Event), Scheme: d.Scheme, ConversationID: t.conversation,
		BusinessNumberID: t.number, DeliveredAt: d.At.UTC(), Market: d.Market, VerdictType: d.Verdict.Type,
		VerdictCategory: d.Verdict.Category, VerdictMicros: d.VerdictMicros, OwnRule: d.OwnRule, OwnCategory: d.OwnCategory,
		OwnMicros: d.OwnMicros, Currency: d.Currency}
	if row.Currency == "" {
		row.Currency = noCurrency
	}
	return row
}

// loadListed reads what is listed of the stretches.
func loadListed(ctx context.Context, q *db.Queries, byPart map[uuid.UUID]*tally, unpriced, different bounds) error {
	if len(unpriced.ids) > 0 {
		rows, err := q.ListUnpriced(ctx, unpriced.ids, unpriced.since, unpriced.until)
		if err != nil {
			return fmt.Errorf("list unpriced messages: %w", err)
		}
		for _, row := range rows {
			t := byPart[row.ConversationID]
			row.ChargedAt = row.ChargedAt.UTC() // to be comparable
			t.unpriced = append(t.unpriced, row)
		}
	}
	if len(different.ids) > 0 {
		rows, err := q.ListDifferences(ctx, different.ids, different.since, different.until)
		if err != nil {
			return fmt.Errorf("list differences: %w", err)
		}
		for _, row := range rows {
			d := row.VerdictDifference
			t := byPart[d.ConversationID]
			d.DeliveredAt = d.DeliveredAt.UTC()
			t.differences = append(t.differences, d)
		}
	}
	return nil
}

// writeListed writes what changed.
func writeListed(ctx context.Context, q *db.Queries, tallies []*tally) error {
	var events []uuid.UUID
	var schemes, categories []string
	var a db.AddUnpricedParams
	for _, t := range tallies {
		for _, row := range t.listing.dropUnpriced {
			events, schemes, categories = append(events, row.EventID), append(schemes, row.Scheme), append(categories, row.Category)
		}
		for _, row := range t.listing.addUnpriced {
			a.EventIds = append(a.EventIds, row.EventID)
			a.Schemes = append(a.Schemes, row.Scheme)
			a.Categories = append(a.Categories, row.Category)
			a.ConversationIds = append(a.ConversationIds, t.conversation)
			a.BusinessNumberIds = append(a.BusinessNumberIds, t.number)
			a.Cards = append(a.Cards, row.Card)
			a.Markets = append(a.Markets, row.Market)
			a.ChargedAt = append(a.ChargedAt, row.ChargedAt)
		}
	}
	if len(events) > 0 {
		if err := exactly(len(events))(q.RemoveUnpriced(ctx, events, schemes, categories)); err != nil {
			return fmt.Errorf("remove unpriced messages: %w", err)
		}
	}
	if len(a.EventIds) > 0 {
		if err := exactly(len(a.EventIds))(q.AddUnpriced(ctx, a)); err != nil {
			return fmt.Errorf("list unpriced messages: %w", err)
		}
	}
	return writeDifferences(ctx, q, tallies)
}

func writeDifferences(ctx context.Context, q *db.Queries, tallies []*tally) error {
	var events []uuid.UUID
	var schemes []string
	var a db.AddDifferencesParams
	for _, t := range tallies {
		for _, row := range t.listing.dropDifferences {
			events, schemes = append(events, row.EventID), append(schemes, row.Scheme)
		}
		for _, row := range t.listing.addDifferences {
			a.EventIds = append(a.EventIds, row.EventID)
			a.Schemes = append(a.Schemes, row.Scheme)
			a.ConversationIds = append(a.ConversationIds, t.conversation)
			a.BusinessNumberIds = append(a.BusinessNumberIds, t.number)
			a.DeliveredAt = append(a.DeliveredAt, row.DeliveredAt)
			a.Markets = append(a.Markets, row.Market)
			a.VerdictTypes = append(a.VerdictTypes, row.VerdictType)
			a.VerdictCategories = append(a.VerdictCategories, row.VerdictCategory)
			a.VerdictMicros = append(a.VerdictMicros, row.VerdictMicros)
			a.OwnRules = append(a.OwnRules, row.OwnRule)
			a.OwnCategories = append(a.OwnCategories, row.OwnCategory)
			a.OwnMicros = append(a.OwnMicros, row.OwnMicros)
			a.Currencies = append(a.Currencies, row.Currency)
		}
	}
	if len(events) > 0 {
		if err := exactly(len(events))(q.RemoveDifferences(ctx, events, schemes)); err != nil {
			return fmt.Errorf("remove verdict differences: %w", err)
		}
	}
	if len(a.EventIds) > 0 {
		if err := exactly(len(a.EventIds))(q.AddDifferences(ctx, a)); err != nil {
			return fmt.Errorf("list verdict differences: %w", err)
		}
	}
	return nil
}
