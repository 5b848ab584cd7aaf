package tariff

import "time"

// Rating is what a scheme makes of a set of events.
type Rating struct {
	Charges     []Charge       // by instant, event and kind
	Problems    []Problem      // by event
	Missing     []MissingPrice // messages that are owed something for which no card states a price, ordered like charges
	Differences []Difference   // messages of which Meta's verdict and our own computation disagree (P6), by instant and event
	Decisions   []Decision     // what became of every delivered message, under Meta's schemes per message and if asked for
}

// Err is a *MissingPriceError if a price is missing.
func (r *Rating) Err() error {
	if len(r.Missing) == 0 {
		return nil
	}
	return &MissingPriceError{Missing: r.Missing}
}

// Rate says what a scheme charges for a set of events, in any order and with any number of copies. Counts over a number (P4) are
// over these events. They are neither changed nor kept. The error is a *UsageError: cards in several currencies.
func Rate(s Scheme, events []Event, a Account) (*Rating, error) {
	return rate(s, newTraffic(refs(events)), a)
}

// rate is Rate for events that are in order already, which several schemes may rate one after the other.
func rate(s Scheme, t *traffic, a Account) (*Rating, error) {
	d, err := prepare(s, t, a)
	if err != nil {
		return nil, err
	}
	return d.Decide(d.ends(Allowance)), nil
}

// Prepare is the first half of rating some of a number's conversations: what depends on a count over all of them (P4) is left
// open until Decide is told where the count ends. It is Rate in all else.
func Prepare(s Scheme, events []Event, a Account) (*Draft, error) {
	return prepare(s, newTraffic(refs(events)), a)
}

func prepare(s Scheme, t *traffic, a Account) (*Draft, error) {
	if a.Zone == nil {
		a.Zone = time.UTC
	}
	b := &bill{scheme: s.Name(), priced: s.Name(), account: &a}
	if m, ok := s.(markup); ok {
		b.priced = m.base.Name()
	}
	if _, err := a.Cards.currency(b.priced); err != nil {
		return nil, err
	}
	s.rate(t, b)
	b.problems = append(b.problems, t.problems...)
	return &Draft{bill: b}, nil
}

func refs(events []Event) []*Event {
	list := make([]*Event, len(events))
	for i := range events {
		list[i] = &events[i]
	}
	return list
}
