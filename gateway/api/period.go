package api

import (
	"strings"
	"time"

	"reengage/tariff"
)

// Period is a half-open stretch of time. A date means a day of each number's account, so that the same period is another one
// for a number whose account has another zone; an RFC 3339 time means the same instant for all.
type Period struct {
	From string `query:"from" maxLength:"64" example:"2026-11-01" doc:"Beginning of the period: a date, which is a day of each number's account, or an RFC 3339 time. Default: the beginning of this month, or of the month that to ends if that is an earlier one."`
	To   string `query:"to" maxLength:"64" example:"2026-12-01" doc:"End of the period, not in it. Default: the end of this month, or of the month that from is in if that is a later one."`
}

// edge is one end of a period; neither day nor instant: it is not given.
type edge struct {
	day tariff.Day
	at  time.Time
}

func (e edge) given() bool { return e != edge{} }

// in is the edge's instant for an account in a zone.
func (e edge) in(zone *time.Location) time.Time {
	if e.day != (tariff.Day{}) {
		return e.day.Start(zone)
	}
	return e.at
}

// period is a Period that has been read.
type period struct {
	from, to edge
	now      time.Time // virtual: says which month this is
}

// read reads the period, whose ends must not be the wrong way round.
func (p Period) read(now time.Time) (period, error) {
	read := period{now: now}
	var err error
	if read.from, err = readEdge("from", p.From); err != nil {
		return read, err
	}
	if read.to, err = readEdge("to", p.To); err != nil {
		return read, err
	}
	if from, to := read.in(time.UTC); to.Before(from) {
		return read, invalid("to", "invalid_period", "to lies before from: the period ends before it begins")
	}
	return read, nil
}

// in is the period for an account in a zone. Without either end it is this month; with one, it reaches from there to this
// month's end, or back to the beginning of the month that ends there.
func (p period) in(zone *time.Location) (from, to time.Time) {
	month := tariff.MonthOf(p.now, zone)
	from, to = month.Start(zone), month.Next().Start(zone)
	if p.to.given() {
		if to = p.to.in(zone); !from.Before(to) {
			from = tariff.MonthOf(to.Add(-1), zone).Start(zone)
		}
	}
	if p.from.given() {
		if from = p.from.in(zone); !p.to.given() && !from.Before(to) {
			to = tariff.MonthOf(from, zone).Next().Start(zone)
		}
	}
	return from, to
}

func readEdge(field, text string) (edge, error) {
	if text == "" {
		return edge{}, nil
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return edge{day: tariff.DayOf(t, time.UTC)}, nil
	}
	// A plus that was not escaped in the address arrives as a space.
	t, err := time.Parse(time.RFC3339, strings.ReplaceAll(text, " ", "+"))
	if err != nil {
		return edge{}, invalid(field, "invalid_field", "%s is neither a date like 2026-11-01 nor an RFC 3339 time", field)
	}
	return edge{at: t.UTC()}, nil
}
