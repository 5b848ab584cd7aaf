package tariff

import (
	"slices"
	"time"
)

// Count finds where the allowances of numbers end (P4), from their places in any order. Of a month that may have a million it
// keeps two thousand.
type Count struct {
	zone      *time.Location
	allowance int
	months    map[counted]*firsts
}

// counted is a month of one number.
type counted struct {
	number string
	month  Month
}

// NewCount counts by the months of an account's calendar.
func NewCount(zone *time.Location) *Count { return newCount(zone, Allowance) }

func newCount(zone *time.Location, allowance int) *Count {
	return &Count{zone: zone, allowance: allowance, months: map[counted]*firsts{}}
}

// Add counts a place. Each is counted once.
func (c *Count) Add(p Place) {
	m := counted{p.Number, MonthOf(p.At, c.zone)}
	f := c.months[m]
	if f == nil {
		f = &firsts{n: c.allowance}
		c.months[m] = f
	}
	f.add(p.Position)
}

// End is the position of the last free place in a number's month; false if the allowance is not used up. Draft.Decide takes it.
func (c *Count) End(number string, m Month) (Position, bool) {
	f := c.months[counted{number, m}]
	if f == nil {
		return Position{}, false
	}
	f.tidy()
	return f.last, f.full
}

// firsts keeps the first n positions of many: up to twice as many, unsorted, then n, sorted.
type firsts struct {
	n         int
	positions []Position
	sorted    bool
	full      bool
	last      Position // if full, what comes after it does not matter
}

func (f *firsts) add(p Position) {
	if f.full && p.Compare(f.last) > 0 {
		return
	}
	f.positions, f.sorted = append(f.positions, p), false
	if len(f.positions) == 2*f.n {
		f.tidy()
	}
}

func (f *firsts) tidy() {
	if f.sorted {
		return
	}
	slices.SortFunc(f.positions, Position.Compare)
	f.sorted = true
	if len(f.positions) >= f.n {
		f.positions = f.positions[:f.n]
		f.full, f.last = true, f.positions[f.n-1]
	}
}
