package invoice

import (
	"cmp"
	"time"

	"reengage/tariff"
)

// Key names a cell.
type Key struct {
	Day      string `json:"day" example:"2026-11-20" doc:"Of the account."`
	Number   string `json:"number,omitempty" doc:"Phone number id; missing if the invoice does not tell numbers apart."`
	Market   string `json:"market" example:"BR" doc:"The rate card's row."`
	Category string `json:"category" example:"marketing"`
	Type     string `json:"type" example:"regular" doc:"As Meta's verdicts have it."`
	Currency string `json:"currency" example:"USD"`
}

func (k Key) compare(o Key) int {
	return cmp.Or(cmp.Compare(k.Day, o.Day), cmp.Compare(k.Number, o.Number), cmp.Compare(k.Market, o.Market),
		cmp.Compare(k.Category, o.Category), cmp.Compare(k.Type, o.Type), cmp.Compare(k.Currency, o.Currency))
}

// free says whether the cell is of messages that cost nothing.
func (k Key) free() bool { return k.Type != tariff.Regular }

// Count is how many messages there are of something, and what they cost.
type Count struct {
	Messages     int64 `json:"messages"`
	AmountMicros int64 `json:"amount_micros"`
}

func (c Count) plus(o Count) Count {
	return Count{c.Messages + o.Messages, c.AmountMicros + o.AmountMicros}
}

func (c Count) minus(o Count) Count {
	return Count{c.Messages - o.Messages, c.AmountMicros - o.AmountMicros}
}

func (c Count) times(n int64) Count { return Count{c.Messages * n, c.AmountMicros * n} }

// Line is a line of an invoice.
type Line struct {
	Key
	Count
	Line int // of the file, from 1
}

// File is an invoice.
type File struct {
	Lines       []Line
	ByNumber    bool      // it tells numbers apart
	First, Last time.Time // days, at midnight UTC
}
