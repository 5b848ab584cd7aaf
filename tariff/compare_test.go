package tariff

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// once is a stream that nobody can read a second time.
type once struct {
	io.Reader
	ended bool
}

func (o *once) Read(p []byte) (int, error) {
	if o.ended {
		return 0, errors.New("read again")
	}
	n, err := o.Reader.Read(p)
	o.ended = err == io.EOF
	return n, err
}

func TestAComparisonIsTheSumsOfItsRatingsInTheOrderAskedFor(t *testing.T) {
	events, err := os.ReadFile("testdata/meta-tariffs-compared.events.jsonl")
	require.NoError(t, err)
	names := []string{"twilio", "meta-pmp-2025", "sirena", "b2chat", "meta-pmp-2026", "aisensy"}
	c, err := CompareStream(&once{Reader: strings.NewReader(string(events))}, names, Options{EntryPointHours: 72})
	require.NoError(t, err)
	require.NoError(t, c.Err())
	totals := c.Totals()
	require.Len(t, totals, len(names))
	for i, name := range names {
		require.Equal(t, name, totals[i].Scheme)
		var out strings.Builder
		require.NoError(t, RateStream(strings.NewReader(string(events)), &out, io.Discard, Options{Scheme: name, EntryPointHours: 72}))
		charges, percent := 0, 0.0
		for _, sum := range totals[i].Currencies {
			charges += sum.Charges
			rules, micros := 0, int64(0)
			for _, r := range sum.Rules {
				rules, micros, percent = rules+r.Charges, micros+r.AmountMicros, percent+r.Percent
			}
			require.Equal(t, sum.Charges, rules)
			require.Equal(t, sum.AmountMicros, micros)
			require.InDelta(t, 100, percent, 0.05)
		}
		require.Equal(t, strings.Count(out.String(), "\n"), charges, name)
	}
}

func TestSharesOfRulesAreOfOneCurrency(t *testing.T) {
	s, err := Lookup("sirena")
	require.NoError(t, err)
	charge := func(rule, currency string, micros int64) Charge {
		return Charge{Rule: rule, Money: Money{AmountMicros: micros, Currency: currency}}
	}
	c := NewComparison([]Scheme{s})
	c.Add(s, &Rating{Charges: []Charge{charge("S3", "USD", 10_000), charge("S2", "USD", 20_000)}})
	c.Add(s, &Rating{Charges: []Charge{charge("S2", "INR", 5), charge("S3", "USD", 10_000)},
		Missing: []MissingPrice{{Event: "e", Scheme: "sirena", Card: "c", Category: "template"}}})
	require.Equal(t, []SchemeTotal{{Scheme: "sirena", Unpriced: 1, Currencies: []CurrencyTotal{
		{Currency: "INR", Charges: 1, AmountMicros: 5, Rules: []RuleShare{{"S2", 1, 5, 100}}},
		{Currency: "USD", Charges: 3, AmountMicros: 40_000, Rules: []RuleShare{{"S2", 1, 20_000, 50}, {"S3", 2, 20_000, 50}}},
	}}}, c.Totals())
	var missing *MissingPriceError
	require.ErrorAs(t, c.Err(), &missing)
	require.ErrorContains(t, c.Err(), "rate card c has no price for template")
}

func TestWhatCannotBeComparedIsAUsageError(t *testing.T) {
	for name, schemes := range map[string][]string{
		"nothing": nil, "an unknown scheme": {"sirena", "nobody"}, "an assignment": {"meta"}, "one scheme twice": {"sirena", " sirena"},
	} {
		_, err := CompareStream(strings.NewReader(""), schemes, Options{})
		var usage *UsageError
		require.ErrorAs(t, err, &usage, name)
	}
	_, err := CompareStream(strings.NewReader("nonsense"), []string{"sirena"}, Options{})
	var input *InputError
	require.ErrorAs(t, err, &input)
	c, err := CompareStream(strings.NewReader(""), []string{"sirena"}, Options{})
	require.NoError(t, err)
	require.Equal(t, []SchemeTotal{{Scheme: "sirena", Currencies: []CurrencyTotal{}}}, c.Totals())
}
