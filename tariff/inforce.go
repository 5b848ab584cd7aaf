package tariff

import "time"

// Meta is the assignment of a number that nobody has configured: whatever Meta's tariff was at the time (MetaPeriods). It is
// not a scheme.
const Meta = "meta"

// Period says that a scheme is in force from the beginning of a day of the account's calendar, until the next period.
type Period struct {
	Scheme string
	From   Day // the zero Day: always
}

// MetaPeriods says which of Meta's schemes is in force when.
func MetaPeriods() []Period {
	return []Period{
		{metaCBP2024, Day{}},
		{metaPMP2025.name, Day{2025, time.July, 1}},
		{metaPMP2026.name, Day{2026, time.October, 1}},
	}
}

var metaPeriods = MetaPeriods()

// Term is a part of time, half-open, in which a scheme is in force. A zero end is none.
type Term struct {
	Scheme   string
	From, To time.Time
}

// MetaTerms says by which of Meta's schemes, one after the other, messages in [from, to) are charged; a zero end is none.
func MetaTerms(from, to time.Time, account *time.Location) (terms []Term) {
	for i, p := range metaPeriods {
		t := Term{p.Scheme, from, to}
		if p.From != (Day{}) {
			if begins := p.From.Start(account).UTC(); t.From.Before(begins) {
				t.From = begins
			}
		}
		if i+1 < len(metaPeriods) {
			if ends := metaPeriods[i+1].From.Start(account).UTC(); t.To.IsZero() || ends.Before(t.To) {
				t.To = ends
			}
		}
		if t.To.IsZero() || t.From.Before(t.To) {
			terms = append(terms, t)
		}
	}
	return terms
}

// InForce is the scheme of Meta's that is in force at an instant.
func InForce(instant time.Time, account *time.Location) string {
	today := DayOf(instant, account)
	for i := len(metaPeriods) - 1; i > 0; i-- {
		if metaPeriods[i].From.compare(today) <= 0 {
			return metaPeriods[i].Scheme
		}
	}
	return metaPeriods[0].Scheme
}
