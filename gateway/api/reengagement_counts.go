package api

import (
	"cmp"
	"maps"
	"slices"

	"github.com/google/uuid"

	"reengage/db"
)

// countReengagement adds up the rows, each of one number and day, into the lines of the report.
func countReengagement(numbers reportedNumbers, windows []db.SumWindowsRow, attempts []db.SumAttemptsRow, charges []db.SumAttemptChargesRow) ReengagementReport {
	total, policy, agents := newTally(), newTally(), newTally()
	byNumber, byDay := map[uuid.UUID]*tally{}, map[string]*tally{}
	lines := func(number uuid.UUID, day string) []*tally {
		return []*tally{total, tallyOf(byNumber, number), tallyOf(byDay, day)}
	}
	whose := func(by string) *tally {
		if by == "policy" {
			return policy
		}
		return agents
	}
	for _, row := range windows {
		for _, t := range lines(row.BusinessNumberID, row.Day) {
			t.addWindows(row)
		}
	}
	for _, row := range attempts {
		for _, t := range append(lines(row.BusinessNumberID, row.Day), whose(row.ByWhom)) {
			t.addAttempts(row)
		}
	}
	charged := chargedIn(charges)
	for _, row := range charges {
		for _, t := range append(lines(row.BusinessNumberID, row.Day), whose(row.ByWhom)) {
			t.micros[row.Currency] += row.AmountMicros
		}
	}
	report := ReengagementReport{Total: total.counts(charged), ByNumber: []ReengagementCounts{}, ByDay: []ReengagementCounts{},
		Policy: policy.counts(charged).Attempts, Agents: agents.counts(charged).Attempts}
	for _, n := range numbers {
		if t := byNumber[n.ID]; t != nil {
			line := t.counts(charged)
			line.Number = n.number()
			report.ByNumber = append(report.ByNumber, line)
		}
	}
	for _, day := range slices.Sorted(maps.Keys(byDay)) {
		line := byDay[day].counts(charged)
		line.Day = day
		report.ByDay = append(report.ByDay, line)
	}
	return report
}

// tally is a line of the report in the making.
type tally struct {
	windows         WindowCounts
	attempts, sent  int64
	refused, failed map[string]int64
	undecided       int64
	answered        int64
	reengaged       map[uuid.UUID]int64 // by number
	micros          map[string]int64    // by currency
}

func newTally() *tally {
	return &tally{refused: map[string]int64{}, failed: map[string]int64{}, reengaged: map[uuid.UUID]int64{}, micros: map[string]int64{}}
}

// tallyOf is the tally under a key, which is made if there is none.
func tallyOf[K comparable](tallies map[K]*tally, key K) *tally {
	if tallies[key] == nil {
		tallies[key] = newTally()
	}
	return tallies[key]
}

// chargedIn are the numbers whose attempts were charged in each currency.
func chargedIn(charges []db.SumAttemptChargesRow) map[string]map[uuid.UUID]bool {
	numbers := map[string]map[uuid.UUID]bool{}
	for _, row := range charges {
		if numbers[row.Currency] == nil {
			numbers[row.Currency] = map[uuid.UUID]bool{}
		}
		numbers[row.Currency][row.BusinessNumberID] = true
	}
	return numbers
}

func (t *tally) addWindows(row db.SumWindowsRow) {
	t.windows.Closed += row.Closed
	t.windows.Answered += row.Answered
	t.windows.Saved += row.Saved
	t.windows.Lost += row.Lost
	t.windows.LostReminded += row.LostReminded
	t.windows.LostMissed += row.LostMissed
}

func (t *tally) addAttempts(row db.SumAttemptsRow) {
	t.attempts += row.Attempts
	t.answered += row.Answered
	t.reengaged[row.BusinessNumberID] += row.Reengaged
	switch row.CameTo {
	case "sent":
		t.sent += row.Attempts
	case "refused":
		t.refused[row.Code] += row.Attempts
	case "failed":
		t.failed[row.Code] += row.Attempts
	default:
		t.undecided += row.Attempts
	}
}

// counts is the finished line; charged is of the whole report (chargedIn), so that lines add up to the total.
func (t *tally) counts(charged map[string]map[uuid.UUID]bool) ReengagementCounts {
	c := AttemptCounts{Attempts: t.attempts, Sent: t.sent, Refused: codeCounts(t.refused), Failed: codeCounts(t.failed),
		Undecided: t.undecided, Answered: t.answered, Costs: []CostEach{}}
	for _, n := range t.reengaged {
		c.Reengaged += n
	}
	for _, currency := range slices.Sorted(maps.Keys(t.micros)) {
		cost := CostEach{Currency: currency, AmountMicros: t.micros[currency]}
		for number, n := range t.reengaged {
			if charged[currency][number] {
				cost.Reengaged += n
			}
		}
		cost.EachMicros = each(cost.AmountMicros, cost.Reengaged)
		c.Costs = append(c.Costs, cost)
	}
	return ReengagementCounts{Windows: t.windows, Attempts: c}
}

// each is micros by n, rounded to the nearest, half away from zero; nil for none.
func each(micros, n int64) *int64 {
	if n == 0 {
		return nil
	}
	half := n / 2
	if micros < 0 {
		half = -half
	}
	share := (micros + half) / n
	return &share
}

// codeCounts lists the most frequent first.
func codeCounts(counts map[string]int64) []CodeCount {
	list := make([]CodeCount, 0, len(counts))
	for code, n := range counts {
		list = append(list, CodeCount{code, n})
	}
	slices.SortFunc(list, func(x, y CodeCount) int {
		return cmp.Or(cmp.Compare(y.Attempts, x.Attempts), cmp.Compare(x.Code, y.Code))
	})
	return list
}
