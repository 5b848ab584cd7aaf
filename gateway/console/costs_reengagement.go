package console

import (
	"cmp"
	"net/http"
	"time"

	"reengage/gateway/api"
)

// windowsView is how windows closed, and what winning contacts back cost.
type windowsView struct {
	Alone             bool // it is a page of its own, not a part that the costs have asked for
	Query             costsQuery
	Figures, Attempts []figure
	ByDay             chart
	ByNumber          []reengagementLine
	Refused, Failed   []api.CodeCount
	Nothing           bool // neither a window closed, nor was anything tried
}

// figure is a number with its name, and what more there is to say of it.
type figure struct{ Name, Value, More string }

// reengagementLine is a number's part in the report.
type reengagementLine struct {
	Number                        string
	Closed, Answered, Saved, Lost string
	Attempts, Sent, Reengaged     string
	Each                          []string
}

func (c *Console) costsWindows(w http.ResponseWriter, r *http.Request) error {
	q := readCostsQuery(r.URL.Query(), c.clock.At(time.Now()))
	var report api.ReengagementReport
	if err := c.client.get(r.Context(), q.At("/v1/costs/reengagement"), &report); err != nil {
		return err
	}
	view := windowsOf(report, q)
	view.Alone = !byHTMX(r)
	return c.page(w, r, http.StatusOK, frame{Title: "Windows", Here: "costs", Page: "costs/windows", View: &view})
}

func windowsOf(report api.ReengagementReport, q costsQuery) windowsView {
	w, a := report.Total.Windows, report.Total.Attempts
	of := func(n, all int64) string { return share(n, all) }
	v := windowsView{Query: q, Refused: a.Refused, Failed: a.Failed, Nothing: w.Closed == 0 && a.Attempts == 0, ByDay: windowsByDay(report.ByDay)}
	v.Figures = []figure{
		{"Windows closed", number(w.Closed), ""},
		{"Answered in time", number(w.Answered), of(w.Answered, w.Closed)},
		{"Saved by a reminder", number(w.Saved), of(w.Saved, w.Closed)},
		{"Lost", number(w.Lost), of(w.Lost, w.Closed)},
		{"Lost despite a reminder", number(w.LostReminded), of(w.LostReminded, w.Lost)},
		{"Lost, reminder missed", number(w.LostMissed), of(w.LostMissed, w.Lost)},
	}
	v.Attempts = []figure{
		{"Attempts to win back", number(a.Attempts), number(report.Policy.Attempts) + " by policy, " + number(report.Agents.Attempts) + " by agents"},
		{"Templates sent", number(a.Sent), of(a.Sent, a.Attempts)},
		{"Contacts that answered", number(a.Answered), of(a.Answered, a.Sent)},
		{"Re-engaged conversations", number(a.Reengaged), of(a.Reengaged, a.Sent)},
	}
	for _, cost := range a.Costs {
		v.Attempts = append(v.Attempts, figure{"Cost of attempts", money(cost.AmountMicros, cost.Currency), ""},
			figure{"Cost per re-engaged conversation", each(cost), number(cost.Reengaged) + " re-engaged"})
	}
	for _, line := range report.ByNumber {
		v.ByNumber = append(v.ByNumber, lineOf(line))
	}
	return v
}

// each is what one re-engaged conversation cost; a dash where none was.
func each(c api.CostEach) string {
	if c.EachMicros == nil {
		return "–"
	}
	return money(*c.EachMicros, c.Currency)
}

func lineOf(c api.ReengagementCounts) reengagementLine {
	l := reengagementLine{Closed: number(c.Windows.Closed), Answered: number(c.Windows.Answered), Saved: number(c.Windows.Saved), Lost: number(c.Windows.Lost),
		Attempts: number(c.Attempts.Attempts), Sent: number(c.Attempts.Sent), Reengaged: number(c.Attempts.Reengaged)}
	if c.Number != nil {
		l.Number = cmp.Or(c.Number.Display, c.Number.ID)
	}
	for _, cost := range c.Attempts.Costs {
		l.Each = append(l.Each, each(cost))
	}
	return l
}

func windowsByDay(days []api.ReengagementCounts) chart {
	c := chart{Title: "Windows by day", Kind: "days", Head: "Day",
		Series: []series{{"Answered in time", "chart-1"}, {"Saved by a reminder", "chart-2"}, {"Lost", "danger"}}, More: []string{"Closed"}}
	for _, d := range days {
		row := chartRow{Label: d.Day, More: []string{number(d.Windows.Closed)}}
		for _, n := range []int64{d.Windows.Answered, d.Windows.Saved, d.Windows.Lost} {
			row.Cells = append(row.Cells, chartCell{number(n), decimal(n * 1_000_000)})
		}
		c.Rows = append(c.Rows, row)
	}
	return c
}
