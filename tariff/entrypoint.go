package tariff

import (
	"slices"
	"time"
)

// entryPoints are the free entry points of a conversation (P5, C3): the messages that answered one, and the time that they made
// free. They change prices, not permissions: no window is open because of one (W8).
type entryPoints struct {
	answers []*message
	periods []span
}

// entryPointsOf finds them. The answer to an inbound message that came by an entry point is the first delivered message of the
// business in the 24 h that begin with it. Free time lasts for some hours from an instant of the answer (that it was sent, P5, or
// delivered, C3), or until the end that the provider states.
func entryPointsOf(conversation []message, length time.Duration, from func(*message) time.Time) entryPoints {
	var e entryPoints
	var next *message // the first delivered one that is later
	for i := len(conversation) - 1; i >= 0; i-- {
		m := &conversation[i]
		if len(m.deliveries) > 0 {
			next = m
		}
		if m.EntryPoint == "" || next == nil || !dayFrom(m.At).contains(next.At) {
			continue
		}
		if n := len(e.answers); n > 0 && e.answers[n-1] == next {
			continue
		}
		e.answers = append(e.answers, next)
		period := span{from(next), from(next).Add(length)}
		if until := next.statedEnd(); !until.IsZero() {
			period.to = until
		}
		if period.from.Before(period.to) {
			e.periods = append(e.periods, period)
		}
	}
	return e
}

// frees says whether a message costs nothing: it is an answer, or its instant lies in the free time.
func (e entryPoints) frees(m *message, at time.Time) bool {
	for _, p := range e.periods {
		if p.contains(at) {
			return true
		}
	}
	return slices.Contains(e.answers, m)
}

// beganIn says whether some free time began after one instant and not after another.
func (e entryPoints) beganIn(after, until time.Time) bool {
	for _, p := range e.periods {
		if p.from.After(after) && !p.from.After(until) {
			return true
		}
	}
	return false
}

func (m *message) sentAt() time.Time      { return m.At }
func (m *message) deliveredAt() time.Time { return m.deliveries[0].At }

// statedEnd is the end of the entry point that the first delivery with one states; zero if none does.
func (m *message) statedEnd() time.Time {
	for _, d := range m.deliveries {
		if !d.EntryPointUntil.IsZero() {
			return d.EntryPointUntil
		}
	}
	return time.Time{}
}
