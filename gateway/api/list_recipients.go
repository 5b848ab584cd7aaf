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

// ListRecipients asks who is in a campaign, and what has become of each.
//
//	GET /v1/campaigns/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f13/recipients?state=refused&code=opted_out
type ListRecipients struct {
	ID       uuid.UUID `path:"id" doc:"The campaign's id."`
	State    string    `query:"state" enum:"pending,held,asked,planned,accepted,refused,failed,unknown,not_sent"`
	Code     string    `query:"code" maxLength:"64" example:"opted_out" doc:"Why held, refused, failed or not sent."`
	Answered string    `query:"answered" enum:"true,false"`
	Cursor   string    `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before; of JSON only."`
	Limit    int32     `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Of JSON; a CSV has them all."`
}

var listRecipientsOp = huma.Operation{
	OperationID: "list-recipients", Method: http.MethodGet, Path: "/v1/campaigns/{id}/recipients",
	Summary: "List a campaign's recipients",
	Description: "In an order that does not change. With Accept: text/csv they come all at once as a file in UTF-8, with the same columns; a text that a " +
		"spreadsheet would take for a formula gets an apostrophe in front.",
	Errors: []int{http.StatusNotFound},
}

// recipientCursor is where the list goes on: after this one.
type recipientCursor struct {
	ID uuid.UUID `json:"id"`
}

// Execute returns one page.
func (r *ListRecipients) Execute(ctx context.Context, a *API, _ time.Time) (Page[Recipient], error) {
	page := Page[Recipient]{Items: []Recipient{}}
	var after recipientCursor
	if err := decodeCursor(r.Cursor, &after); err != nil {
		return page, err
	}
	limit := pageSize(r.Limit)
	err := oneMoment(ctx, a.pool, func(q *db.Queries) error {
		c, err := readCampaign(ctx, q, r.ID)
		if err != nil {
			return err
		}
		found, err := campaign.Recipients(ctx, q, r.request(c.ID, after.ID, int(limit)+1))
		if err != nil {
			return err
		}
		page.Items, page.NextCursor = onePage(found, limit, func(last Recipient) any { return recipientCursor{last.ID} })
		return nil
	})
	return page, err
}

func (r *ListRecipients) request(id, after uuid.UUID, most int) campaign.RecipientsRequest {
	q := campaign.RecipientsRequest{CampaignID: id, State: campaign.RecipientState(r.State), Code: r.Code, After: after, Limit: most}
	if r.Answered != "" {
		answered := r.Answered == "true"
		q.Answered = &answered
	}
	return q
}
