package conversation

import (
	"slices"
	"time"
)

// StateVersion is the version of State's layout; State carries it across continue-as-new.
const StateVersion = 1

// State is what a run of the conversation workflow remembers, complete and serialisable.
type State struct {
	Version  int      `json:"version"`
	Facts    Facts    `json:"facts"`
	Settings Settings `json:"settings"`
	// WatchedUntil is the deadline that this run has taken on: it will remind before it and close at it (W11). Zero:
	// nothing is waited for.
	WatchedUntil time.Time `json:"watched_until,omitzero"`
	// Reminded are the leads already acted on for WatchedUntil; an extension clears them (W7).
	Reminded []time.Duration `json:"reminded,omitempty"`
	// BillingSessionFrom is the message that last may have opened a billing session of a day.
	BillingSessionFrom time.Time `json:"billing_session_from,omitzero"`
	// Spans are the latest unbroken chains of inbound messages, from which OpenedAt is found again (W1).
	Spans []Span `json:"spans,omitempty"`
	// Seen are the ids of the latest events, oldest first.
	Seen []string `json:"seen,omitempty"`
	// Permissions are what is known of consent, suppression and the sender.
	Permissions Permissions `json:"permissions,omitzero"`
	// Zone is the contact's own, for quiet hours.
	Zone Zone `json:"zone,omitempty"`
	// Plan is how the contact is won back; nil: it is not.
	Plan *Plan `json:"plan,omitempty"`
	// Left is the deadline of the window that somebody has closed by hand: nothing follows from its end.
	Left time.Time `json:"left,omitzero"`
	// Nudged is the deadline before which the contact has been nudged.
	Nudged time.Time `json:"nudged,omitzero"`
	// Merged: another conversation goes on with this one; nothing is begun any more (W10).
	Merged bool `json:"merged,omitempty"`
	// Kept is the reply that waits for the contact's answer; nil: there is none.
	Kept *Kept `json:"kept,omitempty"`
	// LateAfter is how long after its moment a reminder counts as late; see NewState.
	LateAfter time.Duration `json:"late_after"`
}

// Span is a chain of inbound messages with gaps under 24 h: its first and last.
type Span struct {
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// The bounds of what a run remembers. Older duplicates and stragglers are harmless by W1 and the event log's keys.
const (
	seenBound = 512
	spanBound = 8
)

// NewState returns the state of a run that has seen nothing. lateAfter is W7's minute; a virtual clock that runs so
// fast that the machine's own latency would be taken for an outage gives more.
func NewState(s Settings, lateAfter time.Duration) State {
	return State{Version: StateVersion, Settings: s, LateAfter: lateAfter}
}

// Waiting reports whether the run still waits for something (W11). What is under way is its driver's to know.
func (s State) Waiting() bool { return s.watching() || s.Plan != nil || s.Kept != nil }

// watching reports whether there is a window whose end is waited for.
func (s State) watching() bool { return !s.WatchedUntil.IsZero() }

// leftAlone reports whether somebody has closed the watched window by hand.
func (s State) leftAlone() bool { return s.watching() && s.Left.Equal(s.WatchedUntil) }

// Circumstances are what the gate must know of this conversation.
func (s State) Circumstances() Circumstances {
	return Circumstances{Facts: s.Facts, Permissions: s.Permissions}
}

// remember reports whether the event is new, and keeps its id.
func (s *State) remember(id string) bool {
	if slices.Contains(s.Seen, id) {
		return false
	}
	s.Seen = append(slices.Clone(s.Seen), id)
	if extra := len(s.Seen) - seenBound; extra > 0 {
		s.Seen = s.Seen[extra:]
	}
	return true
}

// addToSpans joins a message at t to the chains that it is less than 24 h away from. As long as there are at most
// spanBound chains, the result depends only on the set of messages, not on their order.
func addToSpans(spans []Span, t time.Time) []Span {
	joined := Span{First: t, Last: t}
	var next []Span
	for _, s := range spans {
		if joined.First.Before(s.Last.Add(WindowLength)) && s.First.Before(joined.Last.Add(WindowLength)) {
			joined.First, joined.Last = earlier(joined.First, s.First), later(joined.Last, s.Last)
			continue
		}
		next = append(next, s)
	}
	next = append(next, joined)
	slices.SortFunc(next, func(a, b Span) int { return a.First.Compare(b.First) })
	if extra := len(next) - spanBound; extra > 0 {
		next = next[extra:]
	}
	return next
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
