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

// What is asked of package sending, which says what each holds.
type (
	PlanRequest      = sending.PlanRequest
	PlanResult       = sending.PlanResult
	SendRequest      = sending.SendRequest
	DecisionsRequest = sending.DecisionsRequest
	KeptRequest      = sending.KeptRequest
)

// ConsentRequest are changes that were signalled from outside.
type ConsentRequest struct {
	ConversationID uuid.UUID                 `json:"conversation_id"`
	Changes        []contract.ConsentChanged `json:"changes"`
}
