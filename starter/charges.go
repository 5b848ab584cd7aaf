package main

import (
	"context"
	"net/url"
	"strings"

	"reengage/config"
	"reengage/gateway/api"
)

type chargesVerb struct {
	Client  config.Client `embed:""`
	From    string        `help:"Beginning of the period: a date (UTC) or an RFC 3339 time. By default of this month."`
	To      string        `help:"End of the period, not in it. By default of this month."`
	Scheme  string        `help:"Only charges of this scheme."`
	GroupBy []string      `sep:"," enum:"day,number,rule,scheme" help:"Sums by ${enum}, or several of them, instead of each charge."`
	JSON    bool          `name:"json" help:"Print the API's answer; all pages of charges as one list."`
}

// Run shows all charges of the period, or sums of them.
func (v *chargesVerb) Run(ctx context.Context, s streams) error {
	g, err := find(v.Client)
	if err != nil {
		return err
	}
	query := url.Values{"limit": {"200"}}
	for name, value := range map[string]string{
		"from": v.From, "to": v.To, "scheme": v.Scheme, "group_by": strings.Join(v.GroupBy, ","),
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	all := api.Page[api.Charge]{Items: []api.Charge{}}
	for {
		var page api.Page[api.Charge]
		if err := g.call(ctx, "GET", "/v1/charges?"+query.Encode(), nil, &page); err != nil {
			return err
		}
		all.Items = append(all.Items, page.Items...)
		if page.NextCursor == nil {
			break
		}
		query.Set("cursor", *page.NextCursor)
	}
	if v.JSON {
		return printJSON(s, all)
	}
	return printCharges(s, all.Items, v.GroupBy)
}
