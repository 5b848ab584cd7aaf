package tariff

import (
	"cmp"
	"slices"
	"time"
)

// bill collects what a scheme charges and reports.
type bill struct {
	scheme  string
	cards   []*Card
	account *time.Location

	blocks   [][]Charge // full ones and the last: a single slice of many charges would be copied again and again while it grows
	problems []Problem
	missing  []missingAt
}

// missingAt is kept with its instant so that missing prices can be listed like charges.
type missingAt struct {
	MissingPrice
	at time.Time
}

// charge charges a message at its own time at the price that the card in effect states for a kind of charge. A price of zero is
// no charge; no price is listed, and the rest goes on.
func (b *bill) charge(m *message, kind Kind, rule string) {
	card := inEffect(b.cards, m.At, b.account)
	if card == nil {
		b.missing = append(b.missing, missingAt{MissingPrice{Event: m.ID, Scheme: b.scheme, Category: string(kind)}, m.At})
		return
	}
	price, ok := card.Price("", string(kind))
	if !ok {
		b.missing = append(b.missing, missingAt{MissingPrice{Event: m.ID, Scheme: b.scheme, Card: card.ID, Category: string(kind)}, m.At})
		return
	}
	if price.AmountMicros == 0 {
		return
	}
	b.add(Charge{Scheme: b.scheme, Card: card.ID, Event: m.ID, Kind: kind, Money: price, At: m.At.UTC(), Rule: rule})
}

func (b *bill) add(c Charge) {
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

func (b *bill) report(problem string, m *message, detail string) {
	b.problems = append(b.problems, Problem{problem, m.ID, detail})
}

// settle puts everything in its order.
func (b *bill) settle(more []Problem) ([]Charge, []Problem, error) {
	charges := b.inOrder()
	problems := append(b.problems, more...)
	slices.SortFunc(problems, compareProblems)
	if len(b.missing) == 0 {
		return charges, problems, nil
	}
	slices.SortFunc(b.missing, func(x, y missingAt) int {
		return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.Event, y.Event), cmp.Compare(x.Category, y.Category))
	})
	list := make([]MissingPrice, len(b.missing))
	for i, m := range b.missing {
		list[i] = m.MissingPrice
	}
	return charges, problems, &MissingPriceError{Missing: list}
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
