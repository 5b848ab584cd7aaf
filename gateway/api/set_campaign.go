package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// SetCampaign replaces everything that a draft says.
//
//	{
//	  "name": "Spring sale", "number": "106540352242922", "template": {"name": "spring_sale", "language": "en_US"},
//	  "segment": "0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f12", "version": 1
//	}
type SetCampaign struct {
	ID   uuid.UUID `path:"id" doc:"The campaign's id."`
	Body struct {
		CampaignBody
		Version int `json:"version" minimum:"1" doc:"The version that the change was made from. If there is another by now, the answer is 409 campaign_changed, and nothing is set."`
	}
}

var setCampaignOp = huma.Operation{
	OperationID: "set-campaign", Method: http.MethodPut, Path: "/v1/campaigns/{id}",
	Summary:     "Change a draft",
	Description: "What is missing has its default again. 409 campaign_state: it has been launched, and does not change any more.",
	Errors:      []int{http.StatusNotFound, http.StatusConflict},
}

// Execute changes it.
func (r *SetCampaign) Execute(ctx context.Context, a *API, _ time.Time) (Campaign, error) {
	d, err := r.Body.definition()
	if err != nil {
		return Campaign{}, err
	}
	return answerCampaign(a.campaigns.Change(ctx, r.ID, r.Body.Version, d))
}
