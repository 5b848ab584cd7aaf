package conversation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/conversation"
)

// moves are the clock's most awkward ones, each near the instant at which it happened.
var moves = []struct{ zone, near string }{
	{"Europe/Berlin", "2026-03-29T01:00:00Z"},       // forward in the night
	{"Europe/Berlin", "2026-10-25T01:00:00Z"},       // back
	{"America/New_York", "2026-03-08T07:00:00Z"},    // forward, west of UTC
	{"America/New_York", "2026-11-01T06:00:00Z"},    // back
	{"America/Sao_Paulo", "2018-11-04T03:00:00Z"},   // at midnight: 00:00 to 01:00, so the day has no midnight
	{"America/Sao_Paulo", "2018-02-18T02:00:00Z"},   // at midnight: the hour before it twice
	{"Australia/Lord_Howe", "2026-04-04T15:00:00Z"}, // back by half an hour
	{"Australia/Lord_Howe", "2026-10-03T15:30:00Z"}, // forward by half an hour
	{"Asia/Kathmandu", "2026-06-01T00:00:00Z"},      // never moved, five hours and three quarters ahead
	{"Pacific/Apia", "2011-12-30T10:00:00Z"},        // a whole day left out
	{"UTC", "2026-06-01T00:00:00Z"},
}

func TestQuietHoursEndWithTheFirstMinuteThatTheContactsClockCallsLoud(t *testing.T) {
	for _, m := range moves {
		t.Run(m.zone+"/"+m.near, func(t *testing.T) {
			loc, err := time.LoadLocation(m.zone)
			require.NoError(t, err)
			near, err := time.Parse(time.RFC3339, m.near)
			require.NoError(t, err)
			zone := conversation.ResolveZone(loc, near)
			rapid.Check(t, func(t *rapid.T) {
				hours := drawQuietHours(t)
				at := near.Add(time.Duration(rapid.IntRange(-24*60, 24*60).Draw(t, "minutes from the move")) * time.Minute)
				end, quiet := (&conversation.Quiet{Hours: hours, Zone: zone}).Until(at)
				require.Equal(t, quietByTheClock(hours, at, loc), quiet)
				if !quiet {
					require.Zero(t, end)
					return
				}
				want := at
				for quietByTheClock(hours, want, loc) {
					want = want.Add(time.Minute)
				}
				require.Equal(t, want, end)
			})
		})
	}
}

func drawQuietHours(t *rapid.T) conversation.QuietHours {
	// Quarters of an hour, most of them at night: that is where clocks are moved.
	quarter := rapid.OneOf(rapid.IntRange(0, 95), rapid.IntRange(0, 16), rapid.IntRange(88, 95))
	from := quarter.Draw(t, "from")
	to := quarter.Filter(func(to int) bool { return to != from }).Draw(t, "to")
	return conversation.QuietHours{From: quarterHour(from), To: quarterHour(to)}
}

func quarterHour(n int) string {
	return time.Date(2000, 1, 1, 0, 15*n, 0, 0, time.UTC).Format("15:04")
}

// quietByTheClock looks at the clock on the contact's wall, and at nothing else.
func quietByTheClock(hours conversation.QuietHours, at time.Time, loc *time.Location) bool {
	wall := at.In(loc).Format("15:04")
	if hours.From < hours.To {
		return hours.From <= wall && wall < hours.To
	}
	return hours.From <= wall || wall < hours.To
}

func TestQuietHours(t *testing.T) {
	second := func(at string) time.Time {
		v, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		return v
	}
	for _, c := range []struct {
		name, from, to, at, end string
	}{
		{"BeginAtTheirFirstSecond", "21:00", "08:00", "2026-03-02T21:00:00Z", "2026-03-03T08:00:00Z"},
		{"HaveNotBegunASecondBefore", "21:00", "08:00", "2026-03-02T20:59:59Z", ""},
		{"LastUntilTheirLastSecond", "21:00", "08:00", "2026-03-03T07:59:59Z", "2026-03-03T08:00:00Z"},
		{"AreOverAtTheirEnd", "21:00", "08:00", "2026-03-03T08:00:00Z", ""},
		{"MayEndAtMidnight", "21:00", "24:00", "2026-03-02T23:59:59Z", "2026-03-03T00:00:00Z"},
		{"ThatEndAtMidnightAreOverThen", "21:00", "24:00", "2026-03-03T00:00:00Z", ""},
		{"MayBeginAtMidnight", "24:00", "08:00", "2026-03-03T00:00:00Z", "2026-03-03T08:00:00Z"},
		{"OfOneTimeAreNone", "08:00", "08:00", "2026-03-03T08:00:00Z", ""},
		{"OfAWholeDayAreNone", "00:00", "24:00", "2026-03-03T08:00:00Z", ""},
		{"ThatCannotBeReadAreNone", "nine", "08:00", "2026-03-03T07:00:00Z", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			end, quiet := (&conversation.Quiet{Hours: conversation.QuietHours{From: c.from, To: c.to}}).Until(second(c.at))
			require.Equal(t, c.end != "", quiet)
			if quiet {
				require.Equal(t, second(c.end), end)
			}
		})
	}
	_, quiet := (*conversation.Quiet)(nil).Until(monday)
	require.False(t, quiet, "nobody has asked for quiet hours")
}
