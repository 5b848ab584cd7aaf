package sending

import (
	"context"
	"time"

	"reengage/conversation"
	"reengage/db"
)

// Recipient is how far a campaign's recipient has got because of a refusal; the words are those of package campaign, which is above
// this one.
type Recipient struct {
	State string            // pending, held, refused or not_sent
	Code  conversation.Code // why; of pending: only if it is about the campaign, which stops by that (K6)
	DueAt time.Time         // of held: when it is asked for again
}

// Final: it is not asked for again.
func (r Recipient) Final() bool { return r.State == recipientRefused || r.State == recipientNotSent }

const (
	recipientPending = "pending"
	recipientHeld    = "held"
	recipientPlanned = "planned"
	recipientRefused = "refused"
	recipientNotSent = "not_sent"
)

// Why a recipient is not sent anything any more: the campaign was cancelled, or has come to its end.
const (
	CampaignCancelled conversation.Code = "campaign_cancelled"
	CampaignEnded     conversation.Code = "campaign_ended"
)

// holdBackFor is how long, on the virtual clock, somebody is left alone who waits for an answer or for another template.
const holdBackFor = 10 * time.Minute

// AfterRefusal is what a refusal means to a campaign. What is about the contact at this hour holds the recipient; what is about the
// campaign, its template, its number or its money gives it back to wait for its turn, and stops the campaign; all else is the
// recipient's result.
func AfterRefusal(v conversation.Verdict, now time.Time) Recipient {
	switch v.Code {
	case conversation.QuietHoursNow:
		return Recipient{recipientHeld, v.Code, v.Facts.QuietUntil}
	case conversation.AgentAtWork, conversation.SendInProgress:
		return Recipient{recipientHeld, v.Code, now.Add(holdBackFor)}
	case conversation.CampaignStopped:
		switch v.Facts.Campaign {
		case "cancelled":
			return Recipient{State: recipientNotSent, Code: CampaignCancelled}
		case "finished", conversation.CampaignEnded:
			return Recipient{State: recipientNotSent, Code: CampaignEnded}
		}
		return Recipient{State: recipientPending, Code: v.Code}
	case conversation.SenderPaused, conversation.TemplateNotApproved, conversation.TemplateNotFound, conversation.BudgetExhausted:
		return Recipient{State: recipientPending, Code: v.Code}
	case conversation.PriceUnknown:
		if v.Facts.UnpricedForAll { // else it is about the contact's market, and no resume would make it known
			return Recipient{State: recipientPending, Code: v.Code}
		}
	case conversation.TooLate, conversation.ConversationMerged:
		return Recipient{State: recipientPending}
	}
	return Recipient{State: recipientRefused, Code: v.Code}
}

// refused moves a recipient, whose row is locked, by what its message was refused for.
func (l *locked) refused(ctx context.Context, p *place, v conversation.Verdict) error {
	after := AfterRefusal(v, l.now)
	moved := db.MoveRecipientParams{ID: p.CampaignRecipient.ID, ConversationID: l.id, State: after.State, Code: orNil(string(after.Code))}
	if after.State == recipientHeld {
		moved.DueAt = &after.DueAt
	}
	if after.Final() {
		moved.SettledAt = &l.now
	}
	return l.q.MoveRecipient(ctx, moved)
}
