package tariff

import (
	"cmp"
	"slices"
	"time"
)

// bill collects what a scheme charges and reports.
type bill struct {
	scheme  string // whose name the charges bear
	priced  string // whose cards price them: the scheme's own or, of a markup, its base's
	account *Account

	blocks      [][]Charge // full ones and the last: a single slice of many charges would be copied again and again while it grows
	problems    []Problem
	missing     []MissingPrice
	counted     []assessed // what P4 looks at, until it is known where the allowance ends
	differences []Difference
	decisions   []Decision
}

// charge charges a message at its own time at the price of a kind of charge. A price of zero is no charge; no price is listed,
// and the rest goes on.
func (b *bill) charge(m *message, kind Kind, rule string) {
	b.post(Charge{Event: m.ID, Kind: kind, At: m.At, Rule: rule}, b.account.quote(b.priced, m.At, kind), string(kind))
}

// chargeFor charges a message at an instant at the price of a category in its contact's market.
func (b *bill) chargeFor(m *message, at time.Time, kind Kind, category, rule string) Money {
	q := b.account.quoteFor(b.priced, at, m.Market, category)
	b.post(Charge{Event: m.ID, Kind: kind, Category: category, Market: q.market, At: at, Rule: rule}, q, category)
	return q.Money
}

func (b *bill) post(c Charge, q quote, column string) {
	if !q.found {
		b.missing = append(b.missing, MissingPrice{Event: c.Event, Scheme: b.scheme, Card: q.card, Market: q.market, NoMarket: q.noRow, Category: column, At: c.At.UTC()})
		return
	}
	c.Scheme, c.Card, c.Money, c.At, c.set = b.scheme, q.card, q.Money, c.At.UTC(), q.set
	b.add(c)
}

// add takes a charge, unless it amounts to nothing.
func (b *bill) add(c Charge) {
	if c.AmountMicros == 0 {
		return
	}
	last := len(b.blocks) - 1
	if last < 0 || len(b.blocks[last]) == cap(b.blocks[last]) {
		size := 8
		if last >= 0 {
			size = min(2*cap(b.blocks[last]), 4096)
		}
		b.blocks = append(b.blocks, make([]Charge, 0, size))
		last++
	}
	b.blocks[last] = append(b.blocks[last], c)
}

func (b *bill) report(problem, event, detail string) {
	b.problems = append(b.problems, Problem{problem, event, detail})
}

// rating puts everything in its order.
func (b *bill) rating() *Rating {
	slices.SortFunc(b.problems, compareProblems)
	slices.SortFunc(b.missing, func(x, y MissingPrice) int {
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Event, y.Event), cmp.Compare(x.Category, y.Category))
	})
	slices.SortFunc(b.differences, func(x, y Difference) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Event, y.Event)) })
	slices.SortFunc(b.decisions, func(x, y Decision) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Event, y.Event)) })
	return &Rating{Charges: b.inOrder(), Problems: b.problems, Missing: b.missing, Differences: b.differences, Decisions: b.decisions}
}

// inOrder is the charges by instant, event and kind. Their instants are sorted beside references to them, because moving whole
// charges about is what makes sorting them slow.
func (b *bill) inOrder() []Charge {
	type key struct {
		seconds int64
		nanos   int
		*Charge
	}
	n := 0
	for _, block := range b.blocks {
		n += len(block)
	}
	keys := make([]key, 0, n)
	for _, block := range b.blocks {
		for i := range block {
			c := &block[i]
			keys = append(keys, key{c.At.Unix(), c.At.Nanosecond(), c})
		}
	}
	slices.SortFunc(keys, func(x, y key) int {
		if c := cmp.Compare(x.seconds, y.seconds); c != 0 {
			return c
		}
		if c := cmp.Compare(x.nanos, y.nanos); c != 0 {
			return c
		}
		return compareCharges(x.Charge, y.Charge)
	})
	charges := make([]Charge, n)
	for i, k := range keys {
		charges[i] = *k.Charge
	}
	return charges
}
