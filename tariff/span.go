package tariff

import "time"

// day is 24 h of elapsed time, whatever the local clock does.
const day = 24 * time.Hour

// span is an interval of time, half-open: [from, to). The zero span contains nothing.
type span struct{ from, to time.Time }

// dayFrom is the 24 h that start at t.
func dayFrom(t time.Time) span { return span{t, t.Add(day)} }

func (s span) contains(t time.Time) bool { return !t.Before(s.from) && t.Before(s.to) }
