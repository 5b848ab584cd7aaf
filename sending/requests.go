package sending

import (
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/workflows/contract"
)

// PlanRequest asks for a send to be planned: decided by the gate over what Postgres knows, and recorded, refused or not.
// Or, with KeepText or KeptReplyID, for what kept replies need besides.
type PlanRequest struct {
	ConversationID uuid.UUID `json:"conversation_id"`
	SendID         uuid.UUID `json:"send_id"`
	Origin         Origin    `json:"origin"`
	// RequestID and Fingerprint are those of the update that asked, RequestedBy is who; empty for automatic sends.
	RequestID   string             `json:"request_id,omitempty"`
	Fingerprint string             `json:"fingerprint,omitempty"`
	RequestedBy string             `json:"requested_by,omitempty"`
	Text        string             `json:"text,omitempty"`
	Template    *contract.Template `json:"template,omitempty"`
	Fallback    *contract.Template `json:"fallback,omitempty"`
	Critical    bool               `json:"critical,omitempty"`
	NotAfter    time.Time          `json:"not_after,omitzero"`
	// Facts and Verdict are the workflow's: what it knows, and what its gate said about that.
	Facts   conversation.Facts   `json:"facts"`
	Verdict conversation.Verdict `json:"verdict"`
	// CampaignID is, of a campaign's message, the campaign; SendID is the recipient's id (K3). What is to be sent, and within which
	// limits, is read from their rows.
	CampaignID uuid.UUID `json:"campaign_id,omitzero"`
	// Policy is the plan's snapshot, of re-engagement.
	Policy *conversation.Policy `json:"policy,omitempty"`
	// KeepText is kept, in the same transaction, if the template is allowed; KeepFor is for how long.
	KeepText string        `json:"keep_text,omitempty"`
	KeepFor  time.Duration `json:"keep_for,omitempty"`
	// KeptReplyID names the kept reply whose text is to be sent; if that is refused, it is offered.
	KeptReplyID *uuid.UUID `json:"kept_reply_id,omitempty"`
}

// PlanResult is what came of it. Facts are the row's, afterwards.
type PlanResult struct {
	Answer contract.Answer `json:"answer"`
	// Send is what to carry on with; nil: refused, or nothing is left to do. A repetition has it again as long as the send
	// is open, because the first answer may have been lost on its way; whoever has it under way already ignores it. Of a
	// free-form message that came too late it is that one, failed, with its Fallback.
	Send  *Result            `json:"send,omitempty"`
	Kept  *conversation.Kept `json:"kept,omitempty"` // kept now
	Facts conversation.Facts `json:"facts"`
}

// SendRequest asks for one attempt, or for what became of one.
type SendRequest struct {
	ConversationID uuid.UUID `json:"conversation_id"`
	SendID         uuid.UUID `json:"send_id"`
	Attempt        int       `json:"attempt"`
	// Withdraw: it is an attempt of a plan that has ended since; if nothing has left yet, nothing does.
	Withdraw bool `json:"withdraw,omitempty"`
}

// DecisionsRequest records decisions of the workflow that no other transaction does.
type DecisionsRequest struct {
	ConversationID uuid.UUID  `json:"conversation_id"`
	RequestID      string     `json:"request_id,omitempty"` // of the update that is answered by the last of them
	Fingerprint    string     `json:"fingerprint,omitempty"`
	RequestedBy    string     `json:"requested_by,omitempty"`
	Decisions      []Decision `json:"decisions"`
	// Replan says that Plan is the conversation's from now on; nil: it has none any more.
	Replan bool               `json:"replan,omitempty"`
	Plan   *conversation.Plan `json:"plan,omitempty"`
}

// KeptRequest settles a kept reply without sending it: it has expired, or somebody has discarded it.
type KeptRequest struct {
	ConversationID uuid.UUID `json:"conversation_id"`
	KeptReplyID    uuid.UUID `json:"kept_reply_id"`
	To             KeptState `json:"to"` // expired, discarded or offered
	RequestID      string    `json:"request_id,omitempty"`
	Fingerprint    string    `json:"fingerprint,omitempty"`
	RequestedBy    string    `json:"requested_by,omitempty"`
}

// Synced counts what a look at the accounts' templates found.
type Synced struct {
	Accounts  int `json:"accounts"`
	Templates int `json:"templates"`
	Removed   int `json:"removed,omitempty"`
	Failed    int `json:"failed,omitempty"` // accounts whose list could not be had; they are asked again next time
}
