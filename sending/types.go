package sending

import (
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/intake"
)

// ErrUnknownSend is returned for a send id that the database does not know.
var ErrUnknownSend = intake.ErrUnknownSend

// Origin says who wants a message to be sent.
type Origin string

// The origins. All but Request and KeptReply by an agent are automatic or stand in for another.
const (
	FromRequest      Origin = "request"
	FromFallback     Origin = "fallback" // the template that goes because the window has closed
	FromReengagement Origin = "reengagement"
	FromKeptReply    Origin = "kept_reply"
	FromNudge        Origin = "nudge"
	FromCampaign     Origin = "campaign"
)

// State is how far a send has got with us.
type State string

// The states (sending.md, "A send's life"). How far the message got after accepted is its delivery status.
const (
	Planned  State = "planned"
	Inflight State = "inflight"
	Accepted State = "accepted"
	Refused  State = "refused"
	Failed   State = "failed"
	Unknown  State = "unknown"
)

// Result is where a send stands after a step, and what follows.
type Result struct {
	SendID  uuid.UUID `json:"send_id"`
	State   State     `json:"state"`
	Attempt int       `json:"attempt"` // of planned: the one to be made next
	// RetryAt is, of planned, the real time before which the next attempt is not made; zero: at once.
	RetryAt time.Time `json:"retry_at,omitzero"`
	// Reason is why it was refused or has failed.
	Reason conversation.Code `json:"reason,omitempty"`
	Class  string            `json:"class,omitempty"` // of the provider's last error
	Code   int               `json:"code,omitempty"`
	// WaitFor is, of unknown, for how long (real) a status is waited for; zero: it is final.
	WaitFor time.Duration `json:"wait_for,omitempty"`
	// MessageEventID is, of accepted, the event of the message, and AcceptedAt when it occurred.
	MessageEventID string    `json:"message_event_id,omitempty"`
	AcceptedAt     time.Time `json:"accepted_at,omitzero"`
	Template       bool      `json:"template,omitempty"`
	Critical       bool      `json:"critical,omitempty"`
	// Fallback is the send that has been planned to go instead of this one.
	Fallback *Result `json:"fallback,omitempty"`
	// Facts are the conversation's row, after the step.
	Facts conversation.Facts `json:"facts"`
}

// Decision is one line of explain: what was considered, by which rule, on which facts. Key makes it one row, however often
// it is recorded.
type Decision struct {
	Key     string               `json:"key"`
	At      time.Time            `json:"at"`
	Subject string               `json:"subject"` // send, reengagement, kept_reply, close, consent
	Verdict conversation.Verdict `json:"verdict"`
	// Asked is false where nothing was asked for: a plan was made or has ended.
	Asked bool `json:"asked,omitempty"`
}

// KeptState is how far a kept reply has got.
type KeptState string

// The states of a kept reply.
const (
	KeptWaiting    KeptState = "kept"
	KeptOffered    KeptState = "offered"
	KeptSent       KeptState = "sent"
	KeptExpired    KeptState = "expired"
	KeptDiscarded  KeptState = "discarded"
	KeptSuperseded KeptState = "superseded"
)
