package conversation

import "time"

// StatusName is one of the five states in which people see a conversation (W6).
type StatusName string

// The five states, in the order in which a conversation usually passes through them.
const (
	Active        StatusName = "active"
	Expiring      StatusName = "expiring"
	Expired       StatusName = "expired"
	Resuming      StatusName = "resuming"
	AwaitingReply StatusName = "awaiting_reply"
)

// StatusNames lists the five states; a conversation always has exactly one.
var StatusNames = []StatusName{Active, Expiring, Expired, Resuming, AwaitingReply}

// Status derives the state of a conversation at now (W6). The SQL function conversation_status decides the same.
func Status(f Facts, now time.Time) StatusName {
	switch {
	case f.WindowOpen(now) && f.ExpiresAt.Sub(now) > AlertLead:
		return Active
	case f.WindowOpen(now):
		return Expiring
	case f.TemplatePending != "" || now.Before(f.ResumeClaimedUntil):
		return Resuming
	case f.awaitingReply():
		return AwaitingReply
	default:
		return Expired
	}
}

// awaitingReply says, for a closed window, whether a template was accepted while it was closed and the contact has not
// answered since. An answer occurred after the template was accepted.
func (f Facts) awaitingReply() bool {
	at := f.TemplateAcceptedAt
	if at.IsZero() || f.LastInboundAt.After(at) {
		return false
	}
	closedByTime := !at.Before(f.ExpiresAt)
	closedByDispute := f.Disputed() && !f.DisputedAt.After(at)
	return closedByTime || closedByDispute
}

// Window is an open customer service window as outsiders see it.
type Window struct {
	OpenedAt    time.Time `json:"opened_at"`
	ExpiresAt   time.Time `json:"expires_at"`
	SecondsLeft int64     `json:"seconds_left"` // rounded down
}

// WindowAt returns the window that is open at now, or nil.
func WindowAt(f Facts, now time.Time) *Window {
	if !f.WindowOpen(now) {
		return nil
	}
	return &Window{OpenedAt: f.OpenedAt, ExpiresAt: f.ExpiresAt, SecondsLeft: int64(f.ExpiresAt.Sub(now) / time.Second)}
}
