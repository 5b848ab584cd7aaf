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

// QuoteCampaign asks what a campaign would come to, as things stand (K5).
//
//	GET /v1/campaigns/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f13/quote
type QuoteCampaign struct {
	ID uuid.UUID `path:"id" doc:"The campaign's id."`
}

var quoteCampaignOp = huma.Operation{
	OperationID: "quote-campaign", Method: http.MethodGet, Path: "/v1/campaigns/{id}/quote",
	Summary: "Quote a campaign",
	Description: "Over the segment as it stands now: recipients and who is left out, the price by market under the number's scheme, totals by " +
		"currency, how long it takes at the pace, what the linter finds in the template, and warnings. Changes nothing. Whom caps or the hold-back " +
		"of open conversations will keep out is not predicted.",
	Errors: []int{http.StatusNotFound},
}

// quoteTimeout bounds a quote, in real time: it looks at every contact of the segment.
const quoteTimeout = time.Minute

// Execute looks at everything at one moment.
func (r *QuoteCampaign) Execute(ctx context.Context, a *API, real time.Time) (quote CampaignQuote, err error) {
	err = oneMoment(ctx, a.pool, func(q *db.Queries) error {
		c, err := readCampaign(ctx, q, r.ID)
		if err != nil {
			return err
		}
		quote, err = campaign.Quoter{Queries: q, Ledger: a.ledger, Clock: a.clock}.Quote(ctx, c, a.clock.At(real))
		return err
	})
	return quote, err
}
