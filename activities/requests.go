package activities

import (
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/ledger"
	"reengage/sending"
	"reengage/workflows/contract"
)

// What a workflow asks of the activities and what they answer. It is between the two: no other caller sends or reads it, but
// recorded histories hold it as JSON, so a field keeps its name.

// BillRequest asks for a conversation's charges to be brought up to date.
type BillRequest struct {
	ConversationID uuid.UUID `json:"conversation_id"`
}

// RemindRequest asks for one reminder. The activity decides again whether it is in time, because it may run long after it
// was asked for.
type RemindRequest struct {
	ConversationID uuid.UUID           `json:"conversation_id"`
	Remind         conversation.Remind `json:"remind"`
	LateAfter      time.Duration       `json:"late_after"`
}

// RemindResult says what became of it; Why is given if no reminder was recorded.
type RemindResult struct {
	Recorded bool                 `json:"recorded"`
	Outcome  conversation.Outcome `json:"outcome,omitempty"`
	Why      string               `json:"why,omitempty"`
}

// RecordRequest are messages signalled from outside, to be stored before they are decided on.
type RecordRequest struct {
	ConversationID uuid.UUID `json:"conversation_id"`
	contract.Messages
}

// RecordResult are the same messages as they were stored: with event ids, and with the times that hold (W3).
type RecordResult struct {
	contract.Messages
	Rejected []string `json:"rejected,omitempty"` // why others could not be stored; no content
}

// Settled counts what a settlement did.
type Settled = ledger.Settled

// PlanRequest asks for a send to be planned: decided by the gate over what Postgres knows, and recorded, refused or not.
// Or, with Keep or Kept, for what kept replies need besides.
type PlanRequest struct {
	ConversationID uuid.UUID      `json:"conversation_id"`
	SendID         uuid.UUID      `json:"send_id"`
	Origin         sending.Origin `json:"origin"`
	// RequestID and Fingerprint are those of the update that asked; empty for automatic sends.
	RequestID   string             `json:"request_id,omitempty"`
	Fingerprint string             `json:"fingerprint,omitempty"`
	Text        string             `json:"text,omitempty"`
	Template    *contract.Template `json:"template,omitempty"`
	Fallback    *contract.Template `json:"fallback,omitempty"`
	Critical    bool               `json:"critical,omitempty"`
	NotAfter    time.Time          `json:"not_after,omitzero"`
	// Facts and Verdict are the workflow's: what it knows, and what its gate said about that.
	Facts   conversation.Facts   `json:"facts"`
	Verdict conversation.Verdict `json:"verdict"`
	// Policy and Zone are the plan's snapshot, of automatic sends.
	Policy *conversation.Policy `json:"policy,omitempty"`
	Zone   conversation.Zone    `json:"zone,omitempty"`
	// KeepText is kept, in the same transaction, if the template is allowed; KeepFor is for how long.
	KeepText string        `json:"keep_text,omitempty"`
	KeepFor  time.Duration `json:"keep_for,omitempty"`
	// KeptReplyID names the kept reply whose text is to be sent; if that is refused, it is offered.
	KeptReplyID *uuid.UUID `json:"kept_reply_id,omitempty"`
}

// PlanResult is what came of it. Facts are the row's, afterwards.
type PlanResult struct {
	Answer contract.Answer    `json:"answer"`
	Send   *sending.Result    `json:"send,omitempty"` // what to carry on with; nil: refused, or done before
	Kept   *conversation.Kept `json:"kept,omitempty"` // kept now
	Facts  conversation.Facts `json:"facts"`
}

// SendRequest asks for one attempt, or for what became of one.
type SendRequest struct {
	ConversationID uuid.UUID `json:"conversation_id"`
	SendID         uuid.UUID `json:"send_id"`
	Attempt        int       `json:"attempt"`
}

// DecisionsRequest records decisions of the workflow that no other transaction does.
type DecisionsRequest struct {
	ConversationID uuid.UUID          `json:"conversation_id"`
	RequestID      string             `json:"request_id,omitempty"` // of the update that is answered by this
	Fingerprint    string             `json:"fingerprint,omitempty"`
	Decisions      []sending.Decision `json:"decisions"`
	// Replan says that Plan is the conversation's from now on; nil: it has none any more.
	Replan bool               `json:"replan,omitempty"`
	Plan   *conversation.Plan `json:"plan,omitempty"`
}

// ConsentRequest are changes that were signalled from outside.
type ConsentRequest struct {
	ConversationID uuid.UUID                 `json:"conversation_id"`
	Changes        []contract.ConsentChanged `json:"changes"`
}

// KeptRequest settles a kept reply without sending it: it has expired, or somebody has discarded it.
type KeptRequest struct {
	ConversationID uuid.UUID         `json:"conversation_id"`
	KeptReplyID    uuid.UUID         `json:"kept_reply_id"`
	To             sending.KeptState `json:"to"` // expired, discarded or offered
	RequestID      string            `json:"request_id,omitempty"`
	Fingerprint    string            `json:"fingerprint,omitempty"`
}
