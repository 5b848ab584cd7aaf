package activities

import (
	"context"

	"github.com/google/uuid"
	"go.temporal.io/sdk/activity"

	"reengage/campaign"
)

// CampaignRequest names the campaign that something is to be done for; everything else stands in its row.
type CampaignRequest struct {
	CampaignID uuid.UUID `json:"campaign_id"`
}

// CampaignTurn is what an activity of a campaign has come to; campaign says what each field holds.
type CampaignTurn = campaign.Turn

// ChooseRecipients writes down who a campaign is for. Ended anywhere and tried again, it goes on where it was.
func (a *Activities) ChooseRecipients(ctx context.Context, r CampaignRequest) error {
	return a.Campaigns.Choose(ctx, r.CampaignID, beat(ctx))
}

// AdvanceCampaign does what is next for a campaign, for some seconds at most.
func (a *Activities) AdvanceCampaign(ctx context.Context, r CampaignRequest) (CampaignTurn, error) {
	return a.Campaigns.Advance(ctx, r.CampaignID, beat(ctx))
}

// beat says that an activity is alive; its row says how far it has got.
func beat(ctx context.Context) func() {
	if !activity.IsActivity(ctx) {
		return func() {}
	}
	return func() { activity.RecordHeartbeat(ctx) }
}
