package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// PauseCampaign has a campaign ask nobody any more until it is resumed.
//
//	POST /v1/campaigns/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f13/pause
type PauseCampaign struct {
	Remembered
	ID uuid.UUID `path:"id" doc:"The campaign's id."`
}

// ResumeCampaign has it go on.
//
//	POST /v1/campaigns/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f13/resume
type ResumeCampaign struct {
	Remembered
	ID uuid.UUID `path:"id" doc:"The campaign's id."`
}

// CancelCampaign ends it.
//
//	POST /v1/campaigns/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f13/cancel
type CancelCampaign struct {
	Remembered
	ID uuid.UUID `path:"id" doc:"The campaign's id."`
}

var pauseCampaignOp = huma.Operation{
	OperationID: "pause-campaign", Method: http.MethodPost, Path: "/v1/campaigns/{id}/pause",
	Summary:     "Pause a campaign",
	Description: "Takes effect within seconds: what is in flight is settled, what is pending waits. One that has paused by itself keeps its reason.",
	Errors:      []int{http.StatusNotFound, http.StatusConflict},
}

var resumeCampaignOp = huma.Operation{
	OperationID: "resume-campaign", Method: http.MethodPost, Path: "/v1/campaigns/{id}/resume",
	Summary:     "Resume a campaign",
	Description: "Whatever paused it. What made it pause by itself may do so again at once (K6).",
	Errors:      []int{http.StatusNotFound, http.StatusConflict},
}

var cancelCampaignOp = huma.Operation{
	OperationID: "cancel-campaign", Method: http.MethodPost, Path: "/v1/campaigns/{id}/cancel",
	Summary:     "Cancel a campaign",
	Description: "For good: what is in flight is settled, what is pending is not sent. A draft is deleted instead.",
	Errors:      []int{http.StatusNotFound, http.StatusConflict},
}

// Execute pauses it.
func (r *PauseCampaign) Execute(ctx context.Context, a *API, _ time.Time) (Campaign, error) {
	return answerCampaign(a.campaigns.Pause(ctx, r.ID))
}

// Execute resumes it.
func (r *ResumeCampaign) Execute(ctx context.Context, a *API, _ time.Time) (Campaign, error) {
	return answerCampaign(a.campaigns.Resume(ctx, r.ID))
}

// Execute cancels it.
func (r *CancelCampaign) Execute(ctx context.Context, a *API, _ time.Time) (Campaign, error) {
	return answerCampaign(a.campaigns.Cancel(ctx, r.ID))
}
