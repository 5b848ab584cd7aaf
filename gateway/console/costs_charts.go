package console

import (
	"cmp"
	"slices"
	"time"

	"reengage/gateway/api"
	"reengage/tariff"
)

// chartGroups are the sums that the charts are drawn of.
var chartGroups = []string{"day,category", "category", "rule", "number", "scheme", "campaign"}

// currencyCosts is what is owed in one currency; currencies are never added together.
type currencyCosts struct {
	Currency string
	Total    string
	Charges  string
	Charts   []chart
}

// chart is a table, and how charts.js draws it: days stands days side by side, ranks lays bars below one another.
type chart struct {
	Title  string
	Kind   string // days, ranks
	Unit   string // of the figures, after each in what is said of them
	Head   string // of the first column
	Series []series
	More   []string // headings of columns that are not drawn
	Rows   []chartRow
}

// series is a drawn column; Colour is a token, or empty for the next of the palette.
type series struct{ Name, Colour string }

type chartRow struct {
	Label   string
	Href    string // of a page about it alone
	Words   string // what the label stands for
	Example bool   // it rests on made-up prices
	Cells   []chartCell
	More    []string
}

// chartCell is one figure: as people read it, and as charts.js does.
type chartCell struct{ Text, Value string }

func amountCell(micros int64) chartCell { return chartCell{money(micros, ""), decimal(micros)} }

// currencies makes the charts of each currency of the sums, which are by what they are grouped by.
func currencies(groups map[string][]api.Charge, q costsQuery, now time.Time) []currencyCosts {
	var all []currencyCosts
	for _, name := range currenciesOf(groups["scheme"]) {
		of := func(by string) []api.Charge {
			return slices.DeleteFunc(slices.Clone(groups[by]), func(c api.Charge) bool { return c.Currency != name })
		}
		micros, charges := sumOf(of("scheme"))
		all = append(all, currencyCosts{Currency: name, Total: money(micros, name), Charges: plural(charges, "charge"), Charts: []chart{
			dayChart(of("day,category"), name, q, now),
			rankChart("By category", "Category", name, of("category"), func(c api.Charge) string { return c.Group("category") }),
			inWords(rankChart("By rule", "Rule", name, of("rule"), func(c api.Charge) string { return c.Rule })),
			rankChart("By number", "Number", name, of("number"), numberName),
			rankChart("By scheme", "Scheme", name, of("scheme"), func(c api.Charge) string { return c.Scheme }),
		}})
		if byCampaign := of("campaign"); slices.ContainsFunc(byCampaign, func(c api.Charge) bool { return c.Campaign != nil }) {
			last := &all[len(all)-1]
			last.Charts = append(last.Charts, campaignChart(byCampaign, name, q))
		}
	}
	return all
}

func currenciesOf(charges []api.Charge) []string {
	var names []string
	for _, c := range charges {
		names = append(names, c.Currency)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func sumOf(charges []api.Charge) (micros, count int64) {
	for _, c := range charges {
		micros += c.AmountMicros
		if c.Charges != nil {
			count += *c.Charges
		}
	}
	return micros, count
}

func numberName(c api.Charge) string {
	if c.Number != nil && c.Number.Display != "" {
		return c.Number.Display
	}
	return c.Group("number")
}

// none is said of what has no category: the sessions and fees of schemes that know of none.
const none = "no category"

// rankChart lists groups, the dearest first.
func rankChart(title, head, currency string, charges []api.Charge, label func(api.Charge) string) chart {
	all, _ := sumOf(charges)
	slices.SortStableFunc(charges, func(x, y api.Charge) int { return cmp.Compare(y.AmountMicros, x.AmountMicros) })
	c := chart{Title: title, Kind: "ranks", Unit: currency, Head: head, Series: []series{{Name: "Amount in " + currency}}, More: []string{"Charges", "Share"}}
	for _, of := range charges {
		_, count := sumOf([]api.Charge{of})
		c.Rows = append(c.Rows, chartRow{Label: cmp.Or(label(of), none), Cells: []chartCell{amountCell(of.AmountMicros)},
			More: []string{number(count), share(of.AmountMicros, all)}})
	}
	return c
}

// campaignChart lists campaigns, and what none of them has caused.
func campaignChart(charges []api.Charge, currency string, q costsQuery) chart {
	c := rankChart("By campaign", "Campaign", currency, charges, func(c api.Charge) string { return cmp.Or(campaignName(c), "no campaign") })
	for i, of := range charges { // sorted, as the rows are
		if of.Campaign != nil && q.Campaign == "" {
			c.Rows[i].Href = q.OfCampaign(of.Campaign.ID.String())
		}
	}
	return c
}

// inWords says in each row what its rule is.
func inWords(rules chart) chart {
	for i := range rules.Rows {
		rules.Rows[i].Words = ruleWords[rules.Rows[i].Label]
	}
	return rules
}

// dayChart stacks each day's categories.
func dayChart(charges []api.Charge, currency string, q costsQuery, now time.Time) chart {
	c := chart{Title: "By day", Kind: "days", Unit: currency, Head: "Day", More: []string{"Total"}}
	byDay, categories, days := map[string]map[string]int64{}, []string{}, daysOf(q, now)
	for _, charge := range charges {
		category := cmp.Or(charge.Group("category"), none)
		if byDay[charge.Day] == nil {
			byDay[charge.Day] = map[string]int64{}
		}
		byDay[charge.Day][category] += charge.AmountMicros
		categories, days = append(categories, category), append(days, charge.Day)
	}
	slices.Sort(categories)
	slices.Sort(days)
	categories, days = slices.Compact(categories), slices.Compact(days)
	for _, category := range categories {
		c.Series = append(c.Series, series{Name: category})
	}
	for _, day := range days {
		row, total := chartRow{Label: day}, int64(0)
		for _, category := range categories {
			row.Cells = append(row.Cells, amountCell(byDay[day][category]))
			total += byDay[day][category]
		}
		row.More = []string{money(total, "")}
		c.Rows = append(c.Rows, row)
	}
	return c
}

// mostDays is how many days a chart shows although nothing happened on them.
const mostDays = 92

// daysOf are the days of the period up to today, so that those on which nothing was charged have their place; none if the period
// is not one of dates, or too long for that.
func daysOf(q costsQuery, now time.Time) []string {
	from, errFrom := time.Parse(time.DateOnly, q.From)
	to, errTo := time.Parse(time.DateOnly, q.To)
	if errFrom != nil || errTo != nil || to.Sub(from) > mostDays*24*time.Hour {
		return nil
	}
	today := tariff.DayOf(now, time.UTC).Start(time.UTC)
	var days []string
	for day := from; day.Before(to) && !day.After(today); day = day.AddDate(0, 0, 1) {
		days = append(days, day.Format(time.DateOnly))
	}
	return days
}
