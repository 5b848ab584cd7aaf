package console

import (
	"time"
	_ "time/tzdata" // zones must not depend on the machine
)

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

// zoneOf is UTC where the number's zone is not one that is known here.
func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}
