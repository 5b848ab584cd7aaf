package conversation

import "time"

// Quiet are quiet hours in a contact's own time zone.
type Quiet struct {
	Hours QuietHours `json:"hours"`
	Zone  Zone       `json:"zone,omitempty"`
}

// Until reports whether at lies within the quiet hours and, if so, when they end. Nil is never quiet. The hours are of the
// wall clock, so they are an hour shorter or longer in the night in which it is moved.
func (q *Quiet) Until(at time.Time) (end time.Time, quiet bool) {
	if q == nil {
		return time.Time{}, false
	}
	from, errFrom := clock(q.Hours.From)
	to, errTo := clock(q.Hours.To)
	if errFrom != nil || errTo != nil || from == to { // Validate refuses these; a decision must not fail because of one
		return time.Time{}, false
	}
	today := q.Zone.local(at).Truncate(24 * time.Hour)
	for back := -1; back <= 0; back++ {
		day := today.AddDate(0, 0, back)
		begin, over := q.Zone.instant(day.Add(from)), day.Add(to)
		if to < from {
			over = over.AddDate(0, 0, 1)
		}
		if end := q.Zone.instant(over); !at.Before(begin) && at.Before(end) {
			return end, true
		}
	}
	return time.Time{}, false
}
