package campaign

import (
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
)

// State is how far a campaign has got.
type State string

// The states (campaigns.md, "Campaign").
const (
	Draft     State = "draft"
	Scheduled State = "scheduled"
	Running   State = "running"
	Paused    State = "paused"
	Finished  State = "finished"
	Cancelled State = "cancelled"
)

// Reason says why a campaign is paused: by hand, or by itself (K6).
type Reason string

// The reasons.
const (
	ByHand                Reason = "by_hand"
	TemplateUnavailable   Reason = "template_unavailable"   // paused, disabled, rejected or gone
	TemplateRecategorised Reason = "template_recategorised" // it would cost, and need, something else
	SenderPaused          Reason = "sender_paused"
	TooManyFailures       Reason = "too_many_failures"
	TooManyOptOuts        Reason = "too_many_opt_outs"
	BudgetUsedUp          Reason = "budget_used_up" // the campaign's, or the number's of the day or month
)

// Limits bound a campaign; the zero value has the defaults.
type Limits struct {
	// PacePercent is the campaign's share of the number's rate, 1 to 100; 0: 80.
	PacePercent int `json:"pace_percent,omitempty"`
	// QuietHours are in the contact's own zone; nil: those of the number's re-engagement policy.
	QuietHours *conversation.QuietHours `json:"quiet_hours,omitempty"`
	// BudgetMicros bounds what the sends may cost by their quotes, in the currency of the number's scheme; nil: no bound. The
	// number's own budget holds as well, and so do its caps (max_per_contact).
	BudgetMicros *int64 `json:"budget_micros,omitempty"`
	// TalkOver sends also to those whose window is open and who wait for an answer; else they are held back (K4).
	TalkOver bool `json:"talk_over,omitempty"`
	// AnswerWithin is how long after its delivery an inbound message counts as an answer; 0: 72 h.
	AnswerWithin conversation.Duration `json:"answer_within,omitempty"`
	// MaxFailuresPercent of the last 200, and MaxOptOutsPercent of those who got it, pause the campaign (K6); 0: 10 and 3.
	MaxFailuresPercent int `json:"max_failures_percent,omitempty"`
	MaxOptOutsPercent  int `json:"max_opt_outs_percent,omitempty"`
}

// The defaults of Limits.
const (
	DefaultPacePercent        = 80
	DefaultAnswerWithin       = 72 * time.Hour
	DefaultMaxFailuresPercent = 10
	DefaultMaxOptOutsPercent  = 3
)

// RecipientState is how far a recipient has got (campaign_recipients.state).
type RecipientState string

// The states of a recipient.
const (
	RecipientPending  RecipientState = "pending"
	RecipientHeld     RecipientState = "held"
	RecipientAsked    RecipientState = "asked"
	RecipientPlanned  RecipientState = "planned"
	RecipientAccepted RecipientState = "accepted"
	RecipientRefused  RecipientState = "refused"
	RecipientFailed   RecipientState = "failed"
	RecipientUnknown  RecipientState = "unknown"
	RecipientNotSent  RecipientState = "not_sent"
)

// LeftOut counts the contacts of a segment who are no recipients, each by the first that holds (K1).
type LeftOut struct {
	Unreachable int `json:"unreachable"` // the number cannot address them: known by a bsuid of another portfolio only
	Suppressed  int `json:"suppressed"`
	OptedOut    int `json:"opted_out"` // of the template's category
	NoOptIn     int `json:"no_opt_in"`
}

// RecipientID is the id of a contact's place in a campaign, and of its send (K3).
func RecipientID(campaign, contact uuid.UUID) uuid.UUID { return uuid.NewSHA1(campaign, contact[:]) }
