package tariff

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// SchemeTotal is what traffic comes to under a scheme.
type SchemeTotal struct {
	Scheme     string          `json:"scheme"`
	Currencies []CurrencyTotal `json:"currencies" nullable:"false" doc:"By currency; they are never added together. Empty if nothing is charged."`
	Unpriced   int             `json:"unpriced" doc:"Messages that are in none of these sums, because no rate card states their price."`
}

// CurrencyTotal is the sum of a scheme's charges in one currency.
type CurrencyTotal struct {
	Currency     string      `json:"currency"`
	Charges      int         `json:"charges"`
	AmountMicros int64       `json:"amount_micros"`
	Rules        []RuleShare `json:"rules" nullable:"false" doc:"By rule."`
}

// RuleShare is the part of a total that one rule has produced.
type RuleShare struct {
	Rule         string  `json:"rule" example:"P2"`
	Charges      int     `json:"charges"`
	AmountMicros int64   `json:"amount_micros"`
	Percent      float64 `json:"percent" doc:"Of the currency's total, rounded to hundredths; for people."`
}

// Comparison adds up ratings of the same traffic by several schemes.
type Comparison struct {
	totals  []SchemeTotal // in the order asked for
	missing *MissingPrice // the first; how many there are, the totals say
}

// NewComparison compares these schemes, and lists them in this order.
func NewComparison(schemes []Scheme) *Comparison {
	c := &Comparison{}
	for _, s := range schemes {
		c.totals = append(c.totals, SchemeTotal{Scheme: s.Name(), Currencies: []CurrencyTotal{}})
	}
	return c
}

// Add adds a rating, of all traffic or of a part of it.
func (c *Comparison) Add(s Scheme, r *Rating) {
	t := &c.totals[slices.IndexFunc(c.totals, func(t SchemeTotal) bool { return t.Scheme == s.Name() })]
	for i := range r.Charges {
		t.add(&r.Charges[i])
	}
	t.Unpriced += len(r.Missing)
	if len(r.Missing) > 0 && c.missing == nil {
		c.missing = &r.Missing[0]
	}
}

func (t *SchemeTotal) add(c *Charge) {
	i, found := slices.BinarySearchFunc(t.Currencies, c.Currency, func(s CurrencyTotal, currency string) int {
		return cmp.Compare(s.Currency, currency)
	})
	if !found {
		t.Currencies = slices.Insert(t.Currencies, i, CurrencyTotal{Currency: c.Currency, Rules: []RuleShare{}})
	}
	sum := &t.Currencies[i]
	sum.Charges++
	sum.AmountMicros += c.AmountMicros
	j, found := slices.BinarySearchFunc(sum.Rules, c.Rule, func(s RuleShare, rule string) int { return cmp.Compare(s.Rule, rule) })
	if !found {
		sum.Rules = slices.Insert(sum.Rules, j, RuleShare{Rule: c.Rule})
	}
	sum.Rules[j].Charges++
	sum.Rules[j].AmountMicros += c.AmountMicros
}

// Totals lists the schemes in the order asked for.
func (c *Comparison) Totals() []SchemeTotal {
	for _, t := range c.totals {
		for _, sum := range t.Currencies {
			for i := range sum.Rules {
				sum.Rules[i].Percent = float64(int64(float64(sum.Rules[i].AmountMicros)/float64(sum.AmountMicros)*10_000+0.5)) / 100
			}
		}
	}
	return c.totals
}

// Err is a *MissingPriceError, about the first of them, if some messages are in none of a scheme's sums.
func (c *Comparison) Err() error {
	if c.missing == nil {
		return nil
	}
	return &MissingPriceError{Missing: []MissingPrice{*c.missing}}
}

// LookupAll reads a list of schemes; none, one that is not known and one that is named twice are a *UsageError.
func LookupAll(names []string) ([]Scheme, error) {
	var schemes []Scheme
	for _, name := range names {
		s, err := Lookup(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		if slices.Contains(schemes, s) {
			return nil, &UsageError{Reason: fmt.Sprintf("scheme %q is named twice", s.Name())}
		}
		schemes = append(schemes, s)
	}
	if len(schemes) == 0 {
		return nil, &UsageError{Reason: "no scheme is named"}
	}
	return schemes, nil
}

// CompareStream rates the events in JSON lines under each of the schemes; o.Scheme is not read. The input is read once. Messages
// without a price are in Unpriced and are no error here (Comparison.Err); the error is as RateStream's otherwise.
func CompareStream(in io.Reader, names []string, o Options) (*Comparison, error) {
	schemes, err := LookupAll(names)
	if err != nil {
		return nil, err
	}
	account, err := o.account()
	if err != nil {
		return nil, err
	}
	events, err := readAll(in)
	if err != nil {
		return nil, err
	}
	t, c := newTraffic(events), NewComparison(schemes)
	for _, s := range schemes {
		r, err := rate(s, t, account)
		if err != nil {
			return nil, err
		}
		c.Add(s, r)
	}
	return c, nil
}
