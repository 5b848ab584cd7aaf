package conversation

import (
	"slices"
	"time"
)

// Due is one reminder of a window: the moment at which it is due and the leads that fall together on it, longest first.
type Due struct {
	At    time.Time
	Leads []time.Duration
}

// Reminders lays out the reminders of the window that ends at deadline, in the order in which they are due (W7).
func Reminders(s Settings, deadline time.Time) []Due {
	var due []Due
	for _, lead := range s.Reminders.leads() {
		at, _ := placeReminder(s, deadline, lead)
		if i := slices.IndexFunc(due, func(d Due) bool { return d.At.Equal(at) }); i >= 0 {
			due[i].Leads = append(due[i].Leads, lead)
			continue
		}
		due = append(due, Due{At: at, Leads: []time.Duration{lead}})
	}
	slices.SortFunc(due, func(a, b Due) int { return a.At.Compare(b.At) })
	return due
}

// placing says why a reminder is when it is.
type placing int

const (
	atLead          placing = iota // its lead lies within working hours, or there are none
	beforeEndOfWork                // it lies outside of them
	noWorkSince                    // outside of them, and nobody has worked since the contact's last message
)

// placeReminder is the lead before the deadline or, outside working hours, shortly before people last go home. A moment
// before the contact's last message would warn of nothing, so then the lead stands.
func placeReminder(s Settings, deadline time.Time, lead time.Duration) (time.Time, placing) {
	at := deadline.Add(-lead)
	if s.WorkingHours == nil {
		return at, atLead
	}
	begin, end, ok := s.WorkingHours.lastPeriod(at)
	switch {
	case !ok:
		return at, noWorkSince
	case at.Before(end):
		return at, atLead
	}
	moved := later(begin, end.Add(-s.Reminders.beforeEnd()))
	if lastInbound := deadline.Add(-WindowLength); moved.Before(lastInbound) {
		return at, noWorkSince
	}
	return moved, beforeEndOfWork
}

// lastPeriod returns the working period that holds the instant, else the last one that ended before it, among those of
// the last two days: an earlier one lies before the contact's last message anyway. Periods that touch, also across
// midnight, are one.
func (w *WorkingHours) lastPeriod(at time.Time) (begin, end time.Time, ok bool) {
	today := w.Zone.local(at).Truncate(24 * time.Hour)
	for back := -3; back <= 0; back++ {
		for _, p := range w.periods(today.AddDate(0, 0, back)) {
			if p[0].After(at) {
				continue
			}
			if ok && !p[0].After(end) {
				end = later(end, p[1])
				continue
			}
			begin, end, ok = p[0], p[1], true
		}
	}
	return begin, end, ok
}

// periods returns the working periods of one local day as instants, in order.
func (w *WorkingHours) periods(day time.Time) [][2]time.Time {
	if slices.Contains(w.Holidays, day.Format(time.DateOnly)) {
		return nil
	}
	var periods [][2]time.Time
	for _, p := range w.Week[day.Weekday()] {
		from, errFrom := clock(p.From)
		to, errTo := clock(p.To)
		if errFrom != nil || errTo != nil { // Validate refuses these; a decision must not fail because of one
			continue
		}
		periods = append(periods, [2]time.Time{w.Zone.instant(day.Add(from)), w.Zone.instant(day.Add(to))})
	}
	slices.SortFunc(periods, func(a, b [2]time.Time) int { return a[0].Compare(b[0]) })
	return periods
}
