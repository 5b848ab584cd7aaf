package conversation

import (
	"fmt"
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
	for _, due := range remaining(s) {
		sinceLast := due.At.Sub(s.WatchedUntil.Add(-WindowLength))
		consider(Wake{At: due.At, Kind: WakeReminder, Why: fmt.Sprintf("reminder %s h", hours(sinceLast))})
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

// Next is what a conversation waits for, as people see it.
type Next struct {
	Kind WakeKind  `json:"kind"`
	At   time.Time `json:"at"`
}

// NextOf is the next wake in which something will happen, or nil: a reminder that will not be sent because the business
// has answered (W7) is left out, though the clock looks at its moment all the same.
func NextOf(s State, now time.Time) *Next {
	if !s.Facts.Unanswered() && !s.Settings.Reminders.Always {
		for _, due := range remaining(s) {
			s.Reminded = append(s.Reminded[:len(s.Reminded):len(s.Reminded)], due.Leads...)
		}
	}
	wake, ok := NextWake(s, now)
	if !ok {
		return nil
	}
	return &Next{Kind: wake.Kind, At: wake.At}
}
