package tariff

import "time"

// DefaultEntryPoint is how long a free entry point lasts where nothing else is configured (P5).
const DefaultEntryPoint = 72 * time.Hour

// Account is what rating must know of who pays.
type Account struct {
	Zone  *time.Location // on whose calendar cards, schemes and months begin; nil: UTC
	Cards *Cards         // prices
	// Pinned has the prices of months that have been posted, the first set first. What none of them states is looked up in Cards,
	// so that a message without a price can be charged when a card arrives.
	Pinned     map[Month][]*Cards
	EntryPoint time.Duration // length of a free entry point (P5): DefaultEntryPoint unless configured; 0: none
	Detailed   bool          // Rating.Decisions is asked for
}

// quote is a price and where it was found.
type quote struct {
	Money
	set    *Cards
	card   string
	market string // the row
	found  bool
	noRow  bool // there is none for a message that names no market
}

// quote is the price of a kind of charge at an instant, by a scheme that charges everybody alike. If there is none, it still
// says on which card it was looked for.
func (a *Account) quote(scheme string, instant time.Time, kind Kind) quote {
	return a.look(instant, func(set *Cards) quote {
		card := set.inEffect(scheme, instant, a.Zone)
		if card == nil {
			return quote{}
		}
		price, ok := card.Price("", string(kind))
		return quote{Money: price, card: card.ID, found: ok}
	})
}

// quoteFor is the price of a message of a category for a contact of a market, likewise with its row.
func (a *Account) quoteFor(scheme string, instant time.Time, market, category string) quote {
	return a.look(instant, func(set *Cards) quote {
		card := set.inEffect(scheme, instant, a.Zone)
		if card == nil {
			return quote{}
		}
		row := set.row(card, market)
		price, ok := card.priceOf(row, category)
		return quote{Money: price, card: card.ID, market: row, found: ok, noRow: market == "" && row == "" && !card.rows[""]}
	})
}

func (a *Account) look(instant time.Time, in func(*Cards) quote) quote {
	if len(a.Pinned) > 0 {
		for _, set := range a.Pinned[MonthOf(instant, a.Zone)] {
			if q := in(set); q.found {
				q.set = set
				return q
			}
		}
	}
	q := in(a.Cards)
	q.set = a.Cards
	return q
}
