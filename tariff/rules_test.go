package tariff

import (
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rules are the numbered rules of the tariffs, and the one about windows that changes prices.
var rules = strings.Fields("Z1 Z2 Z3 Z4 Z5 Z6 Z7 S1 S2 S3 S4 B1 B2 A1 A2 A3 A4 P1 P2 P3 P4 P5 P6 C1 C2 C3 M1 W8")

// longScenarios have what would not fit into a short one.
var longScenarios = map[string][]string{
	"P4": {"meta-service-allowance"},
	"P6": {"meta-service-allowance"},
}

// clauses are what naive can leave out, by rule.
func clauses(t *testing.T) map[string][]string {
	files, err := filepath.Glob("naive_*test.go")
	require.NoError(t, err)
	byRule := map[string][]string{}
	for _, file := range files {
		for _, found := range regexp.MustCompile(`lacks\("([^"]+)"\)`).FindAllStringSubmatch(sourceOf(t, file), -1) {
			rule, _, _ := strings.Cut(found[1], ":")
			if !slices.Contains(byRule[rule], found[1]) {
				byRule[rule] = append(byRule[rule], found[1])
			}
		}
	}
	return byRule
}

// seen is what a scenario states: charges, problems, or that a price is missing.
func (r naiveResult) seen() naiveResult {
	r.differences, r.decisions = nil, nil
	return r
}

// Every clause of every rule is noticed by a scenario named after the rule, and every such scenario is about its rule.
func TestEveryRuleOfTheTariffsHasAScenarioThatFailsWithoutIt(t *testing.T) {
	account := Account{Cards: shippedCards(t), EntryPoint: DefaultEntryPoint}
	byRule := clauses(t)
	for _, rule := range rules {
		t.Run(rule, func(t *testing.T) {
			noticed := map[string][]string{} // scenarios by clause
			about := map[string]bool{}
			for _, s := range scenarios(t) {
				named := strings.HasPrefix(s[0], strings.ToLower(rule)+"-")
				if !named && !slices.Contains(longScenarios[rule], s[0]) {
					continue
				}
				about[s[0]] = about[s[0]] || !named
				read, err := readAll(bytes.NewReader(scenario(t, s[0]+".events.jsonl")))
				require.NoError(t, err)
				var events []Event
				for _, e := range read {
					events = append(events, *e)
				}
				want := actually(t, s[1], events, account, Allowance).seen()
				require.Equal(t, want, naively(s[1], events, account, Allowance, "").seen(), s)
				for _, clause := range byRule[rule] {
					got := naively(s[1], events, account, Allowance, clause).seen()
					if !slices.Equal(got.charges, want.charges) || !slices.Equal(got.problems, want.problems) || !slices.Equal(got.missing, want.missing) {
						noticed[clause] = append(noticed[clause], s[0])
						about[s[0]] = true
					}
				}
			}
			require.NotEmpty(t, byRule[rule], "nothing can be left out")
			for _, clause := range byRule[rule] {
				require.NotEmpty(t, noticed[clause], clause)
			}
			for name, is := range about {
				require.True(t, is, "%s says the same without %s", name, rule)
			}
		})
	}
}

func TestNoRuleIsMissing(t *testing.T) {
	var cited []string
	for _, file := range []string{"zenvia", "sirena", "b2chat", "aisensy", "metapmp", "verdict", "draft", "entrypoint", "metacbp", "markup"} {
		cited = append(cited, regexp.MustCompile(`\b[ZSBAPCMW][1-9]\b`).FindAllString(sourceOf(t, file+".go"), -1)...)
	}
	slices.Sort(cited)
	require.ElementsMatch(t, rules, slices.Compact(cited))
	for _, rule := range rules {
		files, err := filepath.Glob("testdata/" + strings.ToLower(rule) + "-*.charges.jsonl")
		require.NoError(t, err)
		require.NotEmpty(t, files, rule)
	}
	for rule := range clauses(t) {
		require.Contains(t, rules, rule)
	}
}
