package conversation

import (
	"fmt"
	"slices"
	"time"
)

// WakeKind says what the clock alone will change.
type WakeKind string

// What a conversation can be waiting for.
const (
	WakeReminder WakeKind = "reminder"      // W7
	WakeExpiring WakeKind = "expiring"      // W6: the status becomes expiring
	WakeCloses   WakeKind = "window_closes" // W5
)

// Wake is a moment at which a decision falls due although nothing happens.
type Wake struct {
	At   time.Time
	Kind WakeKind
	// Why is a few words for operators: "reminder 23 h", "window closes".
	Why string
}

// NextWake returns the first moment after now at which the clock alone changes something. There is none if nothing is
// waited for.
func NextWake(s State, now time.Time) (Wake, bool) {
	if !s.Waiting() {
		return Wake{}, false
	}
	next := Wake{At: s.WatchedUntil, Kind: WakeCloses, Why: "window closes"}
	consider := func(w Wake) {
		if w.At.After(now) && w.At.Before(next.At) {
			next = w
		}
	}
	for _, due := range Reminders(s.Settings, s.WatchedUntil) {
		if !slices.Contains(s.Reminded, due.Leads[0]) {
			sinceLast := due.At.Sub(s.WatchedUntil.Add(-WindowLength))
			consider(Wake{At: due.At, Kind: WakeReminder, Why: fmt.Sprintf("reminder %s h", hours(sinceLast))})
		}
	}
	consider(Wake{At: s.WatchedUntil.Add(-AlertLead), Kind: WakeExpiring, Why: "window is expiring"})
	return next, true
}

// hours writes a duration in hours, to a tenth where it is not whole.
func hours(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprint(int(d / time.Hour))
	}
	return fmt.Sprintf("%.1f", d.Hours())
}
