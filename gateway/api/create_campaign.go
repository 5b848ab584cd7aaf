package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// CreateCampaign asks for a draft.
//
//	{
//	  "name": "Spring sale",
//	  "number": "106540352242922",
//	  "template": {"name": "spring_sale", "language": "en_US"},
//	  "parameters": ["{{contact.first_name|there}}"],
//	  "segment": "0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f12",
//	  "limits": {"pace_percent": 50, "budget_micros": 20000000}
//	}
type CreateCampaign struct {
	Remembered
	Body CampaignBody
}

var createCampaignOp = huma.Operation{
	OperationID: "create-campaign", Method: http.MethodPost, Path: "/v1/campaigns",
	Summary: "Create a campaign",
	Description: "A draft: nothing is sent before it is launched. 422 names every field that is wrong; whether the template is approved and the " +
		"parameters fit it is said by its quote, and asked at the launch.",
}

// campaignsMade keeps the ids of campaigns that are made under a key apart from others.
var campaignsMade = uuid.MustParse("5f0c5b8e-7d0b-4d55-9f27-6a4c3a7c9d01")

// Execute makes it. Under a key it has an id of the key's, so that a repetition after a crash, when the first answer was not kept,
// finds the one that was made.
func (r *CreateCampaign) Execute(ctx context.Context, a *API, _ time.Time) (Campaign, error) {
	d, err := r.Body.definition()
	if err != nil {
		return Campaign{}, err
	}
	id := uuid.New()
	if r.Key != "" {
		id = uuid.NewSHA1(campaignsMade, keyID(ctx, createCampaignOp.OperationID, r.Key))
		if c, err := a.campaigns.Get(ctx, id); err == nil {
			return campaignOf(c)
		}
	}
	return answerCampaign(a.campaigns.Create(ctx, id, d, requestedBy(ctx)))
}
