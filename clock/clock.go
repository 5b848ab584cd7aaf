// Package clock is the virtual clock of demos and tests, as data: now = anchor + (real - wall) * scale. Facts and
// deadlines are on it; whatever waits for a network or a rate is not. It reads no clock itself: who knows the real time
// hands it in, so the same pair gives the same answer in a workflow's replay.
//
// It owns the arithmetic. It does not own the pair, which is kept with the data (db) and handed to workflows in their
// input.
package clock

import "time"

// Clock is the virtual clock of demos and tests: now = anchor + (real - wall) * scale. The zero Clock, and any with
// scale 1 and anchor equal to wall, is the real one.
type Clock struct {
	Anchor time.Time `json:"anchor"` // virtual
	Wall   time.Time `json:"wall"`   // real
	Scale  float64   `json:"scale"`
}

func (c Clock) scale() float64 {
	if c.Scale == 0 {
		return 1
	}
	return c.Scale
}

// At returns the virtual time at a real one, in UTC and to the microsecond, which is what Postgres keeps. A pair is good for
// 290 virtual years; each start of a stack makes a new one.
func (c Clock) At(real time.Time) time.Time {
	if c.scale() == 1 {
		return real.Add(c.Anchor.Sub(c.Wall)).UTC().Truncate(time.Microsecond)
	}
	since := time.Duration(float64(real.Sub(c.Wall)) * c.scale())
	return c.Anchor.Add(since).UTC().Truncate(time.Microsecond)
}

// Wait returns how long to wait in real time, from the real moment on, until the clock shows the virtual one. It is
// rounded up to milliseconds, on a scaled clock to one more, so that who waits that long does not wake too soon.
func (c Clock) Wait(until, real time.Time) time.Duration {
	d := until.Sub(c.At(real))
	if c.scale() != 1 {
		d = time.Duration(float64(d)/c.scale()) + time.Millisecond
	}
	return max(time.Millisecond, (d + time.Millisecond - 1).Truncate(time.Millisecond))
}

// Virtual returns how much virtual time passes in a real duration.
func (c Clock) Virtual(real time.Duration) time.Duration {
	return time.Duration(float64(real) * c.scale())
}

// IsReal reports whether the clock shows the real time.
func (c Clock) IsReal() bool { return c.scale() == 1 && c.Anchor.Equal(c.Wall) }
