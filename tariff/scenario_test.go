package tariff

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A scenario is testdata/NAME.events.jsonl with, per scheme, what that charges (NAME.SCHEME.charges.jsonl) and what it reports
// (NAME.SCHEME.problems.jsonl; no file: nothing). The amounts are worked out on paper; there is no flag that rewrites them.

// scenario reads one of a scenario's files; a file that is not there is empty.
func scenario(t *testing.T, name string) []byte {
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	return data
}

// scenarios lists (NAME, SCHEME) of all files of charges.
func scenarios(t *testing.T) [][2]string {
	files, err := filepath.Glob("testdata/*.charges.jsonl")
	require.NoError(t, err)
	var list [][2]string
	for _, f := range files {
		parts := strings.Split(filepath.Base(f), ".")
		require.Len(t, parts, 4, f)
		list = append(list, [2]string{parts[0], parts[1]})
	}
	return list
}

func TestScenariosAreChargedAsWorkedOutOnPaper(t *testing.T) {
	list := scenarios(t)
	require.NotEmpty(t, list)
	for _, s := range list {
		t.Run(s[0]+"/"+s[1], func(t *testing.T) {
			var out, problems bytes.Buffer
			events := scenario(t, s[0]+".events.jsonl")
			require.NotEmpty(t, events)
			require.NoError(t, RateStream(bytes.NewReader(events), &out, &problems, Options{Scheme: s[1], EntryPointHours: 72}))
			require.Equal(t, string(scenario(t, s[0]+"."+s[1]+".charges.jsonl")), out.String())
			require.Equal(t, string(scenario(t, s[0]+"."+s[1]+".problems.jsonl")), problems.String())
		})
	}
}

// Who does not program reads the README; so every scenario is in it, with what it costs.
func TestTheReadmeTellsEveryScenarioAndWhatItCosts(t *testing.T) {
	rows := map[string]string{}
	for line := range strings.Lines(string(scenario(t, "README.md"))) {
		if name, row, ok := strings.Cut(strings.TrimPrefix(line, "| **"), "** ("); ok && strings.HasPrefix(line, "| **") {
			rows[name] = row
		}
	}
	told := map[string]bool{}
	for _, s := range scenarios(t) {
		read, err := readAll(bytes.NewReader(scenario(t, s[0]+".events.jsonl")))
		require.NoError(t, err)
		scheme, err := Lookup(s[1])
		require.NoError(t, err)
		rating, err := rate(scheme, newTraffic(read), Account{Cards: shippedCards(t), EntryPoint: DefaultEntryPoint})
		require.NoError(t, err)
		require.Contains(t, rows[s[0]], "**"+totalOf(t, scheme, rating.Charges)+"**", s)
		for _, p := range rating.Problems {
			require.Contains(t, rows[s[0]], p.Problem, s)
		}
		told[s[0]] = true
	}
	for name := range rows {
		require.True(t, told[name] || scenario(t, name+".jsonl") != nil, name)
	}
}

// totalOf is the sum of charges as the README writes it: "USD 0.066".
func totalOf(t *testing.T, s Scheme, charges []Charge) string {
	priced := s.Name()
	if m, ok := s.(markup); ok {
		priced = m.base.Name()
	}
	currency, err := shippedCards(t).currency(priced)
	require.NoError(t, err)
	total := Money{Currency: currency}
	for _, c := range charges {
		require.Equal(t, currency, c.Currency)
		total.AmountMicros += c.AmountMicros
	}
	amount, _, _ := strings.Cut(total.String(), " ")
	return currency + " " + amount
}

func fileOf(t *testing.T, name string) *os.File {
	file, err := os.Open(name)
	require.NoError(t, err)
	t.Cleanup(func() { file.Close() })
	return file
}
