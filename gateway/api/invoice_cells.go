package api

import (
	"time"

	"reengage/ledger/invoice"
	"reengage/tariff"
)

// cells puts a number's rated messages into cells.
type cells struct {
	own      *invoice.Own
	zone     *time.Location
	number   string
	currency string // of what is free, and of what has no price
}

func (c cells) key(at time.Time, market, category, kind, currency string) invoice.Key {
	if currency == "" {
		currency = c.currency
	}
	return invoice.Key{Day: tariff.DayOf(at, c.zone).String(), Number: c.number, Market: market, Category: category, Type: kind, Currency: currency}
}

func (c cells) add(part *tariff.Rating) {
	unpriced := make(map[string]bool, len(part.Missing))
	for _, m := range part.Missing {
		unpriced[m.Event] = true
		c.own.AddUnpriced(c.key(m.At, m.Market, m.Category, tariff.Regular, ""))
	}
	for _, d := range part.Decisions {
		if !unpriced[d.Event] {
			c.own.Add(c.key(d.At, d.Market, d.Category, d.Type, d.Currency), d.AmountMicros)
		}
	}
	for _, d := range part.Differences {
		if unpriced[d.Event] {
			continue
		}
		category := d.Verdict.Category
		if category == "" {
			category = d.OwnCategory
		}
		from := c.key(d.At, d.Market, category, d.Verdict.Type, "")
		if d.Verdict.Type == tariff.Regular {
			from.Currency = d.Currency
		}
		to := c.key(d.At, d.Market, d.OwnCategory, d.OwnType, "")
		if d.OwnMicros > 0 {
			to.Currency = d.Currency
		}
		c.own.AddDifference(invoice.Move{From: from, To: to, VerdictMicros: d.VerdictMicros, OwnMicros: d.OwnMicros})
	}
}
