package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/sync/errgroup"

	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/tariff"
)

var costsRoutes = []route{
	{"GET " + Path + "/costs", access.Billing, (*Console).costs},
	{"GET " + Path + "/costs/windows", access.Billing, (*Console).costsWindows},
	{"GET " + Path + "/costs/compare", access.Billing, (*Console).costsCompare},
	{"GET " + Path + "/costs/unpriced", access.Billing, (*Console).costsUnpriced},
	{"GET " + Path + "/costs/differences", access.Billing, (*Console).costsDifferences},
	{"GET " + Path + "/costs.csv", access.Billing, (*Console).costsCSV},
}

// costsView is what a period has cost. What takes longer to find out, windows and comparisons, are parts that are asked for by
// themselves (costs_reengagement.go, costs_compare.go).
type costsView struct {
	Query      costsQuery
	Campaign   string // by its name, whose charges alone are shown
	Wrong      string // what was asked for; then nothing below is known
	Periods    []choice
	Numbers    []choice
	Currencies []currencyCosts
	Unpriced   *finding
	Different  *finding
	Windows    *windowsView // nil: to be asked for
	Compare    compareView
	Cards      []api.RateCard
}

// costsQuery is what the page is about, as the API's parameters: a half-open period and, if not all, a number and a campaign.
type costsQuery struct{ From, To, Number, Campaign string }

// readCostsQuery reads it from the address; without any period it is this month.
func readCostsQuery(q url.Values, now time.Time) costsQuery {
	c := costsQuery{From: q.Get("from"), To: q.Get("to"), Number: q.Get("number"), Campaign: q.Get("campaign")}
	if c.From == "" && c.To == "" {
		c.From, c.To = monthOf(now, 0)
	}
	return c
}

// monthOf is a month by its dates, so many months after that of now.
func monthOf(now time.Time, after int) (from, to string) {
	first := time.Date(now.UTC().Year(), now.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	return first.AddDate(0, after, 0).Format(time.DateOnly), first.AddDate(0, after+1, 0).Format(time.DateOnly)
}

func (q costsQuery) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"from": q.From, "to": q.To, "number": q.Number, "campaign": q.Campaign} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// At is the address of a part of the console, or of the API, about the same.
func (q costsQuery) At(path string) string { return path + "?" + q.values().Encode() }

// with is At with one parameter more.
func (q costsQuery) with(path, name, value string) string {
	v := q.values()
	v.Set(name, value)
	return path + "?" + v.Encode()
}

// OfCampaign is where the page is about one campaign, or about all charges if it names none.
func (q costsQuery) OfCampaign(id string) string {
	q.Campaign = id
	return q.At(Path + "/costs")
}

// CSV is where the same can be had as a file, by groups or, without any, charge by charge.
func (q costsQuery) CSV(groups string) string {
	if groups == "" {
		return q.At(Path + "/costs.csv")
	}
	return q.with(Path+"/costs.csv", "group_by", groups)
}

func (c *Console) costs(w http.ResponseWriter, r *http.Request) error {
	now := c.clock.At(time.Now())
	q := readCostsQuery(r.URL.Query(), now)
	view, err := c.readCosts(r.Context(), q, now)
	status := http.StatusOK
	var p *api.Problem
	if errors.As(err, &p) && p.Status == http.StatusUnprocessableEntity && view.Numbers != nil {
		status, view.Wrong, err = p.Status, capital(p.Detail)+".", nil
	}
	if err != nil {
		return err
	}
	return c.page(w, r, status, frame{Title: "Costs", Here: "costs", Page: "costs", View: view})
}

// costsAtOnce is how many reports are asked for at once: each has a connection to the database for as long as it takes.
const costsAtOnce = 4

// readCosts asks for all that the page shows at once. What was asked for wrongly can be put right: the form is there all the same.
func (c *Console) readCosts(ctx context.Context, q costsQuery, now time.Time) (costsView, error) {
	var numbers api.Page[api.BusinessNumber]
	if err := c.client.get(ctx, "/v1/numbers", &numbers); err != nil {
		return costsView{}, err
	}
	view := costsView{Query: q, Periods: periodChoices(q, now), Numbers: numberChoices(numbers.Items, q.Number)}
	asked, ctx := errgroup.WithContext(ctx)
	asked.SetLimit(costsAtOnce)
	sums := make([]api.Page[api.Charge], len(chartGroups))
	for i, by := range chartGroups {
		asked.Go(func() error { return c.client.get(ctx, q.with("/v1/charges", "group_by", by), &sums[i]) })
	}
	var cards api.Page[api.RateCard]
	asked.Go(func() error { return c.client.get(ctx, "/v1/rate-cards", &cards) })
	if q.Campaign == "" { // these know nothing of campaigns
		asked.Go(func() (err error) {
			view.Unpriced, err = countFindings[api.UnpricedMessage](ctx, c.client, q, "unpriced")
			return err
		})
		asked.Go(func() (err error) {
			view.Different, err = countFindings[api.VerdictDifference](ctx, c.client, q, "differences")
			return err
		})
	}
	if err := asked.Wait(); err != nil {
		return view, err
	}
	groups := map[string][]api.Charge{}
	for i, by := range chartGroups {
		groups[by] = sums[i].Items
	}
	if q.Campaign != "" {
		view.Campaign = "this campaign, by which nothing was charged"
		for _, g := range groups["campaign"] {
			view.Campaign = g.Campaign.Name
		}
	}
	view.Currencies = currencies(groups, q, now)
	view.Cards = cards.Items
	view.Compare = compareView{Query: q, Schemes: schemeChoices(tariff.Names(), nil, cards.Items)}
	return view, nil
}

// periodChoices are the periods that people ask for most.
func periodChoices(q costsQuery, now time.Time) []choice {
	var all []choice
	add := func(label, from, to string) {
		of := costsQuery{From: from, To: to, Number: q.Number, Campaign: q.Campaign}
		all = append(all, choice{label, of.At(Path + "/costs"), of == q})
	}
	from, to := monthOf(now, 0)
	add("This month", from, to)
	from, to = monthOf(now, -1)
	add("Last month", from, to)
	tomorrow := now.UTC().AddDate(0, 0, 1)
	add("Last 7 days", tomorrow.AddDate(0, 0, -7).Format(time.DateOnly), tomorrow.Format(time.DateOnly))
	return all
}
