package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// DeleteCampaign removes a draft.
//
//	DELETE /v1/campaigns/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f13
type DeleteCampaign struct {
	ID uuid.UUID `path:"id" doc:"The campaign's id."`
}

var deleteCampaignOp = huma.Operation{
	OperationID: "delete-campaign", Method: http.MethodDelete, Path: "/v1/campaigns/{id}",
	Summary: "Delete a draft", Description: "The answer is the draft as it was. 409 campaign_state: it has been launched; cancel it.",
	Errors: []int{http.StatusNotFound, http.StatusConflict},
}

// Execute removes it.
func (r *DeleteCampaign) Execute(ctx context.Context, a *API, _ time.Time) (Campaign, error) {
	was, err := answerCampaign(a.campaigns.Get(ctx, r.ID))
	if err != nil {
		return Campaign{}, err
	}
	if err := a.campaigns.Delete(ctx, r.ID); err != nil {
		return Campaign{}, campaignProblem(err)
	}
	return was, nil
}
