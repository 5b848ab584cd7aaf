package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/campaign"
	"reengage/workflows/contract"
)

// TestCampaign has a campaign's template sent to one contact, as they would get it.
//
//	{"contact_id": "0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f11"}
type TestCampaign struct {
	Repeatable
	ID   uuid.UUID `path:"id" doc:"The campaign's id."`
	Body struct {
		ContactID uuid.UUID `json:"contact_id" doc:"Somebody whom the business knows. The template goes out for real, and costs what it costs."`
	}
}

var testCampaignOp = huma.Operation{
	OperationID: "test-campaign", Method: http.MethodPost, Path: "/v1/campaigns/{id}/test",
	Summary: "Send a campaign's template to one contact",
	Description: "An ordinary template of the number's: the gate applies, and the contact gets no place in the campaign. 202: it is planned. 409: the gate " +
		"refuses it. 422 template_parameters: a field of the contact is empty and has no fallback.",
	DefaultStatus: http.StatusAccepted, Errors: refusals,
}

// Execute fills the parameters and has the contact's conversation decide.
func (r *TestCampaign) Execute(ctx context.Context, a *API, real time.Time) (Accepted, error) {
	c, err := a.campaigns.Get(ctx, r.ID)
	if err != nil {
		return Accepted{}, campaignProblem(err)
	}
	test, err := a.campaigns.Test(ctx, c, r.Body.ContactID)
	switch {
	case errors.Is(err, campaign.ErrNoContact):
		return Accepted{}, noContact()
	case err != nil:
		return Accepted{}, err
	case test.Problem != "":
		return Accepted{}, invalid("parameters", "template_parameters", "parameters: %s", test.Problem)
	}
	return a.ask(ctx, real, test.ConversationID, r.Repeatable, contract.UpdateSendTemplate, func(q contract.Request) any {
		return contract.SendTemplate{Request: q, Template: test.Template}
	})
}
