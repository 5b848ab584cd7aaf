package workflows

import (
	"github.com/google/uuid"
	"go.temporal.io/sdk/workflow"

	"reengage/activities"
	"reengage/conversation"
	"reengage/sending"
	"reengage/workflows/contract"
)

// campaignMessages are what campaigns want this contact to be sent, one after the other: the next one is planned when the one before
// has ended, so that it is not refused only because that is on its way.
type campaignMessages struct {
	waiting  []contract.CampaignMessage
	underWay uuid.UUID // the recipient's id, which is the send's; none: nothing is
}

// add takes a campaign's message in. One that is waiting or under way is told again by a campaign that has not heard of it (K3).
func (c *campaignMessages) add(m contract.CampaignMessage) {
	if c.underWay == m.RecipientID {
		return
	}
	for _, w := range c.waiting {
		if w.RecipientID == m.RecipientID {
			return
		}
	}
	c.waiting = append(c.waiting, m)
}

// nextCampaignMessage plans the next one. What is to be sent, and whether, is decided by the transaction that reads the campaign; also
// of a conversation that is part of another by now, so that the campaign learns to ask that one (W10).
func (r *conversationRun) nextCampaignMessage(ctx workflow.Context) {
	c := &r.campaigns
	if c.underWay != uuid.Nil || len(c.waiting) == 0 {
		return
	}
	m := c.waiting[0]
	c.waiting, c.underWay = c.waiting[1:], m.RecipientID
	r.plan(ctx, nil, conversation.Wish{Template: true, Automatic: true, NeedsOptIn: true}, activities.PlanRequest{
		SendID: m.RecipientID, CampaignID: m.CampaignID, Origin: sending.FromCampaign,
	})
}

// campaignMessageEnded goes on with the next one, if the send was a campaign's.
func (r *conversationRun) campaignMessageEnded(ctx workflow.Context, send uuid.UUID) {
	if r.campaigns.underWay == send {
		r.campaigns.underWay = uuid.Nil
		r.nextCampaignMessage(ctx)
	}
}

// accepted decides on a send that the provider has taken. A campaign's is left to settlement to bill, which takes many at once: what
// it costs is right a minute later, and ten thousand runs are an activity shorter.
func (r *conversationRun) accepted(ctx workflow.Context, s sending.Result) {
	for _, e := range r.step(ctx, conversation.Outbound{ID: s.MessageEventID, At: s.AcceptedAt, Template: s.Template}) {
		if _, bills := e.(conversation.Bill); bills && r.campaigns.underWay == s.SendID {
			continue
		}
		r.carryOut(ctx, e)
	}
}
