package ledger

import (
	"context"
	"errors"
	"time"

	"reengage/tariff"
)

// Always is how people write an Assignment's From that is zero.
const Always = "always"

// ErrNoFrom is returned for a text that does not say from when on; "from" and "is" belong before it.
var ErrNoFrom = errors.New("neither a date like 2026-10-01 nor an RFC 3339 time nor " + Always)

// From reads an Assignment's From as people write it: a day of the calendar of the number's account, an RFC 3339 time, or Always,
// which is zero. The error may be ErrNoFrom or ErrUnknownNumber.
func (l *Ledger) From(ctx context.Context, phoneNumberID, text string) (time.Time, error) {
	if text == Always {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return written(t)
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, ErrNoFrom
	}
	zone, err := l.AccountZone(ctx, phoneNumberID)
	if err != nil {
		return time.Time{}, err
	}
	return written(tariff.DayOf(day, time.UTC).Start(zone))
}

// written is the instant as the database keeps it. One whose year is not of four digits in UTC could not be read back from JSON.
func written(t time.Time) (time.Time, error) {
	t = t.UTC().Truncate(time.Microsecond)
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, ErrNoFrom
	}
	return t, nil
}
