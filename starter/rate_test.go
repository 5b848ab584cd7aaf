package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	question = `{"id":"asks","at":"2026-10-05T10:00:00Z","type":"inbound","conversation":"ana","number":"shop"}` + "\n"
	offer    = `{"id":"offer","at":"2026-10-05T10:01:00Z","type":"template","conversation":"ana","number":"shop","market":"BR","category":"marketing"}` + "\n"
	arrival  = `{"id":"arrival","at":"2026-10-05T10:01:02Z","type":"delivered","message":"offer"}` + "\n"
)

// card is a rate card of the tariff of 2026.
func card(currency, price string) string {
	return "# scheme: meta-pmp-2026\n# currency: " + currency + "\n# effective: 2026-10-01\n# source: a test\n# read: 2026-11\n# example: true\nmarket,marketing\nBR," + price + "\n"
}

// What a script sees of input that cannot be rated: the exit code, one sentence that says where and what, and nothing to post.
func TestRateSaysWhatIsWrongAndWritesNothing(t *testing.T) {
	for _, c := range []struct {
		name   string
		events string
		cards  map[string]string // files of --cards, if any
		args   []string
		code   int
		err    string
	}{
		{name: "an assignment that is no scheme", args: []string{"--scheme", "meta"}, code: 2, err: `unknown scheme "meta"`},
		{name: "an unknown time zone", args: []string{"--timezone", "Mars/Olympus"}, code: 2, err: `unknown time zone "Mars/Olympus"`},
		{name: "negative hours", args: []string{"--entry-point-hours=-1"}, code: 2, err: "hours of a free entry point cannot be negative"},
		{name: "hours that are none", args: []string{"--entry-point-hours", "soon"}, code: 2, err: "--entry-point-hours"},
		{name: "a bad time", events: question + replace(offer, "10-05T", "02-30T"), code: 2, err: `line 2: at: "2026-02-30T10:01:00Z" is a date or time of day that does not exist`},
		{name: "an unknown type", events: "\n" + replace(question, "inbound", "read"), code: 2, err: `line 2: type: "read" is none of`},
		{name: "an ill-typed field", events: replace(question, `"shop"`, `5`), code: 2, err: "line 1: number: is not a string"},
		{name: "a missing field", events: question + replace(offer, `,"category":"marketing"`, ""), code: 2, err: "line 2: category: is missing"},
		{name: "a verdict that is no object", events: offer + replace(arrival, "}", `,"pricing":"PMP"}`), code: 2, err: "line 2: pricing: is not an object"},
		{name: "a bad stated end", events: offer + replace(arrival, "}", `,"entry_point_until":"later"}`), code: 2, err: `line 2: entry_point_until: "later"`},
		{name: "no price for a country", events: replace(offer, "BR", "FJ") + arrival, cards: map[string]string{"dear.csv": card("USD", "7")}, code: 1, err: "rate card dear has no price for marketing in market OTHER"},
		{name: "no price for a group", events: replace(offer, "BR", "REST_OF_MARS") + arrival, code: 1, err: "rate card meta-usd-2026-10-01 has no price for marketing in market REST_OF_MARS"},
		{name: "no market", events: question + replace(offer, `"market":"BR",`, "") + arrival, code: 1, err: "rate card meta-usd-2026-10-01 has no price for marketing without a market"},
		{name: "no price for a category", events: replace(offer, "marketing", "carousel") + arrival, code: 1, err: "has no price for carousel in market BR"},
		{name: "no card", events: question, cards: map[string]string{"dear.csv": card("USD", "7")}, args: []string{"--scheme", "zenvia-conversion"}, code: 1, err: "there is no rate card for zenvia-conversion"},
		{name: "a folder that is none", args: []string{"--cards", "/nowhere"}, code: 2, err: "/nowhere is not a folder of rate cards"},
		{name: "a folder without cards", cards: map[string]string{"README": ""}, code: 2, err: "there is no rate card"},
		{name: "a negative price", cards: map[string]string{"bad.csv": card("USD", "-7")}, code: 2, err: `rate card bad.csv:8: marketing: "-7" is not a whole number of micros`},
		{name: "a fraction", cards: map[string]string{"bad.csv": card("USD", "0.0625")}, code: 2, err: `rate card bad.csv:8: marketing: "0.0625" is not a whole number of micros`},
		{name: "two cards from one day", cards: map[string]string{"a.csv": card("USD", "7"), "b.csv": card("USD", "8")}, code: 2, err: "rate card b.csv: effective: b of meta-pmp-2026 in USD has a card from 2026-10-01 already: a"},
		{name: "two currencies", cards: map[string]string{"a.csv": card("USD", "7"), "b.csv": card("BRL", "8")}, code: 2, err: "the rate cards of meta-pmp-2026 are in BRL and in USD"},
		{name: "two currencies on one card", cards: map[string]string{"a.csv": card("USD/BRL", "7")}, code: 2, err: `rate card a.csv:2: currency: "USD/BRL" is not three capital letters`},
		{name: "bad regions", cards: map[string]string{"a.csv": card("USD", "7"), "regions.csv": "country,market\nkenya,OTHER\n"}, code: 2, err: `rate card regions.csv:2: country: "kenya" is not a country`},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := []string{"rate", "--scheme", "meta-pmp-2026"}
			if c.cards != nil {
				dir := t.TempDir()
				for name, text := range c.cards {
					require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
				}
				args = append(args, "--cards", dir)
			}
			r := newStack(t).runWith(c.events, append(args, c.args...)...)
			require.Equal(t, c.code, r.code, "%+v", r)
			require.Empty(t, r.out)
			require.Contains(t, r.err, c.err)
			require.Equal(t, 1, strings.Count(r.err, "\n"), "one line: %s", r.err)
		})
	}
}

// What is only odd is reported beside the charges.
func TestRateReportsProblemsBesideTheCharges(t *testing.T) {
	stray := replace(replace(arrival, `"arrival"`, `"stray"`), `"offer"`, `"nothing"`)
	odd := replace(arrival, "}", `,"pricing":{"model":"PMP","type":"new"}}`)
	r := newStack(t).runWith(question+"\n"+stray+odd+offer+replace(question, "10:00:00Z", "10:00:01Z"), "rate", "--scheme", "meta-pmp-2026")
	require.Zero(t, r.code)
	require.Equal(t, `{"scheme":"meta-pmp-2026","card":"meta-usd-2026-10-01","event":"offer","kind":"message","category":"marketing","market":"BR","amount_micros":62500,"currency":"USD","at":"2026-10-05T10:01:02Z","rule":"P2"}`+"\n", r.out)
	require.Equal(t, []string{
		`{"problem":"verdict_ignored","event":"arrival","detail":"the verdict cannot be read: it needs model PMP, a known type and, if that is regular, a category"}`,
		`{"problem":"conflicting_duplicate","event":"asks","detail":"copies of this event differ; the first in order counts"}`,
		`{"problem":"status_without_message","event":"stray","detail":"message \"nothing\" is unknown; the status is ignored"}`,
	}, strings.Split(strings.TrimSpace(r.err), "\n"))
}

// The account's calendar and the length of entry points are told on the command line.
func TestRateFollowsTheTimeZoneAndTheHoursItIsGiven(t *testing.T) {
	click := replace(question, `"shop"`, `"shop","entry_point":"ad"`)
	answer := `{"id":"answer","at":"2026-10-05T10:00:30Z","type":"freeform","conversation":"ana","number":"shop"}` + "\n" +
		`{"id":"answered","at":"2026-10-05T10:00:31Z","type":"delivered","message":"answer"}` + "\n"
	late := replace(replace(offer, "10:01:00Z", "11:00:30Z"), `"offer"`, `"late"`) + replace(replace(arrival, "10:01:02Z", "11:00:32Z"), `"offer"`, `"late"`)
	for hours, want := range map[string]int{"0": 2, "1": 1, "72": 0, "168": 0} {
		r := newStack(t).runWith(click+answer+offer+replace(arrival, `"arrival"`, `"arrived"`)+late, "rate", "--scheme", "meta-pmp-2026", "--entry-point-hours", hours)
		require.Zero(t, r.code, r.err)
		require.Equal(t, want, strings.Count(r.out, "\n"), hours)
	}
	september := replace(offer, "2026-10-05T10", "2026-10-01T02") + replace(replace(arrival, "2026-10-05T10", "2026-10-01T02"), "}", `,"pricing":{"model":"PMP","type":"free_customer_service"}}`)
	for zone, want := range map[string]int{"UTC": 0, "America/Sao_Paulo": 1} { // where it is still September, and the verdict another tariff's
		r := newStack(t).runWith(september, "rate", "--scheme", "meta-pmp-2026", "--timezone", zone)
		require.Zero(t, r.code, r.err)
		require.Equal(t, want, strings.Count(r.out, "\n"), zone)
	}
}

// The README's first example of rating.
func TestRateTellsSirenasOwnExample(t *testing.T) {
	events, err := os.ReadFile("../tariff/testdata/two-templates.jsonl")
	require.NoError(t, err)
	r := newStack(t).runWith(string(events), "rate", "--scheme", "sirena")
	require.Zero(t, r.code, r.err)
	require.Empty(t, r.err)
	require.Equal(t, 2, strings.Count(r.out, `"kind":"business_initiated","amount_micros":26600,"currency":"USD"`))
	require.Equal(t, 2, strings.Count(r.out, "\n"))
}

func replace(text, old, new string) string {
	if !strings.Contains(text, old) {
		panic("nothing to replace: " + old)
	}
	return strings.Replace(text, old, new, 1)
}
