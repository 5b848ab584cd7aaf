package tariff

import (
	"cmp"
	"fmt"
	"time"
)

// Day is a date of the calendar, without a time zone.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// DayOf is the date of an instant at a place. Days are compared as dates and not as instants, because there are places and days
// at which midnight does not exist.
func DayOf(t time.Time, at *time.Location) Day {
	year, month, day := t.In(at).Date()
	return Day{year, month, day}
}

func (d Day) compare(o Day) int {
	return cmp.Or(cmp.Compare(d.Year, o.Year), cmp.Compare(d.Month, o.Month), cmp.Compare(d.Day, o.Day))
}

func (d Day) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// Start is the first instant of the day at a place. That need not be midnight: where clocks are put forward at midnight the day
// begins at one o'clock, and where they are put back there are two midnights, of which the earlier counts.
func (d Day) Start(at *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, at)
	if DayOf(t, at).compare(d) < 0 { // inside the gap, told by the old offset
		_, end := t.ZoneBounds()
		return end
	}
	from, _ := t.ZoneBounds()
	if from.IsZero() || DayOf(from.Add(-1), at) != d {
		return t
	}
	// The day is there before the clocks change. What they show at its first instant they show under the old offset.
	_, before := from.Add(-1).Zone()
	earlier := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Add(-time.Duration(before) * time.Second)
	return earlier.In(at)
}

// Month is a month of the calendar, without a time zone.
type Month struct {
	Year  int
	Month time.Month
}

// MonthOf is the month of an instant at a place.
func MonthOf(t time.Time, at *time.Location) Month {
	year, month, _ := t.In(at).Date()
	return Month{year, month}
}

// Start is the first instant of the month at a place.
func (m Month) Start(at *time.Location) time.Time { return Day{m.Year, m.Month, 1}.Start(at) }

// Next is the month after.
func (m Month) Next() Month {
	if m.Month == time.December {
		return Month{m.Year + 1, time.January}
	}
	return Month{m.Year, m.Month + 1}
}

func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.Year, m.Month) }

// ParseMonth reads "2026-10".
func ParseMonth(s string) (Month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return Month{}, fmt.Errorf("%q is not a month like 2026-10", s)
	}
	return Month{Year: t.Year(), Month: t.Month()}, nil
}
