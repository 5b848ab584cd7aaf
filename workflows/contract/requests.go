package contract

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
)

// Request is what every update carries beside what it asks for.
type Request struct {
	// ID is the update's id: a repetition under the same id gets the first answer, also in a later run.
	ID string `json:"request_id"`
	// Facts and Permissions are the conversation's as the caller has just read them; they may be ahead of the workflow.
	Facts       *conversation.Facts       `json:"facts,omitempty"`
	Permissions *conversation.Permissions `json:"permissions,omitempty"`
	// NotAfter ends the attempts; zero: a free-form message's window, 24 h for a template.
	NotAfter time.Time `json:"not_after,omitzero"`
	// RequestedBy is who asks, without a name: user/ID or key/ID. The audit has it.
	RequestedBy string `json:"requested_by,omitempty"`
}

// maxRequestID is how long a request's id may be, in bytes, as the database has it.
const maxRequestID = 255

// requester is what RequestedBy may be: the audit takes nothing else.
var requester = regexp.MustCompile(`^([a-z]{1,20}(/[0-9a-f-]{36})?)?$`)

// Recordable reports whether the database can write down which request it is and who asks.
func (q Request) Recordable() bool {
	return len(q.ID) <= maxRequestID && !strings.ContainsRune(q.ID, 0) && requester.MatchString(q.RequestedBy)
}

// Template names an approved template with what fills its variables.
type Template struct {
	Name       string          `json:"name"`
	Language   string          `json:"language"`             // as in sends: en_US
	Parameters json.RawMessage `json:"parameters,omitempty"` // package whatsapp/template has their shape
}

// SendMessage is the payload of send_message: a free-form message.
type SendMessage struct {
	Request
	Text     string    `json:"text"`
	Critical bool      `json:"critical,omitempty"`          // may be sent once more if its outcome stays unknown
	Fallback *Template `json:"fallback_template,omitempty"` // goes instead if the window closes first
}

// SendTemplate is the payload of send_template.
type SendTemplate struct {
	Request
	Template
	Critical bool `json:"critical,omitempty"`
}

// KeepReply is the payload of keep_reply: the template goes now, the text waits for the contact's answer.
type KeepReply struct {
	Request
	Text     string   `json:"text"`
	Template Template `json:"template"`
}

// ReleaseKeptReply is the payload of release_kept_reply.
type ReleaseKeptReply struct {
	Request
	KeptReplyID uuid.UUID `json:"kept_reply_id"`
	Discard     bool      `json:"discard,omitempty"` // else it is sent
}

// Close is the payload of close: it cancels this window's reminders and the plan; the status stays what it is.
type Close struct {
	Request
}

// Answer answers every update. A refusal is an answer as well.
type Answer struct {
	SendID      *uuid.UUID           `json:"send_id,omitempty"`       // of what was planned or refused
	KeptReplyID *uuid.UUID           `json:"kept_reply_id,omitempty"` // of what is kept
	Verdict     conversation.Verdict `json:"verdict"`
	// Fault is set if there is no verdict: another question had this request id, or what it names does not exist.
	Fault string `json:"fault,omitempty"`
	// Repeated: this is the answer to the first request under this id.
	Repeated bool `json:"repeated,omitempty"`
}

// The faults of an Answer.
const (
	FaultRequestReused   = "request_id_reused"
	FaultUnknownKept     = "kept_reply_not_found"
	FaultKeptNotLive     = "kept_reply_settled" // sent, discarded, expired or superseded
	FaultInvalidRequest  = "invalid_request"
	FaultMergedElsewhere = "conversation_merged"
)

// ConsentChanged is the payload of consent_changed. With EventID it is stored already; without, the workflow stores it.
type ConsentChanged struct {
	EventID    string                `json:"event_id,omitempty"`
	Category   conversation.Category `json:"category,omitempty"` // empty: all of them
	OptedIn    bool                  `json:"opted_in"`
	Source     string                `json:"source"`
	OccurredAt time.Time             `json:"occurred_at"`
}

// Validate says what is wrong with a change that cannot be recorded.
func (c ConsentChanged) Validate() error {
	switch {
	case c.Category != "" && c.Category != conversation.Marketing && c.Category != conversation.Utility && c.Category != conversation.Authentication:
		return errors.New("category must be marketing, utility or authentication")
	case c.Source == "" || len(c.Source) > 64:
		return errors.New("source is missing or longer than 64 bytes")
	case c.OccurredAt.IsZero():
		return errors.New("occurred_at is missing")
	}
	return nil
}

// Asked returns what the caller knows, and what it asks for without that: the same for every repetition.
func (m SendMessage) Asked() (Request, any) {
	q := m.Request
	m.Request = Request{NotAfter: q.NotAfter}
	return q, m
}

// Asked is as SendMessage's.
func (m SendTemplate) Asked() (Request, any) {
	q := m.Request
	m.Request = Request{NotAfter: q.NotAfter}
	return q, m
}

// Asked is as SendMessage's.
func (m KeepReply) Asked() (Request, any) {
	q := m.Request
	m.Request = Request{NotAfter: q.NotAfter}
	return q, m
}

// Asked is as SendMessage's.
func (m ReleaseKeptReply) Asked() (Request, any) {
	q := m.Request
	m.Request = Request{}
	return q, m
}

// Asked is as SendMessage's.
func (m Close) Asked() (Request, any) { return m.Request, Close{} }
