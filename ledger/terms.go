package ledger

import (
	"fmt"
	"time"

	"reengage/db"
	"reengage/tariff"
)

// term says that a number owes by a scheme, priced by a named set of cards, in [from, to); the last term has no end (zero).
type term struct {
	basis
	from, to time.Time
}

// basis is what charges are made by. Two terms may have the same.
type basis struct {
	scheme tariff.Scheme
	set    string // the name of the set of cards
	digest string // what that name means now
}

func (b basis) owes(scheme, set string) bool { return b.scheme.Name() == scheme && b.set == set }

func (t term) contains(at time.Time) bool {
	return !at.Before(t.from) && (t.to.IsZero() || at.Before(t.to))
}

// meets says whether the term has an instant in common with a stretch of time; a zero end is none.
func (t term) meets(from, to time.Time) bool {
	return (to.IsZero() || t.from.Before(to)) && (t.to.IsZero() || from.Before(t.to))
}

// termsOf reads a number's assignments. Before the first one, and without any, it owes what Meta charges everybody.
func termsOf(mark db.ListDirtyMarksRow, zone *time.Location) ([]term, error) {
	var terms []term
	assign := func(name, set, digest string, from, to time.Time) (err error) {
		terms, err = appendTerms(terms, name, set, digest, from, to, zone)
		return err
	}
	first := time.Time{} // an assignment that has always held leaves nothing before it
	if len(mark.Schemes) > 0 {
		first = mark.EffectiveFrom[0].UTC()
	}
	if len(mark.Schemes) == 0 || !first.IsZero() {
		if err := assign(tariff.Meta, Shipped, mark.Shipped, time.Time{}, first); err != nil {
			return nil, err
		}
	}
	for i, name := range mark.Schemes {
		to := time.Time{}
		if i+1 < len(mark.Schemes) {
			if to = mark.EffectiveFrom[i+1].UTC(); to.IsZero() {
				continue // '-infinity' and the year 1 both mean always: the later one counts
			}
		}
		if err := assign(name, mark.CardSets[i], mark.Digests[i], mark.EffectiveFrom[i].UTC(), to); err != nil {
			return nil, err
		}
	}
	return terms, nil
}

// appendTerms appends what an assignment means in [from, to); `meta` means one scheme after the other.
func appendTerms(terms []term, name, set, digest string, from, to time.Time, zone *time.Location) ([]term, error) {
	if name != tariff.Meta {
		scheme, err := tariff.Lookup(name)
		return append(terms, term{basis{scheme, set, digest}, from, to}), err
	}
	periods := tariff.MetaPeriods()
	for i, p := range periods {
		t := term{from: from, to: to}
		if start := startOf(p.From, zone); start.After(t.from) {
			t.from = start
		}
		if i+1 < len(periods) {
			if end := startOf(periods[i+1].From, zone); t.to.IsZero() || end.Before(t.to) {
				t.to = end
			}
		}
		if !t.to.IsZero() && !t.from.Before(t.to) {
			continue // another of Meta's schemes was in force
		}
		scheme, err := tariff.Lookup(p.Scheme)
		if err != nil {
			return nil, err
		}
		t.basis = basis{scheme, set, digest}
		terms = append(terms, t)
	}
	return terms, nil
}

// startOf is the first instant of a day; of the zero Day, the zero time.
func startOf(d tariff.Day, zone *time.Location) time.Time {
	if d == (tariff.Day{}) {
		return time.Time{}
	}
	return d.Start(zone).UTC()
}

// accountZone is the zone of money's days.
func accountZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err == nil && zone == time.Local {
		err = fmt.Errorf("the account's time zone %q means another zone on another machine", name)
	}
	return zone, err
}
