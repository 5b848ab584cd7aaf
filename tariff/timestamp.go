package tariff

import (
	"errors"
	"time"
)

var (
	errNotATime   = errors.New(`is not a time like 2026-03-02T09:00:00Z (RFC 3339)`)
	errNoSuchTime = errors.New("is a date or time of day that does not exist")
	errTooPrecise = errors.New("has digits beyond the nanosecond")
)

// parseTime reads an RFC 3339 time to the nanosecond, in UTC. time.Parse is not used: it drops digits beyond the nanosecond,
// which could turn the order of two events round, and a million calls of it are the slowest part of reading.
func parseTime(b []byte) (time.Time, error) {
	const shortest = len("2026-03-02T09:00:00Z")
	if len(b) < shortest || b[4] != '-' || b[7] != '-' || b[10]|0x20 != 't' || b[13] != ':' || b[16] != ':' {
		return time.Time{}, errNotATime
	}
	year, ok0 := digits(b[0:4])
	month, ok1 := digits(b[5:7])
	day, ok2 := digits(b[8:10])
	hour, ok3 := digits(b[11:13])
	minute, ok4 := digits(b[14:16])
	second, ok5 := digits(b[17:19])
	if !ok0 || !ok1 || !ok2 || !ok3 || !ok4 || !ok5 {
		return time.Time{}, errNotATime
	}
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, errNoSuchTime
	}
	nanos, zone, err := fraction(b[19:])
	if err != nil {
		return time.Time{}, err
	}
	east, err := offset(zone)
	if err != nil {
		return time.Time{}, err
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	if east != 0 {
		t = t.Add(-east)
		if t.Year() < 0 || t.Year() > 9999 {
			return time.Time{}, errNoSuchTime // RFC 3339 could not write it in UTC
		}
	}
	return t, nil
}

func digits(b []byte) (n int, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// fraction reads ".123" in nanoseconds, if there is one, and returns what follows.
func fraction(b []byte) (nanos int, rest []byte, err error) {
	if len(b) == 0 || b[0] != '.' {
		return 0, b, nil
	}
	i, unit := 1, 100_000_000
	for ; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
		if unit == 0 && b[i] != '0' {
			return 0, nil, errTooPrecise
		}
		nanos += int(b[i]-'0') * unit
		unit /= 10
	}
	if i == 1 {
		return 0, nil, errNotATime
	}
	return nanos, b[i:], nil
}

// offset reads "Z" or "+hh:mm".
func offset(b []byte) (time.Duration, error) {
	if len(b) == 1 && b[0]|0x20 == 'z' {
		return 0, nil
	}
	if len(b) != 6 || b[0] != '+' && b[0] != '-' || b[3] != ':' {
		return 0, errNotATime
	}
	hours, ok0 := digits(b[1:3])
	minutes, ok1 := digits(b[4:6])
	if !ok0 || !ok1 {
		return 0, errNotATime
	}
	if hours > 23 || minutes > 59 {
		return 0, errNoSuchTime
	}
	east := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if b[0] == '-' {
		east = -east
	}
	return east, nil
}
