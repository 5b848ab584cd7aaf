package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"reengage/campaign"
)

// ListCampaigns asks for campaigns, those that were made last first.
//
//	GET /v1/campaigns?state=running
type ListCampaigns struct {
	State  string `query:"state" enum:"draft,scheduled,running,paused,finished,cancelled"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before."`
	Limit  int32  `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

var listCampaignsOp = huma.Operation{
	OperationID: "list-campaigns", Method: http.MethodGet, Path: "/v1/campaigns",
	Summary: "List campaigns", Description: "Those that were made last first.",
}

// campaignCursor is where the list goes on: after this one.
type campaignCursor struct {
	At time.Time `json:"at"`
	ID uuid.UUID `json:"id"`
}

// Execute returns one page.
func (r *ListCampaigns) Execute(ctx context.Context, a *API, _ time.Time) (Page[Campaign], error) {
	page := Page[Campaign]{Items: []Campaign{}}
	var after campaignCursor
	if err := decodeCursor(r.Cursor, &after); err != nil {
		return page, err
	}
	limit := pageSize(r.Limit)
	found, err := a.campaigns.List(ctx, campaign.ListRequest{State: campaign.State(r.State), BeforeCreatedAt: after.At, BeforeID: after.ID, Limit: int(limit) + 1})
	if err != nil {
		return page, err
	}
	found, page.NextCursor = onePage(found, limit, func(last campaign.Campaign) any { return campaignCursor{last.CreatedAt, last.ID} })
	for _, c := range found {
		shown, err := campaignOf(c)
		if err != nil {
			return page, err
		}
		page.Items = append(page.Items, shown)
	}
	return page, nil
}
