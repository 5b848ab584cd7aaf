package activities

import (
	"time"

	"github.com/google/uuid"

	"reengage/clock"
	"reengage/conversation"
	"reengage/ledger"
	"reengage/workflows/contract"
)

// What a workflow asks of the activities and what they answer. It is between the two: no other caller sends or reads it, but
// recorded histories hold it as JSON, so a field keeps its name.

// BillRequest asks for a conversation's charges to be brought up to date.
type BillRequest struct {
	ConversationID uuid.UUID `json:"conversation_id"`
}

// RemindRequest asks for one reminder. The activity decides again whether it is in time, on the clock handed in,
// because it may run long after it was asked for.
type RemindRequest struct {
	ConversationID uuid.UUID           `json:"conversation_id"`
	Remind         conversation.Remind `json:"remind"`
	LateAfter      time.Duration       `json:"late_after"`
	Clock          clock.Clock         `json:"clock"`
}

// RemindResult says what became of it; Why is given if no reminder was recorded.
type RemindResult struct {
	Recorded bool                 `json:"recorded"`
	Outcome  conversation.Outcome `json:"outcome,omitempty"`
	Why      string               `json:"why,omitempty"`
}

// RecordRequest are messages signalled from outside, to be stored before they are decided on.
type RecordRequest struct {
	ConversationID uuid.UUID                  `json:"conversation_id"`
	Inbound        []contract.InboundMessage  `json:"inbound,omitempty"`
	Outbound       []contract.OutboundMessage `json:"outbound,omitempty"`
}

// Empty reports whether there is nothing to store.
func (r RecordRequest) Empty() bool { return len(r.Inbound) == 0 && len(r.Outbound) == 0 }

// RecordResult are the same messages as they were stored: with event ids, and with the times that hold (W3).
type RecordResult struct {
	Rejected []string                   `json:"rejected,omitempty"` // why others could not be stored; no content
	Inbound  []contract.InboundMessage  `json:"inbound,omitempty"`
	Outbound []contract.OutboundMessage `json:"outbound,omitempty"`
}

// Settled counts what a settlement did.
type Settled = ledger.Settled
