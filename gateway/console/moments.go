package console

import (
	"fmt"
	"time"
)

// moment is a time and what is said of it when the page is made. The scripts go on from there; without them the page is right as of
// when it came.
type moment struct {
	At   time.Time
	Text string
}

// until is a deadline, counted down to: {{template "until" .}}.
func until(at, now time.Time) moment { return moment{at, timeLeft(at.Sub(now))} }

// ago is something that has happened: {{template "ago" .}}.
func ago(at, now time.Time) moment { return moment{at, timeSince(now.Sub(at))} }

// timeLeft is hours, minutes and seconds, rounded up: while any of it is left it is not 0.
func timeLeft(d time.Duration) string {
	if d <= 0 {
		return "0:00:00"
	}
	s := int64((d + time.Second - 1) / time.Second)
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// timeSince is in the largest unit of which there is one, rounded down. What lies a little in the future (W3) is now.
func timeSince(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", d/time.Hour)
	}
	return fmt.Sprintf("%d days ago", d/(24*time.Hour))
}

// utc is a time in words that need no script.
func utc(at time.Time) string { return at.UTC().Format("2 Jan 2006, 15:04 UTC") }
