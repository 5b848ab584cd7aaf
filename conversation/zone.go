package conversation

import "time"

// Zone is a time zone as data: the offsets in force and the instants from which they hold, in order. A decision that
// is replayed years later must not depend on the time zone database of the machine that replays it, so the edges turn
// a zone's name into this and hand it in. Before the first entry the first offset holds; empty is UTC.
type Zone []ZoneOffset

// ZoneOffset is one stretch of a Zone.
type ZoneOffset struct {
	From    time.Time `json:"from"`
	Seconds int       `json:"seconds"` // east of UTC
}

// How far around now ResolveZone looks; a run of the workflow is given fresh settings long before it ends.
const (
	zonePast   = 48 * time.Hour
	zoneFuture = 2 * 365 * 24 * time.Hour
)

// ResolveZone writes down the offsets of loc from two days before now to two years after. It is for the edges: it
// reads the time zone database through loc.
func ResolveZone(loc *time.Location, now time.Time) Zone {
	var z Zone
	for at := now.Add(-zonePast); at.Before(now.Add(zoneFuture)); {
		_, seconds := at.In(loc).Zone()
		z = append(z, ZoneOffset{From: at.UTC(), Seconds: seconds})
		_, end := at.In(loc).ZoneBounds()
		if end.IsZero() {
			break
		}
		at = end
	}
	return z
}

func (z Zone) offset(at time.Time) time.Duration {
	if len(z) == 0 {
		return 0
	}
	seconds := z[0].Seconds
	for _, o := range z[1:] {
		if at.Before(o.From) {
			break
		}
		seconds = o.Seconds
	}
	return time.Duration(seconds) * time.Second
}

// nextChange returns the first moment after at from which another offset holds.
func (z Zone) nextChange(at time.Time) (moved time.Time, ok bool) {
	for i := 1; i < len(z); i++ {
		if z[i].From.After(at) {
			return z[i].From, true
		}
	}
	return time.Time{}, false
}

// local returns the wall clock at the instant, written as if it were UTC.
func (z Zone) local(at time.Time) time.Time { return at.UTC().Add(z.offset(at)) }

// instant returns the moment at which the wall clock shows local. A wall time that DST skips is read with the offset
// from before the change; one that occurs twice is its first occurrence.
func (z Zone) instant(local time.Time) time.Time {
	// The offset before any change that this wall time could be near to; no zone moves its clock by more than a day.
	before := z.offset(local.Add(-WindowLength))
	if at := local.Add(-before); z.offset(at) == before {
		return at
	}
	after := z.offset(local.Add(WindowLength))
	if at := local.Add(-after); z.offset(at) == after {
		return at
	}
	return local.Add(-before)
}
