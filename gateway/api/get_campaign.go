package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// GetCampaign asks for one campaign.
//
//	GET /v1/campaigns/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f13
type GetCampaign struct {
	ID uuid.UUID `path:"id" doc:"The campaign's id."`
}

var getCampaignOp = huma.Operation{
	OperationID: "get-campaign", Method: http.MethodGet, Path: "/v1/campaigns/{id}",
	Summary: "Get a campaign", Errors: []int{http.StatusNotFound},
}

// Execute reads it.
func (r *GetCampaign) Execute(ctx context.Context, a *API, _ time.Time) (Campaign, error) {
	return answerCampaign(a.campaigns.Get(ctx, r.ID))
}
