package tariff

import "time"

// markup is another scheme plus a fee for every message that did not fail, in or out, at the message's own time and in the
// scheme's currency (M1). The scheme's charges keep their rule, card and kind; all bear the markup's name.
type markup struct {
	name      string
	base      Scheme
	feeMicros int64
}

var (
	twilio  = markup{"twilio", metaPMP2026, 5_000}
	gupshup = markup{"gupshup", metaPMP2026, 1_000}
)

func (s markup) Name() string { return s.name }

func (s markup) Version() int { return s.base.Version() }

// Memory is the base's: a fee depends on nothing before it.
func (s markup) Memory(entryPoint time.Duration) time.Duration { return s.base.Memory(entryPoint) }

func (s markup) rate(t *traffic, b *bill) {
	s.base.rate(t, b)
	fee := func(set *Cards) quote { // not found: without a card of the base there is no currency
		currency, _ := set.currency(b.priced)
		if currency == "" {
			return quote{}
		}
		return quote{Money: Money{AmountMicros: s.feeMicros, Currency: currency}, card: s.name, found: true}
	}
	for _, conversation := range t.conversations {
		for i := range conversation {
			m := &conversation[i]
			if m.failed {
				continue
			}
			b.post(Charge{Event: m.ID, Kind: Fee, At: m.At, Rule: "M1"}, b.account.look(m.At, fee), string(Fee))
		}
	}
}
