package tariff

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// zoneOf is a place; the test fails if there is none.
func zoneOf(t require.TestingT, name string) *time.Location {
	zone, err := timezone(name)
	require.NoError(t, err)
	return zone
}

// Places where midnight at times does not exist or exists twice, where a whole day does not exist, where days begin on no whole
// hour, and ordinary ones.
var places = []string{"UTC", "America/Sao_Paulo", "Europe/Berlin", "America/Asuncion", "America/Havana", "Asia/Beirut", "America/St_Johns",
	"Pacific/Apia", "Pacific/Kwajalein", "Asia/Gaza", "Africa/Cairo", "Asia/Tehran", "America/Santiago", "Atlantic/Azores", "Asia/Amman",
	"Asia/Damascus", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham", "Africa/Casablanca", "America/Scoresbysund", "Pacific/Kiritimati"}

// daysOfChange calls each with the days around every change of clocks between two years.
func daysOfChange(zone *time.Location, from, to int, each func(Day)) {
	for at := time.Date(from, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < to; {
		_, change := at.In(zone).ZoneBounds()
		if change.IsZero() {
			break
		}
		for _, hours := range []time.Duration{-36, -12, 12, 36} {
			each(DayOf(change.Add(hours*time.Hour), zone))
		}
		at = change.Add(time.Second)
	}
	each(Day{from + 1, time.May, 17})
}

// firstMinuteOf looks at every minute: clocks change on whole ones.
func firstMinuteOf(d Day, zone *time.Location) time.Time {
	at := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Add(-16 * time.Hour)
	for DayOf(at, zone).compare(d) < 0 {
		at = at.Add(time.Minute)
	}
	return at
}

func TestADayStartsWithTheFirstInstantThatHasItsDate(t *testing.T) {
	for _, name := range places {
		t.Run(name, func(t *testing.T) {
			zone := zoneOf(t, name)
			daysOfChange(zone, 1990, 2037, func(d Day) {
				require.Equal(t, firstMinuteOf(d, zone).UTC(), d.Start(zone).UTC(), "%s", d)
			})
		})
	}
}

func TestADayThatWasLeftOutStartsWithTheNext(t *testing.T) {
	apia := zoneOf(t, "Pacific/Apia")
	require.Equal(t, "2011-12-30T10:00:00Z", Day{2011, 12, 30}.Start(apia).UTC().Format(time.RFC3339))
	require.Equal(t, Day{2011, 12, 31}.Start(apia), Day{2011, 12, 30}.Start(apia))
}

// Rating asks for the date of an instant, the ledger for the instant of a date; since prices are known the two agree everywhere.
func TestWhatLiesBetweenTheStartsOfTwoDaysHasTheFirstOnesDate(t *testing.T) {
	for _, name := range places {
		t.Run(name, func(t *testing.T) {
			zone := zoneOf(t, name)
			daysOfChange(zone, 2022, 2037, func(d Day) {
				end := firstMinuteOf(DayOf(d.Start(zone).Add(36*time.Hour), zone), zone)
				require.NotEqual(t, d, DayOf(d.Start(zone).Add(-1), zone))
				for at := d.Start(zone); at.Before(end); at = at.Add(10 * time.Minute) {
					require.Equal(t, d, DayOf(at, zone), at)
				}
			})
		})
	}
}

func TestAMonthStartsWithItsFirstDayAndIsFollowedByTheNext(t *testing.T) {
	sao := zoneOf(t, "America/Sao_Paulo")
	december := Month{2026, time.December}
	require.Equal(t, "2026-12-01T03:00:00Z", december.Start(sao).UTC().Format(time.RFC3339))
	require.Equal(t, Month{2027, time.January}, december.Next())
	require.Equal(t, Month{2026, time.December}, Month{2026, time.November}.Next())
	require.Equal(t, "2026-12", december.String())
	require.Equal(t, december, MonthOf(december.Next().Start(sao).Add(-1), sao))
	require.Equal(t, december.Next(), MonthOf(december.Next().Start(sao), sao))
	// In Paraguay October 2023 began at one o'clock.
	require.Equal(t, "2023-10-01T04:00:00Z", Month{2023, time.October}.Start(zoneOf(t, "America/Asuncion")).UTC().Format(time.RFC3339))
}

func TestMetasSchemesAreInForceFromTheAccountsMidnight(t *testing.T) {
	for _, c := range []struct{ zone, at, want string }{
		{"UTC", "2024-01-01T00:00:00Z", "meta-cbp-2024"},
		{"UTC", "2025-06-30T23:59:59.999999999Z", "meta-cbp-2024"},
		{"UTC", "2025-07-01T00:00:00Z", "meta-pmp-2025"},
		{"UTC", "2026-09-30T23:59:59Z", "meta-pmp-2025"},
		{"UTC", "2026-10-01T00:00:00Z", "meta-pmp-2026"},
		{"UTC", "2026-10-01T00:00:01Z", "meta-pmp-2026"},
		{"America/Sao_Paulo", "2025-07-01T02:59:59Z", "meta-cbp-2024"},
		{"America/Sao_Paulo", "2025-07-01T03:00:00Z", "meta-pmp-2025"},
		{"America/Sao_Paulo", "2026-10-01T02:59:59Z", "meta-pmp-2025"},
		{"America/Sao_Paulo", "2026-10-01T03:00:00Z", "meta-pmp-2026"},
		{"Europe/Berlin", "2026-09-30T21:59:59Z", "meta-pmp-2025"},
		{"Europe/Berlin", "2026-09-30T22:00:00Z", "meta-pmp-2026"},
		{"Pacific/Kiritimati", "2026-09-30T09:59:59Z", "meta-pmp-2025"},
		{"Pacific/Kiritimati", "2026-09-30T10:00:00Z", "meta-pmp-2026"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		require.NoError(t, err)
		require.Equal(t, c.want, InForce(at, zoneOf(t, c.zone)), "%s %s", c.at, c.zone)
	}
}

func TestMetasPeriodsFollowEachOther(t *testing.T) {
	periods := MetaPeriods()
	require.Equal(t, []Period{{"meta-cbp-2024", Day{}}, {"meta-pmp-2025", Day{2025, 7, 1}}, {"meta-pmp-2026", Day{2026, 10, 1}}}, periods)
	for _, p := range periods {
		_, err := Lookup(p.Scheme)
		require.NoError(t, err)
	}
	_, err := Lookup(Meta)
	require.Error(t, err, "the assignment is not a scheme")
	periods[0].Scheme = "changed"
	require.Equal(t, "meta-cbp-2024", MetaPeriods()[0].Scheme, "nobody can change them")
}
