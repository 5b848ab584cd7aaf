package tariff

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func sourceOf(t *testing.T, file string) string {
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(data)
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
