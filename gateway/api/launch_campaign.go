package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// LaunchCampaign has a draft begin at its start, or at once.
//
//	POST /v1/campaigns/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f13/launch
//
//	{"version": 3}
type LaunchCampaign struct {
	Remembered
	ID   uuid.UUID     `path:"id" doc:"The campaign's id."`
	Body *LaunchedBody `required:"false"`
}

// LaunchedBody says what somebody has looked at.
type LaunchedBody struct {
	Version int `json:"version,omitempty" minimum:"0" doc:"The version that is meant: if somebody has changed the draft since, the answer is 409 campaign_changed, and nothing begins. Missing: whatever it says now."`
}

var launchCampaignOp = huma.Operation{
	OperationID: "launch-campaign", Method: http.MethodPost, Path: "/v1/campaigns/{id}/launch",
	Summary: "Launch a campaign",
	Description: "Who is in the segment is chosen when it begins (K2); consent is asked again at each send. 409 with template_not_found, " +
		"template_not_approved, sender_paused or number_not_configured: as things stand it cannot go; 422 template_parameters: the parameters do not fit.",
	Errors: []int{http.StatusNotFound, http.StatusConflict},
}

// Execute launches it.
func (r *LaunchCampaign) Execute(ctx context.Context, a *API, _ time.Time) (Campaign, error) {
	version := 0
	if r.Body != nil {
		version = r.Body.Version
	}
	return answerCampaign(a.campaigns.LaunchVersion(ctx, r.ID, version, requestedBy(ctx)))
}
