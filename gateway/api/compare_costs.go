package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"reengage/ledger"
	"reengage/tariff"
)

// CompareCosts asks what the messages of a period would have cost under several schemes, each as if it had always been in force.
//
//	GET /v1/costs/compare?from=2026-10-01&to=2026-11-01&schemes=meta-pmp-2026,twilio
type CompareCosts struct {
	Period
	Schemes []string `query:"schemes" required:"true" minItems:"1" example:"meta-pmp-2026,twilio" doc:"Comma separated."`
	Number  string   `query:"number" maxLength:"64" doc:"Only messages of this business number (phone number id)."`
	CardSet string   `query:"card_set" maxLength:"64" doc:"Prices of the set of rate cards that was loaded under this name. By default those that the program ships."`
}

var compareCostsOp = huma.Operation{
	OperationID: "compare-costs", Method: http.MethodGet, Path: "/v1/costs/compare",
	Summary: "Compare what messages would cost",
	Description: "Rates the stored messages of a period anew, under each scheme, and posts nothing. Schemes come in the order asked for, all " +
		"at once; sums never mix currencies. Messages without a price are counted and in no sum. One comparison at a time.",
	Errors: []int{http.StatusTooManyRequests},
}

// Execute compares, number by number, because each has its account's calendar.
func (r *CompareCosts) Execute(ctx context.Context, a *API, real time.Time) (Page[tariff.SchemeTotal], error) {
	page := Page[tariff.SchemeTotal]{}
	p, err := r.Period.read(a.clock.At(real))
	if err != nil {
		return page, err
	}
	for _, name := range r.Schemes {
		if err := checkScheme("schemes", strings.TrimSpace(name)); err != nil {
			return page, err
		}
	}
	schemes, err := tariff.LookupAll(r.Schemes)
	if err != nil {
		return page, invalid("schemes", "invalid_field", "%v", err)
	}
	numbers, err := listReported(ctx, a.queries, r.Number, p)
	if err != nil {
		return page, err
	}
	cards, err := a.cardSet(ctx, r.CardSet)
	if err != nil {
		return page, err
	}
	sums := tariff.NewComparison(schemes)
	err = a.comparing(ctx, func() error {
		for _, n := range numbers {
			question := ledger.WhatIf{Number: n.ID, From: n.from, To: n.to, Schemes: schemes, Cards: cards}
			err := a.ledger.WhatIf(ctx, question, func(s tariff.Scheme, part *tariff.Rating) error {
				sums.Add(s, part)
				return nil
			})
			if err != nil {
				return unusable(err)
			}
		}
		return nil
	})
	page.Items = sums.Totals()
	return page, err
}

// cardSet is the named set of rate cards; nil, the ledger's own, if none is named.
func (a *API) cardSet(ctx context.Context, name string) (*tariff.Cards, error) {
	if name == "" {
		return nil, nil
	}
	cards, err := a.ledger.CardSet(ctx, name)
	if errors.Is(err, ledger.ErrUnknownCardSet) {
		return nil, invalid("card_set", "unknown_card_set", "%v", err)
	}
	return cards, err
}

// unusable tells what the caller can change, such as a set of cards in several currencies, from what is ours.
func unusable(err error) error {
	var usage *tariff.UsageError
	if errors.As(err, &usage) {
		return newProblem(http.StatusUnprocessableEntity, "cannot_rate", usage.Error())
	}
	return err
}
