package tariff

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const (
	spread      = 5 * 24 * time.Hour // drawn messages lie within this
	statusDelay = 48 * time.Hour     // and their statuses within this of them, before or after
)

func sourceOf(t *testing.T, file string) string {
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(data)
}

// drawEvents is some distinct events of three conversations: on whole hours, so that instants and edges meet often, or off by
// a second or a nanosecond; with statuses of outbound, inbound and unknown messages.
func drawEvents(t *rapid.T) []Event {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	nudge := rapid.SampledFrom([]time.Duration{0, 0, 0, time.Second, -time.Second, time.Nanosecond})
	n := rapid.IntRange(0, 14).Draw(t, "messages")
	var events []Event
	for i := range n {
		e := Event{
			ID:           fmt.Sprintf("m%02d", i),
			At:           start.Add(time.Duration(rapid.IntRange(1, 118).Draw(t, "hour"))*time.Hour + nudge.Draw(t, "nudge")),
			Type:         rapid.SampledFrom([]EventType{Inbound, Template, Freeform}).Draw(t, "type"),
			Conversation: rapid.SampledFrom([]string{"ana", "bruno", "clara"}).Draw(t, "conversation"),
			Number:       "shop",
			Market:       rapid.SampledFrom([]string{"", "BR"}).Draw(t, "market"),
		}
		switch e.Type {
		case Inbound:
			e.EntryPoint = rapid.SampledFrom([]string{"", "ad"}).Draw(t, "entry point")
		case Template:
			e.Category = rapid.SampledFrom([]string{"utility", "marketing"}).Draw(t, "category")
		}
		events = append(events, e)
	}
	for i := range rapid.IntRange(0, n).Draw(t, "statuses") {
		about := rapid.IntRange(0, n).Draw(t, "about") // n: no such message
		e := Event{ID: fmt.Sprintf("s%02d", i), Type: rapid.SampledFrom([]EventType{Delivered, Failed, Failed}).Draw(t, "status"),
			Message: fmt.Sprintf("m%02d", about), At: start}
		if about < n {
			e.At = events[about].At.Add(time.Duration(rapid.IntRange(-47, 47).Draw(t, "delay")) * time.Hour)
		}
		if e.Type == Delivered && rapid.Bool().Draw(t, "priced") {
			e.Pricing = &Pricing{Model: "PMP", Type: "regular", Category: "marketing"}
			e.EntryPointUntil = e.At.Add(time.Hour)
		}
		events = append(events, e)
	}
	return events
}

func renamed(e Event, prefix string) Event {
	e.ID = prefix + e.ID
	if e.Message != "" {
		e.Message = prefix + e.Message
	}
	return e
}

// shuffled is the events in an order, and with copies, that the test draws.
func shuffled(t *rapid.T, events []Event) []Event {
	for range rapid.IntRange(0, len(events)).Draw(t, "copies") {
		events = append(events, events[rapid.IntRange(0, len(events)-1).Draw(t, "copy of")])
	}
	seed := rapid.Uint64().Draw(t, "order")
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	return events
}

// ratedAsText is everything that rating says, as text.
func ratedAsText(t require.TestingT, s Scheme, events []Event) (charges, problems []string) {
	rating, err := Rate(s, events, Account{Cards: shippedCards(t), EntryPoint: DefaultEntryPoint})
	require.NoError(t, err)
	for _, c := range rating.Charges {
		charges = append(charges, string(c.AppendJSON(nil)))
	}
	for _, p := range rating.Problems {
		problems = append(problems, string(p.AppendJSON(nil)))
	}
	return charges, problems
}

// forEveryScheme runs a property for each scheme, so that a new one has them all.
func forEveryScheme(t *testing.T, property func(t *rapid.T, s Scheme)) {
	for _, name := range Names() {
		s, err := Lookup(name)
		require.NoError(t, err)
		t.Run(name, func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { property(t, s) }) })
	}
}

func TestOrderAndCopiesOfEventsChangeNothing(t *testing.T) {
	forEveryScheme(t, func(t *rapid.T, s Scheme) {
		events := drawEvents(t)
		charges, problems := ratedAsText(t, s, events)
		again, problemsAgain := ratedAsText(t, s, shuffled(t, slices.Clone(events)))
		require.Equal(t, charges, again)
		require.Equal(t, problems, problemsAgain)
	})
}

func TestCopiesThatDifferAreDecidedIndependentlyOfTheirOrder(t *testing.T) {
	forEveryScheme(t, func(t *rapid.T, s Scheme) {
		events := append(drawEvents(t), drawEvents(t)...) // the same ids, other facts
		charges, problems := ratedAsText(t, s, events)
		again, problemsAgain := ratedAsText(t, s, shuffled(t, slices.Clone(events)))
		require.Equal(t, charges, again)
		require.Equal(t, problems, problemsAgain)
	})
}

func TestConversationsRatedApartEqualThemRatedTogether(t *testing.T) {
	forEveryScheme(t, func(t *rapid.T, s Scheme) {
		events := drawEvents(t)
		owner := map[string]string{} // statuses go with their messages
		for _, e := range events {
			owner[e.ID] = e.Conversation
		}
		parts := map[string][]Event{}
		for _, e := range events {
			c := e.Conversation
			if c == "" {
				c = owner[e.Message]
			}
			parts[c] = append(parts[c], e)
		}
		var apart, problemsApart []string
		for _, part := range parts {
			charges, problems := ratedAsText(t, s, part)
			apart, problemsApart = append(apart, charges...), append(problemsApart, problems...)
		}
		together, problems := ratedAsText(t, s, events)
		require.ElementsMatch(t, together, apart)
		require.ElementsMatch(t, problems, problemsApart)
	})
}

func TestEveryChargeHasItsMessageItsRuleAndAnAmount(t *testing.T) {
	forEveryScheme(t, func(t *rapid.T, s Scheme) {
		events := drawEvents(t)
		byID := map[string]Event{}
		for _, e := range events {
			byID[e.ID] = e
		}
		before := slices.Clone(events)
		rating, err := Rate(s, events, Account{Cards: shippedCards(t), EntryPoint: DefaultEntryPoint})
		require.NoError(t, err)
		charges, problems := rating.Charges, rating.Problems
		require.Equal(t, before, events, "Rate leaves its input alone")
		for _, c := range charges {
			require.Contains(t, byID, c.Event)
			require.False(t, byID[c.Event].Type.status())
			require.Equal(t, s.Name(), c.Scheme)
			require.NotEmpty(t, c.Rule)
			require.NotEmpty(t, c.Card)
			require.Len(t, c.Currency, 3)
			require.Positive(t, c.AmountMicros)
		}
		require.True(t, slices.IsSortedFunc(charges, func(a, b Charge) int { return compareCharges(&a, &b) }))
		require.True(t, slices.IsSortedFunc(problems, compareProblems))
	})
}

func TestAnEventWrittenAsTextReadsBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := drawEvents(t)
		for i := range events {
			events[i].ID += rapid.String().Draw(t, "id")
		}
		read, err := readAll(bytes.NewReader(jsonLines(events)))
		require.NoError(t, err)
		require.Len(t, read, len(events))
		for i, e := range read {
			require.True(t, e.same(&events[i]), "%s", events[i].appendJSON(nil))
		}
	})
}
