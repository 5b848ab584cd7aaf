package tariff

import (
	"cmp"
	"time"
)

// Allowance is how many delivered free-form messages of a business number are free in each calendar month (P4).
const Allowance = 1000

// Position is where a message stands in the order of delivery of its number.
type Position struct {
	At    time.Time // its delivery
	Event string    // its id, which decides at one instant
}

// Compare orders positions.
func (p Position) Compare(o Position) int {
	if c := p.At.Compare(o.At); c != 0 {
		return c
	}
	return cmp.Compare(p.Event, o.Event)
}

// Place is a delivery that counts for the allowance of its number's month.
type Place struct {
	Number string
	Position
}

// Draft is a rating in which what depends on where the allowance ends is still open.
type Draft struct{ bill *bill }

// Places lists the deliveries that count for the allowance, in no particular order.
func (d *Draft) Places() []Place {
	var places []Place
	for i := range d.bill.counted {
		if a := &d.bill.counted[i]; a.counts {
			places = append(places, Place{a.Number, a.position()})
		}
	}
	return places
}

// Undecided lists the messages whose charge or difference depends on where the allowance ends, in no particular order.
func (d *Draft) Undecided() []string {
	var ids []string
	for i := range d.bill.counted {
		if a := &d.bill.counted[i]; a.open() {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// Decide finishes the rating, once. end (Count.End) is the position of the last free place in a number's month of the account's
// calendar; false if the allowance is not used up.
func (d *Draft) Decide(end func(number string, month Month) (Position, bool)) *Rating {
	b := d.bill
	for i := range b.counted {
		a := &b.counted[i]
		if a.open() {
			last, usedUp := end(a.Number, MonthOf(a.at, b.account.Zone))
			if usedUp && a.position().Compare(last) > 0 {
				a.own.charged, a.own.kind = true, Regular
			}
		}
		b.conclude(a)
	}
	b.counted = nil
	return b.rating()
}

// ends says where an allowance ends if there is no other message than those of the draft.
func (d *Draft) ends(allowance int) func(string, Month) (Position, bool) {
	c := newCount(d.bill.account.Zone, allowance)
	for i := range d.bill.counted {
		if a := &d.bill.counted[i]; a.counts {
			c.Add(Place{a.Number, a.position()})
		}
	}
	return c.End
}
