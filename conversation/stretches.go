package conversation

import "time"

// Stretch is a time from From up to To.
type Stretch struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Stretches are the working periods of [from, to), in order and cut to it; those that touch are one. Nil is always at work.
func (w *WorkingHours) Stretches(from, to time.Time) []Stretch {
	if w == nil {
		return []Stretch{{from, to}}
	}
	var all []Stretch
	last := w.Zone.local(to).Truncate(day)
	for d := w.Zone.local(from).Truncate(day).AddDate(0, 0, -1); !d.After(last); d = d.AddDate(0, 0, 1) {
		for _, p := range w.periods(d) {
			begin, end := later(p[0], from), earlier(p[1], to)
			switch n := len(all); {
			case !begin.Before(end):
			case n > 0 && !begin.After(all[n-1].To):
				all[n-1].To = later(all[n-1].To, end)
			default:
				all = append(all, Stretch{begin, end})
			}
		}
	}
	return all
}

// Stretches are the quiet hours of [from, to), in order and cut to it.
func (q *Quiet) Stretches(from, to time.Time) []Stretch {
	var all []Stretch
	for at := from; q != nil && at.Before(to); {
		if end, quiet := q.Until(at); quiet {
			all = append(all, Stretch{at, earlier(end, to)})
			at = end
			continue
		}
		at = q.Next(at)
	}
	return all
}
