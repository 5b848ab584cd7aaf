package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/campaign"
	"reengage/db"
)

// GetCampaignResults asks what has become of a campaign so far.
//
//	GET /v1/campaigns/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f13/results
type GetCampaignResults struct {
	ID uuid.UUID `path:"id" doc:"The campaign's id."`
}

var campaignResultsOp = huma.Operation{
	OperationID: "get-campaign-results", Method: http.MethodGet, Path: "/v1/campaigns/{id}/results",
	Summary: "Get a campaign's results",
	Description: "Every recipient in exactly one place, so that the counts add up; how far what was accepted got; who answered and who opted out; what " +
		"is posted for its messages; how fast it goes and when it ends; and all of it over time, for a chart. Of one moment.",
	Errors: []int{http.StatusNotFound},
}

// Execute counts.
func (r *GetCampaignResults) Execute(ctx context.Context, a *API, real time.Time) (results CampaignResults, err error) {
	err = oneMoment(ctx, a.pool, func(q *db.Queries) error {
		c, err := readCampaign(ctx, q, r.ID)
		if err != nil {
			return err
		}
		results, err = campaign.Count(ctx, q, a.clock, c, a.clock.At(real))
		return err
	})
	return results, err
}
