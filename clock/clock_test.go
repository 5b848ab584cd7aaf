package clock_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/clock"
)

var wall = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func drawClock(t *rapid.T) clock.Clock {
	return clock.Clock{
		Anchor: wall.Add(time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "anchor")) * time.Microsecond),
		Wall:   wall,
		Scale:  rapid.SampledFrom([]float64{1, 1, 0.5, 60, 1440, 86400}).Draw(t, "scale"),
	}
}

func TestWhoWaitsAsLongAsTheClockSaysNeverWakesTooSoon(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClock(t)
		real := wall.Add(time.Duration(rapid.Int64Range(0, 24*3600*1e6).Draw(t, "real")) * time.Microsecond)
		until := c.At(real).Add(time.Duration(rapid.Int64Range(-1e9, 48*3600*1e6).Draw(t, "until")) * time.Microsecond)
		wait := c.Wait(until, real)
		require.Positive(t, wait)
		woken := c.At(real.Add(wait))
		require.False(t, woken.Before(until))
		if until.After(c.At(real)) {
			require.LessOrEqual(t, woken.Sub(until), c.Virtual(3*time.Millisecond), "nor much too late")
		}
	})
}

func TestTheClockRunsAtItsScaleFromItsAnchor(t *testing.T) {
	c := clock.Clock{Anchor: wall.AddDate(1, 0, 0), Wall: wall, Scale: 1440}
	require.Equal(t, wall.AddDate(1, 0, 0), c.At(wall))
	require.Equal(t, wall.AddDate(1, 0, 1), c.At(wall.Add(time.Minute)))
	require.Equal(t, time.Hour, c.Virtual(2500*time.Millisecond))
	require.False(t, c.IsReal())
}

func TestTheZeroClockIsTheRealOne(t *testing.T) {
	for _, c := range []clock.Clock{{}, {Anchor: wall, Wall: wall, Scale: 1}} {
		require.True(t, c.IsReal())
		require.Equal(t, wall.Add(time.Hour), c.At(wall.Add(time.Hour)))
		require.Equal(t, time.Hour, c.Wait(wall.Add(time.Hour), wall), "to the millisecond, without a surcharge")
	}
	require.False(t, clock.Clock{Anchor: wall.Add(time.Second), Wall: wall, Scale: 1}.IsReal())
}

func TestAClockShowsTheSameAfterATripThroughJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClock(t)
		b, err := json.Marshal(c)
		require.NoError(t, err)
		var back clock.Clock
		require.NoError(t, json.Unmarshal(b, &back))
		require.Equal(t, c, back)
	})
}
