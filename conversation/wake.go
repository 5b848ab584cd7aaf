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
	WakeNudge    WakeKind = "nudge"         // W7: the contact itself is reminded
	WakeReengage WakeKind = "reengagement"  // the next attempt of the plan
	WakeKept     WakeKind = "kept_reply_expires"
)

// Wake is a moment at which a decision falls due although nothing happens.
type Wake struct {
	At   time.Time
	Kind WakeKind
	// Why is a few words for operators: "reminder 23 h", "window closes".
	Why string
}

// NextWake returns the first moment after now at which the clock alone changes something. There is none if nothing is
// waited for, or if all that is waited for is something under way.
func NextWake(s State, now time.Time) (next Wake, ok bool) {
	consider := func(w Wake) {
		if w.At.After(now) && (!ok || w.At.Before(next.At)) {
			next, ok = w, true
		}
	}
	if s.watching() {
		// Even if it has passed: then it has not been acted on.
		next, ok = Wake{At: s.WatchedUntil, Kind: WakeCloses, Why: "window closes"}, true
		for _, due := range remaining(s) {
			sinceLast := due.At.Sub(s.WatchedUntil.Add(-WindowLength))
			consider(Wake{At: due.At, Kind: WakeReminder, Why: fmt.Sprintf("reminder %s h", hours(sinceLast))})
		}
		consider(Wake{At: s.WatchedUntil.Add(-AlertLead), Kind: WakeExpiring, Why: "window is expiring"})
		if n := s.Settings.Reminders.Nudge; n != nil && !s.Nudged.Equal(s.WatchedUntil) && !s.leftAlone() {
			consider(Wake{At: s.WatchedUntil.Add(-time.Duration(n.Lead)), Kind: WakeNudge, Why: "nudge"})
		}
	}
	if s.Plan != nil && !s.Plan.Trying {
		consider(Wake{At: s.Plan.DueAt, Kind: WakeReengage, Why: fmt.Sprintf("re-engagement %d of %d", s.Plan.Next+1, len(s.Plan.Policy.Attempts))})
	}
	if s.Kept != nil {
		consider(Wake{At: s.Kept.Until, Kind: WakeKept, Why: "kept reply expires"})
	}
	return next, ok
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

// NextOf is the next wake in which something will happen, or nil: a reminder or a nudge that will not be sent because the
// business has answered (W7) is left out, though the clock looks at its moment all the same.
func NextOf(s State, now time.Time) *Next {
	if !s.Facts.Unanswered() {
		s.Nudged = s.WatchedUntil
	}
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
