package conversation

import "time"

// Quiet are quiet hours in a contact's own time zone.
type Quiet struct {
	Hours QuietHours `json:"hours"`
	Zone  Zone       `json:"zone,omitempty"`
}

// Until reports whether at lies within the quiet hours and, if so, the first moment after it that does not. Nil is never
// quiet.
//
// What counts is the contact's wall clock, and nothing but: in the night in which it is moved the hours are longer or shorter,
// and if it is moved back over their end they begin once more.
func (q *Quiet) Until(at time.Time) (end time.Time, quiet bool) {
	if q == nil {
		return time.Time{}, false
	}
	from, to, ok := q.Hours.times()
	if !ok { // Validate refuses these; a decision must not fail because of one
		return time.Time{}, false
	}
	for quietAt := at; ; quiet = true {
		wall := timeOfDay(q.Zone.local(quietAt))
		if (wall-from+day)%day >= (to-from+day)%day {
			return end, quiet
		}
		// The end, unless the clock is moved before; then it is looked at again.
		end = quietAt.Add((to - wall + day) % day)
		if moved, ok := q.Zone.nextChange(quietAt); ok && moved.Before(end) {
			end = moved
		}
		quietAt = end
	}
}

// Next is when quiet hours begin next after now, to the minute: a send that has to wait for its turn must not wake the
// contact. If none do within a day, and for nil, it is a moment a day ahead.
func (q *Quiet) Next(now time.Time) time.Time {
	if q == nil {
		return now.Add(25 * time.Hour)
	}
	at := now.Truncate(time.Minute).Add(time.Minute)
	for end := now.Add(25 * time.Hour); at.Before(end); at = at.Add(time.Minute) {
		if _, quiet := q.Until(at); quiet {
			break
		}
	}
	return at
}

// NotAfter is until when a send that is planned at now may wait for its turn, if nobody says otherwise: it must not reach
// into quiet hours.
func (q *Quiet) NotAfter(now time.Time) time.Time {
	return earlier(now.Add(SendLasts), q.Next(now))
}

// times are both ends since midnight, "24:00" being midnight; ok is false if they do not bound anything.
func (h QuietHours) times() (from, to time.Duration, ok bool) {
	from, errFrom := clock(h.From)
	to, errTo := clock(h.To)
	from, to = from%day, to%day
	return from, to, errFrom == nil && errTo == nil && from != to
}

const day = 24 * time.Hour

func timeOfDay(local time.Time) time.Duration { return local.Sub(local.Truncate(day)) }
