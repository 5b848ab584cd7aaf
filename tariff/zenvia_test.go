package tariff

import (
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var zenviaRules = []string{"Z1", "Z2", "Z3", "Z4", "Z5", "Z6", "Z7"}

// naiveZenvia is the tariff's text once more, the slow way: of every message it asks again what went before. A rule can be left
// out, to show which scenarios notice. It returns "event kind rule" per charge and the events reported.
func naiveZenvia(events []*Event, without string) (charges, reported []string) {
	t := newTraffic(slices.Clone(events))
	within := func(from, x time.Time) bool { return !x.Before(from) && x.Sub(from) < 24*time.Hour }
	for _, conversation := range t.conversations {
		var openers []time.Time
		var previous time.Time
		for i, m := range conversation {
			if m.failed && without != "Z7" {
				continue
			}
			inside := slices.ContainsFunc(openers, func(o time.Time) bool { return within(o, m.At) })
			if without == "Z1" { // sessions slide
				inside = len(openers) > 0 && within(previous, m.At)
			}
			previous = m.At
			if without == "Z2" && m.Type == Freeform || inside && (without != "Z3" || m.Type != Template) {
				continue
			}
			if !inside {
				openers = append(openers, m.At)
			}
			window := slices.ContainsFunc(conversation[:i+1], func(in message) bool { return in.Type == Inbound && within(in.At, m.At) })
			switch {
			case m.Type == Inbound && without != "Z4":
				charges = append(charges, m.ID+" customer_initiated Z4")
			case m.Type != Inbound && window && without != "Z5":
				charges = append(charges, m.ID+" customer_initiated Z5")
			case without != "Z6":
				charges = append(charges, m.ID+" business_initiated Z6")
				if m.Type == Freeform {
					reported = append(reported, m.ID)
				}
			default:
				charges = append(charges, m.ID+" customer_initiated Z6")
			}
		}
	}
	slices.Sort(charges)
	slices.Sort(reported)
	return charges, reported
}

// zenviaOf is what the scheme says, in the words of naiveZenvia.
func zenviaOf(t require.TestingT, events []*Event) (charges, reported []string) {
	rating, err := rate(zenviaConversion{}, slices.Clone(events), Account{Cards: shippedCards(t)})
	require.NoError(t, err)
	for _, c := range rating.Charges {
		charges = append(charges, c.Event+" "+string(c.Kind)+" "+c.Rule)
	}
	for _, p := range rating.Problems {
		if p.Problem == FreeformOutsideWindow {
			reported = append(reported, p.Event)
		}
	}
	slices.Sort(charges)
	slices.Sort(reported)
	return charges, reported
}

func TestZenviaAgreesWithItsTextReadTheSlowWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := refs(drawEvents(t))
		charges, reported := zenviaOf(t, events)
		wantCharges, wantReported := naiveZenvia(events, "")
		require.Equal(t, wantCharges, charges)
		require.Equal(t, wantReported, reported)
	})
}

// Every rule has a scenario named after it whose outcome would be another without that rule.
func TestEveryZenviaRuleHasAScenarioThatFailsWithoutIt(t *testing.T) {
	for _, rule := range zenviaRules {
		t.Run(rule, func(t *testing.T) {
			files, err := filepath.Glob("testdata/" + strings.ToLower(rule) + "-*.events.jsonl")
			require.NoError(t, err)
			require.NotEmpty(t, files)
			for _, f := range files {
				events, err := readAll(bytes.NewReader(scenario(t, filepath.Base(f))))
				require.NoError(t, err)
				charges, reported := zenviaOf(t, events)
				otherCharges, otherReported := naiveZenvia(events, rule)
				require.NotEqual(t, [][]string{otherCharges, otherReported}, [][]string{charges, reported}, f)
			}
		})
	}
}

func TestEveryZenviaRuleIsCitedInTheScheme(t *testing.T) {
	cited := regexp.MustCompile(`\bZ[1-9]\b`).FindAllString(sourceOf(t, "zenvia.go"), -1)
	slices.Sort(cited)
	require.Equal(t, zenviaRules, slices.Compact(cited))
}

// at is a message of one conversation, some time after its first.
func messageAt(id string, kind EventType, after time.Duration) Event {
	return Event{ID: id, Type: kind, At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).Add(after), Conversation: "ana", Number: "shop", Category: "utility"}
}

func TestZenviaEdgesOneSecondEitherSideOf24Hours(t *testing.T) {
	first := func(kind EventType) Event { return messageAt("first", kind, 0) }
	reply := messageAt("reply", Inbound, 12*time.Hour)
	for _, c := range []struct {
		name   string
		events []Event
		want   []string
	}{
		{"a session still holds at 23:59:59", []Event{first(Inbound), messageAt("next", Inbound, day-time.Second)},
			[]string{"first customer_initiated Z4"}},
		{"a session is over at 24:00:00", []Event{first(Inbound), messageAt("next", Inbound, day)},
			[]string{"first customer_initiated Z4", "next customer_initiated Z4"}},
		{"a session is over at 24:00:01", []Event{first(Inbound), messageAt("next", Inbound, day+time.Second)},
			[]string{"first customer_initiated Z4", "next customer_initiated Z4"}},
		{"an offer 23:59:59 after the reply is in the extended window", []Event{first(Template), reply, messageAt("next", Template, 36*time.Hour-time.Second)},
			[]string{"first business_initiated Z6", "next customer_initiated Z5"}},
		{"an offer 24:00:00 after the reply is not", []Event{first(Template), reply, messageAt("next", Template, 36*time.Hour)},
			[]string{"first business_initiated Z6", "next business_initiated Z6"}},
		{"an offer 24:00:01 after the reply is not", []Event{first(Template), reply, messageAt("next", Template, 36*time.Hour+time.Second)},
			[]string{"first business_initiated Z6", "next business_initiated Z6"}},
		{"an offer's session still holds at 23:59:59, and the contact's message in it is free", []Event{first(Template), messageAt("next", Inbound, day-time.Second)},
			[]string{"first business_initiated Z6"}},
		{"an offer's session is over at 24:00:00, and the contact opens one", []Event{first(Template), messageAt("next", Inbound, day)},
			[]string{"first business_initiated Z6", "next customer_initiated Z4"}},
		{"an offer's session is over at 24:00:01, and the contact opens one", []Event{first(Template), messageAt("next", Inbound, day+time.Second)},
			[]string{"first business_initiated Z6", "next customer_initiated Z4"}},
		{"an opener's own session hides its window, which ends with it", []Event{first(Inbound), messageAt("next", Freeform, day)},
			[]string{"first customer_initiated Z4", "next business_initiated Z6"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			charges, _ := zenviaOf(t, refs(c.events))
			require.Equal(t, c.want, charges)
		})
	}
}

// The ledger reads back no further than a gap longer than Memory.
func TestZenviaForgetsAfterAGapLongerThanItsMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := drawEvents(t), drawEvents(t)
		for i := range after {
			after[i] = renamed(after[i], "later-")
			after[i].At = after[i].At.Add(spread + statusDelay + zenviaConversion{}.Memory(0) + time.Nanosecond)
		}
		charges, _ := zenviaOf(t, refs(slices.Concat(before, after)))
		one, _ := zenviaOf(t, refs(before))
		two, _ := zenviaOf(t, refs(after))
		apart := slices.Concat(one, two)
		slices.Sort(apart)
		require.Equal(t, apart, charges)
	})
}
