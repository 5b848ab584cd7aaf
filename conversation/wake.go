package conversation

import (
	"fmt"
	"slices"
	"time"
)

// Wake is a moment at which a decision falls due although nothing happens.
type Wake struct {
	At time.Time
	// Why is a few words for operators: "reminder 23 h", "window closes".
	Why string
}

// NextWake returns the first moment after now at which the clock alone changes something: a reminder, the alert by
// which the status becomes expiring (W6), or the end of the window. There is none if nothing is waited for.
func NextWake(s State, now time.Time) (Wake, bool) {
	if !s.Waiting() {
		return Wake{}, false
	}
	next := Wake{At: s.WatchedUntil, Why: "window closes"}
	consider := func(at time.Time, why string) {
		if at.After(now) && at.Before(next.At) {
			next = Wake{At: at, Why: why}
		}
	}
	for _, due := range Reminders(s.Settings, s.WatchedUntil) {
		if !slices.Contains(s.Reminded, due.Leads[0]) {
			sinceLast := due.At.Sub(s.WatchedUntil.Add(-WindowLength))
			consider(due.At, fmt.Sprintf("reminder %s h", hours(sinceLast)))
		}
	}
	consider(s.WatchedUntil.Add(-AlertLead), "window expiring")
	return next, true
}

// hours writes a duration in hours, to a tenth where it is not whole.
func hours(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprint(int(d / time.Hour))
	}
	return fmt.Sprintf("%.1f", d.Hours())
}
