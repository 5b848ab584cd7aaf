package sending

import (
	"time"

	"reengage/clock"
	"reengage/db"
	"reengage/whatsapp"
)

// What fails for the provider's passing trouble is tried again ever more slowly, for as long as the send can go at all: an outage
// of the provider drops nothing.
const (
	retriesSoon = 10 // up to a minute apart
	retryLate   = 5 * time.Minute
)

// retryWait is how long, in real time, the next attempt waits after so many that failed.
func retryWait(failed int64) time.Duration {
	if failed >= retriesSoon {
		return retryLate
	}
	return min(time.Second<<max(failed-1, 0), time.Minute)
}

// RetryAt is the virtual time before which a planned send is not tried, as far as rows tell: the workflow, which waits, may have been
// told by the provider to wait longer. throttledUntil is real, of the number or the contact. Zero: nothing keeps it waiting.
func RetryAt(c clock.Clock, row db.Send, attempts []db.SendAttempt, throttledUntil, real time.Time) time.Time {
	if State(row.State) != Planned {
		return time.Time{}
	}
	at := c.At(throttledUntil)
	if after := retryAfter(c, attempts); after.After(at) {
		at = after
	}
	if !at.After(c.At(real)) {
		return time.Time{}
	}
	return earlier(at, row.NotAfter).UTC()
}

// retryAfter is what the last attempt makes the next one wait for.
func retryAfter(c clock.Clock, attempts []db.SendAttempt) time.Time {
	if len(attempts) == 0 {
		return time.Time{}
	}
	last := attempts[len(attempts)-1]
	if last.EndedAt == nil || last.Class == nil {
		return time.Time{}
	}
	class, failed := whatsapp.ErrorClass(*last.Class), int64(0)
	for _, a := range attempts {
		if a.Class != nil && whatsapp.ErrorClass(*a.Class) == whatsapp.ClassRetry {
			failed++
		}
	}
	switch {
	case class == whatsapp.ClassRetry:
		return last.EndedAt.Add(c.Virtual(retryWait(failed)))
	case class.PausesSender():
		return last.EndedAt.Add(c.Virtual(holdLeast))
	}
	return time.Time{}
}
