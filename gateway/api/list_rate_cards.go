package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// ListRateCards asks by what prices charges are made, and where they come from.
//
//	GET /v1/rate-cards
type ListRateCards struct{}

// RateCard is a published price list, without its prices.
type RateCard struct {
	ID        string `json:"id" example:"meta-usd-2026-10-01" doc:"As charges name it."`
	CardSet   string `json:"card_set" doc:"The set that it is in; shipped: it comes with the program."`
	Scheme    string `json:"scheme"`
	Currency  string `json:"currency"`
	Effective string `json:"effective" example:"2026-10-01" doc:"In effect from this day of the account on."`
	Source    string `json:"source" doc:"Where the prices were read."`
	Read      string `json:"read" doc:"When they were read there."`
	Example   bool   `json:"example" doc:"The figures are made up, because the source gives none."`
}

var listRateCardsOp = huma.Operation{
	OperationID: "list-rate-cards", Method: http.MethodGet, Path: "/v1/rate-cards",
	Summary: "List rate cards", Description: "All of them, as their sets are now: the shipped set first, then by the set's name and by scheme and date.",
}

// Execute returns them; there is no second page.
func (r *ListRateCards) Execute(ctx context.Context, a *API, _ time.Time) (Page[RateCard], error) {
	page := Page[RateCard]{Items: []RateCard{}}
	names, err := a.ledger.CardSetNames(ctx)
	if err != nil {
		return page, err
	}
	for _, name := range names {
		set, err := a.ledger.CardSet(ctx, name)
		if err != nil {
			return page, err
		}
		for _, c := range set.All() {
			page.Items = append(page.Items, RateCard{ID: c.ID, CardSet: name, Scheme: c.Scheme, Currency: c.Currency,
				Effective: c.Effective.String(), Source: c.Source, Read: c.Read, Example: c.Example})
		}
	}
	return page, nil
}
