package console

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"reengage/gateway/api"
	"reengage/tariff"
)

// compareView is what the same messages would have cost under other schemes. Rating them takes time and a gateway does it once at
// a time, so it is asked for by hand, and who comes second is told and tried again.
type compareView struct {
	Alone   bool // it is a page of its own
	Query   costsQuery
	Schemes []schemeChoice
	Running string // where to ask again, because somebody else's comparison is under way
	None    bool   // no scheme was chosen
	Done    []comparedCurrency
	Free    []string // schemes by which nothing would be charged
	Missing []missingPrices
}

type schemeChoice struct {
	Name            string
	Chosen, Example bool
}

// comparedCurrency ranks the schemes that charge in one currency.
type comparedCurrency struct {
	Currency string
	Chart    chart
	Rules    []comparedRule
}

type comparedRule struct{ Scheme, Rule, Charges, Amount, Percent string }

type missingPrices struct{ Scheme, Messages string }

// compareAgain is how long the page waits before it asks again (the API's Retry-After).
const compareAgain = "5"

func (c *Console) costsCompare(w http.ResponseWriter, r *http.Request) error {
	q := readCostsQuery(r.URL.Query(), c.clock.At(time.Now()))
	chosen := r.URL.Query()["scheme"]
	var cards api.Page[api.RateCard]
	if err := c.client.get(r.Context(), "/v1/rate-cards", &cards); err != nil {
		return err
	}
	view := compareView{Alone: !byHTMX(r), Query: q, Schemes: schemeChoices(tariff.Names(), chosen, cards.Items), None: len(chosen) == 0}
	status := http.StatusOK
	if !view.None {
		var totals api.Page[tariff.SchemeTotal]
		err := c.client.get(r.Context(), q.with("/v1/costs/compare", "schemes", strings.Join(chosen, ",")), &totals)
		var p *api.Problem
		switch {
		case errors.As(err, &p) && p.Code == "comparison_running":
			status, view.Running = p.Status, r.URL.RequestURI()
			w.Header().Set("Retry-After", compareAgain)
		case err != nil:
			return err
		default:
			view.fill(totals.Items)
		}
	}
	return c.page(w, r, status, frame{Title: "Tariff comparison", Here: "costs", Page: "costs/compare", View: view})
}

// fill ranks the schemes by currency, which are never compared with one another.
func (v *compareView) fill(totals []tariff.SchemeTotal) {
	sums := map[string][]tariff.SchemeTotal{}
	for _, t := range totals {
		if len(t.Currencies) == 0 {
			v.Free = append(v.Free, t.Scheme)
		}
		if t.Unpriced > 0 {
			v.Missing = append(v.Missing, missingPrices{t.Scheme, plural(int64(t.Unpriced), "message")})
		}
		for _, c := range t.Currencies {
			sums[c.Currency] = append(sums[c.Currency], tariff.SchemeTotal{Scheme: t.Scheme, Currencies: []tariff.CurrencyTotal{c}})
		}
	}
	for currency, of := range sums {
		slices.SortStableFunc(of, func(x, y tariff.SchemeTotal) int {
			return int(max(min(x.Currencies[0].AmountMicros-y.Currencies[0].AmountMicros, 1), -1))
		})
		v.Done = append(v.Done, v.compared(currency, of))
	}
	slices.SortFunc(v.Done, func(x, y comparedCurrency) int { return strings.Compare(x.Currency, y.Currency) })
}

func (v *compareView) compared(currency string, of []tariff.SchemeTotal) comparedCurrency {
	c := comparedCurrency{Currency: currency, Chart: chart{Title: "In " + currency, Kind: "ranks", Unit: currency, Head: "Scheme",
		Series: []series{{Name: "Amount in " + currency}}, More: []string{"Charges"}}}
	for _, t := range of {
		sum := t.Currencies[0]
		c.Chart.Rows = append(c.Chart.Rows, chartRow{Label: t.Scheme, Example: v.example(t.Scheme), Cells: []chartCell{amountCell(sum.AmountMicros)},
			More: []string{number(int64(sum.Charges))}})
		for _, r := range sum.Rules {
			c.Rules = append(c.Rules, comparedRule{t.Scheme, r.Rule, number(int64(r.Charges)), money(r.AmountMicros, currency), share(r.AmountMicros, sum.AmountMicros)})
		}
	}
	return c
}

func (v *compareView) example(scheme string) bool {
	return slices.ContainsFunc(v.Schemes, func(s schemeChoice) bool { return s.Name == scheme && s.Example })
}

// schemeChoices are all schemes; one rests on made-up prices if a card of it does.
func schemeChoices(names, chosen []string, cards []api.RateCard) []schemeChoice {
	all := make([]schemeChoice, len(names))
	for i, name := range names {
		all[i] = schemeChoice{name, slices.Contains(chosen, name),
			slices.ContainsFunc(cards, func(c api.RateCard) bool { return c.Scheme == name && c.Example })}
	}
	return all
}
