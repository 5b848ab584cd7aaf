package console

import (
	"fmt"
	"time"
	_ "time/tzdata" // zones must not depend on the machine
)

// Times are written in three ways. How long until or since is a moment, which the page's scripts keep true. What people who work
// together say to one another is in the zone of their business number: zoned in a conversation, inWeek in a forecast. What belongs to
// no number is in UTC (utc), which scripts turn into the reader's own zone.

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

// utc is a time in words that need no script: {{template "at" .}}.
func utc(at time.Time) string { return at.UTC().Format("2 Jan 2006, 15:04 UTC") }

// zoned is an instant as a conversation's page shows it: in the zone of the number's people, who read it together and speak of "14:05"
// to one another, with the whole of it in UTC behind it.
type zoned struct {
	Text string // 14:05
	Day  string // Friday, 20 November 2026
	Date string // 2026-11-20: what tells days apart
	Full string // 20 Nov, 14:05, for where no day stands above it
	At   time.Time
}

// dayFormat writes a day out.
const dayFormat = "Monday, 2 January 2006"

func zonedOf(t time.Time, zone *time.Location) zoned {
	local := t.In(zone)
	return zoned{Text: local.Format("15:04"), Day: local.Format(dayFormat), Date: local.Format(time.DateOnly),
		Full: local.Format("2 Jan, 15:04"), At: t.UTC()}
}

// inWeek is an instant of the next days, of which people know the day of the week.
func inWeek(at time.Time, zone *time.Location) string { return at.In(zone).Format("Mon 2 Jan, 15:04") }

// zoneOf is UTC where the zone is not one that is known here.
func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}
