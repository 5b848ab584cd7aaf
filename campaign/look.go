package campaign

import (
	"reengage/conversation"
)

// Tallies are what a campaign is judged by (K6).
type Tallies struct {
	// The template as it is listed now, and the category by which the campaign was launched.
	Found    bool
	Status   string
	Category conversation.Category
	Launched conversation.Category
	// SenderPaused says that the number sends nothing; its class is in Facts.
	SenderPaused string
	// Settled and Failed are of the last LastSends sends whose fate is known; Accepted and OptedOut of all that were accepted. Only
	// what has happened since the campaign began, or somebody resumed it, counts.
	Settled, Failed    int
	Accepted, OptedOut int
	// ReservedMicros are held against Limits.BudgetMicros.
	ReservedMicros int64
	// Returned is the code with which a conversation has given its recipient back, because it holds for everybody else as well.
	Returned conversation.Code
}

// How much must be known before shares mean something, and how far back failures count.
const (
	LastSends       = 200
	leastSettled    = 20
	leastAccepted   = 50
	approved        = "approved"
	percentOfShares = 100
)

// Facts are why a campaign has stopped itself, for people and for the audit; without personal data.
type Facts struct {
	Status         string                `json:"status,omitempty"`   // of the template; empty: it is not listed any more
	Category       conversation.Category `json:"category,omitempty"` // of the template now
	Launched       conversation.Category `json:"launched,omitempty"` // and when the campaign was launched
	SenderPaused   string                `json:"sender_paused,omitempty"`
	Failed         int                   `json:"failed,omitempty"`
	OptedOut       int                   `json:"opted_out,omitempty"`
	Of             int                   `json:"of,omitempty"`      // sends
	Percent        int                   `json:"percent,omitempty"` // the limit that they exceed
	ReservedMicros int64                 `json:"reserved_micros,omitempty"`
	BudgetMicros   *int64                `json:"budget_micros,omitempty"`
	Code           conversation.Code     `json:"code,omitempty"` // with which a conversation has refused
}

// Look says whether a campaign has to stop, by the first reason that holds; empty if it may go on.
func Look(t Tallies, l Limits) (Reason, Facts) {
	switch {
	case !t.Found || t.Status != approved:
		return TemplateUnavailable, Facts{Status: t.Status}
	case t.Category != t.Launched:
		return TemplateRecategorised, Facts{Category: t.Category, Launched: t.Launched}
	case t.SenderPaused != "":
		return SenderPaused, Facts{SenderPaused: t.SenderPaused}
	case t.Settled >= leastSettled && exceeds(t.Failed, t.Settled, l.FailuresPercent()):
		return TooManyFailures, Facts{Failed: t.Failed, Of: t.Settled, Percent: l.FailuresPercent()}
	case t.Accepted >= leastAccepted && exceeds(t.OptedOut, t.Accepted, l.OptOutsPercent()):
		return TooManyOptOuts, Facts{OptedOut: t.OptedOut, Of: t.Accepted, Percent: l.OptOutsPercent()}
	case l.BudgetMicros != nil && t.ReservedMicros >= *l.BudgetMicros:
		return BudgetUsedUp, Facts{ReservedMicros: t.ReservedMicros, BudgetMicros: l.BudgetMicros}
	}
	if reason := reasonOf(t.Returned); reason != "" {
		return reason, Facts{Code: t.Returned, ReservedMicros: t.ReservedMicros, BudgetMicros: l.BudgetMicros}
	}
	return "", Facts{}
}

// exceeds: just the share is not too much.
func exceeds(part, of, percent int) bool { return part*percentOfShares > of*percent }

// reasonOf is what a conversation's refusal means for all others.
func reasonOf(c conversation.Code) Reason {
	switch c {
	case conversation.TemplateNotFound, conversation.TemplateNotApproved:
		return TemplateUnavailable
	case conversation.SenderPaused:
		return SenderPaused
	case conversation.BudgetExhausted, conversation.PriceUnknown:
		return BudgetUsedUp
	}
	return ""
}
