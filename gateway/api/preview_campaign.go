package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/campaign"
	"reengage/conversation"
	"reengage/db"
)

// PreviewCampaign asks what the first contacts of the segment would see.
//
//	GET /v1/campaigns/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f13/preview?limit=5
type PreviewCampaign struct {
	ID    uuid.UUID `path:"id" doc:"The campaign's id."`
	Limit int32     `query:"limit" minimum:"1" maximum:"50" default:"5"`
}

// CampaignPreview is a campaign as some of its contacts would see it.
type CampaignPreview struct {
	Items []CampaignSample `json:"items" nullable:"false" doc:"The first of the segment who would be recipients (K1); empty: there are none."`
}

var previewCampaignOp = huma.Operation{
	OperationID: "preview-campaign", Method: http.MethodGet, Path: "/v1/campaigns/{id}/preview",
	Summary: "Preview a campaign",
	Description: "With real contacts: the first of the segment who would be recipients, each with the template as they would see it, or with what " +
		"is missing for them. 404 template_not_found: the number's account has no such template in that language.",
	Errors: []int{http.StatusNotFound},
}

// Execute fills the template for each.
func (r *PreviewCampaign) Execute(ctx context.Context, a *API, real time.Time) (p CampaignPreview, err error) {
	err = oneMoment(ctx, a.pool, func(q *db.Queries) error {
		c, err := readCampaign(ctx, q, r.ID)
		if err != nil {
			return err
		}
		limit := int(r.Limit)
		if limit < 1 {
			limit = 5
		}
		samples, found, err := campaign.Preview(ctx, q, c, a.clock.At(real), limit)
		if err == nil && !found {
			return newProblem(http.StatusNotFound, string(conversation.TemplateNotFound), "the number's account has no such template in that language")
		}
		p.Items = samples
		return err
	})
	return p, err
}
