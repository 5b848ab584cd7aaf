package console

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/gateway/api"
	"reengage/tariff"
	"reengage/workflows/contract"
)

var costsStories = []story{
	{"costs-empty", costsFrame(storyCosts(nil))},
	{"costs-two-currencies", costsFrame(storyCosts(currencies(twoCurrencies(), storyPeriod, storyTime)))},
	{"costs-full", costsFrame(fullCosts())},
	{"costs-unpriced", costsFrame(unpricedCosts())},
	{"costs-windows-empty", frame{Title: "Windows", Here: "costs", Page: "costs/windows", View: windowsOf(api.ReengagementReport{}, storyPeriod)}},
	{"costs-compare-choose", compareFrame(compareView{None: true})},
	{"costs-compare-running", compareFrame(compareView{Running: "/console/costs/compare?scheme=sirena"})},
	{"costs-campaign", costsFrame(storyCampaignCosts())},
	{"costs-compare-done", compareFrame(comparedCosts())},
	{"costs-unpriced-list", frame{Title: "Messages without a price", Here: "costs", Page: "costs/unpriced", View: unpricedView{Query: storyPeriod,
		Items: []api.UnpricedMessage{{Number: shop, Scheme: "meta-pmp-2026", Card: "meta-usd-2026-10-01", Category: "marketing", At: storyTime}}}}},
	{"costs-differences-list", frame{Title: "Priced otherwise by the provider", Here: "costs", Page: "costs/differences", View: differencesView{Query: storyPeriod,
		Items: differencesOf([]api.VerdictDifference{{Number: shop, Scheme: "meta-pmp-2026", Market: "BR", DeliveredAt: storyTime, Currency: "USD",
			Verdict: api.VerdictReading{Rule: "P6", Type: "regular", Category: "marketing", AmountMicros: 62_500},
			Own:     api.OwnReading{Rule: "P3", Category: "utility", AmountMicros: 6_800}}})}}},
}

var (
	storyPeriod    = costsQuery{From: "2026-11-01", To: "2026-12-01"}
	storyRateCards = []api.RateCard{
		{ID: "aisensy-example", CardSet: "shipped", Scheme: "aisensy", Currency: "INR", Effective: "2022-01-01", Source: "What are Session Messages?", Read: "2026-11", Example: true},
		{ID: "b2chat-example", CardSet: "shipped", Scheme: "b2chat", Currency: "USD", Effective: "2022-01-01", Source: "Managing session times", Read: "2026-11", Example: true},
		{ID: "meta-usd-2026-10-01", CardSet: "shipped", Scheme: "meta-pmp-2026", Currency: "USD", Effective: "2026-10-01", Source: "Meta's rate card", Read: "2026-11"},
	}
)

func costsFrame(v costsView) frame {
	return frame{Title: "Costs", Here: "costs", Page: "costs", View: v}
}

func compareFrame(v compareView) frame {
	v.Query, v.Alone = storyPeriod, true
	if v.Schemes == nil {
		v.Schemes = schemeChoices(tariff.Names(), []string{"sirena"}, storyRateCards)
	}
	return frame{Title: "Tariff comparison", Here: "costs", Page: "costs/compare", View: v}
}

// storyCosts is the page of a month, with nothing left to be asked for.
func storyCosts(in []currencyCosts) costsView {
	windows := windowsOf(api.ReengagementReport{}, storyPeriod)
	return costsView{Query: storyPeriod, Periods: periodChoices(storyPeriod, storyTime), Currencies: in, Windows: &windows, Cards: storyRateCards,
		Numbers: numberChoices(storyNumbers(shop, support), ""),
		Compare: compareView{Query: storyPeriod, Schemes: schemeChoices(tariff.Names(), nil, storyRateCards)}}
}

// storyCampaignCosts is the page of what one campaign has caused.
func storyCampaignCosts() costsView {
	v := storyCosts(currencies(storyCharges("USD", 62_500), storyPeriod, storyTime))
	v.Query.Campaign, v.Campaign = uuid.UUID{15: 1}.String(), "Spring, for those who asked for it"
	return v
}

// storyCharges are sums of a month in one currency, by what the charts are made of.
func storyCharges(currency string, perDay int64) map[string][]api.Charge {
	groups := map[string][]api.Charge{}
	categories, rules, numbers := []string{"marketing", "utility", "service"}, []string{"P2", "P3", "P4"}, []contract.Number{shop, support}
	var total int64
	for day := 1; day <= 20; day++ {
		for i, category := range categories {
			micros := perDay / int64(i+1) * int64(20+(day*7+i*5)%13)
			total += micros
			groups["day,category"] = append(groups["day,category"], storySum(api.Charge{Day: fmt.Sprintf("2026-11-%02d", day), Category: &category}, currency, micros))
		}
	}
	for i := range categories {
		part := total * int64(3-i) / 6
		groups["category"] = append(groups["category"], storySum(api.Charge{Category: &categories[i]}, currency, part))
		groups["rule"] = append(groups["rule"], storySum(api.Charge{Rule: rules[i]}, currency, part))
	}
	for i := range numbers {
		groups["number"] = append(groups["number"], storySum(api.Charge{Number: &numbers[i]}, currency, total*int64(2-i)/3))
	}
	groups["scheme"] = []api.Charge{storySum(api.Charge{Scheme: "meta-pmp-2026"}, currency, total)}
	groups["campaign"] = []api.Charge{storySum(api.Charge{}, currency, total/3),
		storySum(api.Charge{Campaign: &api.CampaignName{ID: uuid.UUID{15: 1}, Name: "Spring, for those who asked for it"}}, currency, total-total/3)}
	return groups
}

func storySum(c api.Charge, currency string, micros int64) api.Charge {
	count := micros / 12_000
	c.Charges, c.AmountMicros, c.Currency = &count, micros, currency
	return c
}

func twoCurrencies() map[string][]api.Charge {
	all := storyCharges("USD", 62_500)
	for by, charges := range storyCharges("BRL", 400_000) {
		all[by] = append(all[by], charges...)
	}
	return all
}

func fullCosts() costsView {
	v := storyCosts(currencies(storyCharges("USD", 62_500), storyPeriod, storyTime))
	each := int64(357_143)
	cost := api.CostEach{Currency: "USD", AmountMicros: 12_500_005, Reengaged: 35, EachMicros: &each}
	report := api.ReengagementReport{
		Policy: api.AttemptCounts{Attempts: 190}, Agents: api.AttemptCounts{Attempts: 30},
		Total: api.ReengagementCounts{Windows: api.WindowCounts{Closed: 1310, Answered: 1010, Saved: 194, Lost: 106, LostReminded: 71, LostMissed: 3},
			Attempts: api.AttemptCounts{Attempts: 220, Sent: 200, Answered: 38, Reengaged: 35, Costs: []api.CostEach{cost},
				Refused: []api.CodeCount{{Code: "opted_out", Attempts: 11}, {Code: "frequency_capped", Attempts: 6}}, Failed: []api.CodeCount{{Code: "suppress", Attempts: 3}}}},
	}
	for day := range 20 {
		report.ByDay = append(report.ByDay, api.ReengagementCounts{Day: storyTime.AddDate(0, 0, day-19).Format(time.DateOnly),
			Windows: api.WindowCounts{Closed: 65, Answered: 50 - int64(day%3), Saved: 10, Lost: 5 + int64(day%3)}})
	}
	line := report.Total
	line.Number = &shop
	report.ByNumber = []api.ReengagementCounts{line}
	windows := windowsOf(report, storyPeriod)
	v.Windows = &windows
	return v
}

func unpricedCosts() costsView {
	v := storyCosts(currencies(storyCharges("USD", 62_500), storyPeriod, storyTime))
	v.Unpriced = &finding{"more than 200", storyPeriod.At(Path + "/costs/unpriced"), false}
	v.Different = &finding{"1", storyPeriod.At(Path + "/costs/differences"), true}
	return v
}

func comparedCosts() compareView {
	chosen := []string{"aisensy", "b2chat", "meta-pmp-2026", "zenvia-conversion"}
	v := compareView{Query: storyPeriod, Schemes: schemeChoices(tariff.Names(), chosen, storyRateCards)}
	total := func(scheme, currency, rule string, charges int, micros int64) tariff.SchemeTotal {
		return tariff.SchemeTotal{Scheme: scheme, Currencies: []tariff.CurrencyTotal{{Currency: currency, Charges: charges, AmountMicros: micros,
			Rules: []tariff.RuleShare{{Rule: rule, Charges: charges, AmountMicros: micros, Percent: 100}}}}}
	}
	meta := total("meta-pmp-2026", "USD", "P2", 3120, 131_800_250)
	meta.Unpriced = 2
	v.fill([]tariff.SchemeTotal{total("aisensy", "INR", "A2", 4100, 3_608_000_000), total("b2chat", "USD", "B1", 4100, 205_000_000), meta,
		total("zenvia-conversion", "USD", "Z4", 2900, 63_800_000), {Scheme: "meta-cbp-2024", Currencies: []tariff.CurrencyTotal{}}})
	return v
}
