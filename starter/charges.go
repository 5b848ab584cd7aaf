package main

import (
	"context"
	"net/url"
	"strings"

	"reengage/config"
	"reengage/gateway/api"
)

type chargesVerb struct {
	Client      config.Client `embed:""`
	From        string        `help:"Beginning of the period: a date of each number's account, or an RFC 3339 time. By default of this month, or of the month that --to ends."`
	To          string        `help:"End of the period, not in it. By default of this month, or of a later one that --from is in."`
	Number      string        `help:"Only of this business number (phone number id)."`
	Scheme      string        `help:"Only of this scheme."`
	Kind        string        `help:"Only charges of this kind."`
	Category    string        `help:"Only charges of this category."`
	Market      string        `help:"Only charges of this row of the rate card."`
	Rule        string        `help:"Only charges by this rule, such as P2."`
	Currency    string        `help:"Only charges in this currency."`
	Contact     string        `help:"Only charges of this contact (its id)."`
	Campaign    string        `help:"Only charges that messages of this campaign (its id) have caused."`
	GroupBy     []string      `sep:"," enum:"day,number,market,category,rule,contact,campaign,scheme,kind" help:"Sums by ${enum}, or several of them, instead of each charge."`
	Differences bool          `xor:"what" help:"Messages that the provider prices otherwise than we compute, instead of charges."`
	Unpriced    bool          `xor:"what" help:"Messages that are not charged only because no card states a price, instead of charges."`
	JSON        bool          `name:"json" help:"Print the API's answer; all pages as one list."`
}

// Run shows all charges of the period, or sums of them, or what is odd about them.
func (v *chargesVerb) Run(ctx context.Context, s streams) error {
	if err := v.check(); err != nil {
		return err
	}
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	switch {
	case v.Differences:
		return list(ctx, s, g, "/v1/charges/differences", v.query(), v.JSON, printDifferences)
	case v.Unpriced:
		return list(ctx, s, g, "/v1/charges/unpriced", v.query(), v.JSON, printUnpriced)
	}
	return list(ctx, s, g, "/v1/charges", v.query(), v.JSON, func(s streams, items []api.Charge) error {
		return printCharges(s, items, v.GroupBy)
	})
}

// check refuses filters that a list of messages does not have: they would silently not count.
func (v *chargesVerb) check() error {
	if !v.Differences && !v.Unpriced {
		return nil
	}
	for flag, value := range map[string]string{"--kind": v.Kind, "--category": v.Category, "--market": v.Market, "--rule": v.Rule,
		"--currency": v.Currency, "--contact": v.Contact, "--campaign": v.Campaign, "--group-by": strings.Join(v.GroupBy, ",")} {
		if value != "" {
			return usageError(flag + " is for charges only, not for --differences or --unpriced")
		}
	}
	return nil
}

func (v *chargesVerb) query() url.Values {
	return query(map[string]string{
		"from": v.From, "to": v.To, "number": v.Number, "scheme": v.Scheme, "kind": v.Kind, "category": v.Category,
		"market": v.Market, "rule": v.Rule, "currency": v.Currency, "contact": v.Contact, "campaign": v.Campaign,
		"group_by": strings.Join(v.GroupBy, ","), "limit": "200",
	})
}

// query has the parameters that are given.
func query(parameters map[string]string) url.Values {
	q := url.Values{}
	for name, value := range parameters {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// list reads all pages of a list and shows them.
func list[T any](ctx context.Context, s streams, g gateway, path string, query url.Values, asJSON bool, show func(streams, []T) error) error {
	all := api.Page[T]{Items: []T{}}
	for {
		var page api.Page[T]
		if err := g.call(ctx, "GET", path+"?"+query.Encode(), nil, &page); err != nil {
			return err
		}
		all.Items = append(all.Items, page.Items...)
		if page.NextCursor == nil {
			break
		}
		query.Set("cursor", *page.NextCursor)
	}
	if asJSON {
		return printJSON(s, all)
	}
	return show(s, all.Items)
}
