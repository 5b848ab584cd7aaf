package tariff

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func sourceOf(t *testing.T, file string) string {
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(data)
}

// asText is everything that rating says, as text.
func asText(r *Rating) (lines []string) {
	for _, c := range r.Charges {
		lines = append(lines, string(c.AppendJSON(nil)))
	}
	for _, p := range r.Problems {
		lines = append(lines, string(p.AppendJSON(nil)))
	}
	for _, m := range r.Missing {
		lines = append(lines, fmt.Sprintf("missing Event:%s %v %s %s", m.Event, m, m.Scheme, m.At))
	}
	for _, d := range r.Differences {
		lines = append(lines, fmt.Sprintf("difference %+v", d))
	}
	for _, d := range r.Decisions {
		lines = append(lines, fmt.Sprintf("decision %+v", d))
	}
	return lines
}

func ratedAsText(t require.TestingT, s Scheme, events []Event, a Account) []string {
	rating, err := Rate(s, events, a)
	require.NoError(t, err)
	return asText(rating)
}

func prepared(t require.TestingT, s Scheme, events []Event, a Account) *Draft {
	draft, err := Prepare(s, events, a)
	require.NoError(t, err)
	return draft
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
		events, account := drawEvents(t), drawAccount(t)
		require.Equal(t, ratedAsText(t, s, events, account), ratedAsText(t, s, shuffled(t, events), account))
	})
}

func TestCopiesThatDifferAreDecidedIndependentlyOfTheirOrder(t *testing.T) {
	forEveryScheme(t, func(t *rapid.T, s Scheme) {
		events, account := append(drawEvents(t), drawEvents(t)...), drawAccount(t) // the same ids, other facts
		require.Equal(t, ratedAsText(t, s, events, account), ratedAsText(t, s, shuffled(t, events), account))
	})
}

// byConversation parts events; statuses go with their messages.
func byConversation(events []Event) map[string][]Event {
	owner := map[string]string{}
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
	return parts
}

// Rated without regard to each other conversations come to the same as long as no number uses up its allowance (P4), which
// fourteen messages do not.
func TestConversationsRatedApartEqualThemRatedTogether(t *testing.T) {
	forEveryScheme(t, func(t *rapid.T, s Scheme) {
		events, account := drawEvents(t), drawAccount(t)
		var apart []string
		for _, part := range byConversation(events) {
			apart = append(apart, ratedAsText(t, s, part, account)...)
		}
		require.ElementsMatch(t, ratedAsText(t, s, events, account), apart)
	})
}

// With a number's allowance used up they do once each is told where it ends for all of them.
func TestConversationsDecidedApartEqualThemDecidedTogetherIfTheAllowanceEndsForAllAtOnce(t *testing.T) {
	forEveryScheme(t, func(t *rapid.T, s Scheme) {
		events, account := drawEvents(t), drawAccount(t)
		account.Detailed = true
		together := prepared(t, s, events, account)
		end := together.ends(rapid.IntRange(1, 4).Draw(t, "allowance"))
		var apart []string
		for _, part := range byConversation(events) {
			apart = append(apart, asText(prepared(t, s, part, account).Decide(end))...)
		}
		require.ElementsMatch(t, asText(together.Decide(end)), apart)
	})
}

// endsOf is what the ledger does: it keeps places, and finds the last free one of each number's month among them.
func endsOf(places []Place, zone *time.Location, allowance int) func(string, Month) (Position, bool) {
	return func(number string, month Month) (Position, bool) {
		var positions []Position
		for _, p := range places {
			if p.Number == number && MonthOf(p.At, zone) == month {
				positions = append(positions, p.Position)
			}
		}
		slices.SortFunc(positions, Position.Compare)
		if len(positions) < allowance {
			return Position{}, false
		}
		return positions[allowance-1], true
	}
}

func TestDecidingByTheStoredPlacesOfAllConversationsEqualsRatingThemAtOnce(t *testing.T) {
	forEveryScheme(t, func(t *rapid.T, s Scheme) {
		events, account := drawEvents(t), drawAccount(t)
		account.Detailed = true
		var places []Place
		for _, part := range byConversation(events) {
			places = append(places, prepared(t, s, part, account).Places()...)
		}
		require.Equal(t, ratedAsText(t, s, events, account),
			asText(prepared(t, s, events, account).Decide(endsOf(places, account.Zone, Allowance))))

		allowance := rapid.IntRange(1, 4).Draw(t, "allowance")
		draft := prepared(t, s, events, account)
		require.Equal(t, asText(draft.Decide(draft.ends(allowance))),
			asText(prepared(t, s, events, account).Decide(endsOf(places, account.Zone, allowance))))
	})
}

// The ledger settles the rest at once.
func TestOnlyWhatIsUndecidedDependsOnWhereTheAllowanceEnds(t *testing.T) {
	forEveryScheme(t, func(t *rapid.T, s Scheme) {
		events, account := drawEvents(t), drawAccount(t)
		decide := func(usedUp bool) []string {
			return asText(prepared(t, s, events, account).Decide(func(string, Month) (Position, bool) { return Position{}, usedUp }))
		}
		free, charged := decide(false), decide(true)
		undecided := prepared(t, s, events, account).Undecided()
		for _, e := range events {
			about := func(lines []string) []string {
				return slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
					return !strings.Contains(line, `"event":"`+e.ID+`"`) && !strings.Contains(line, "Event:"+e.ID+" ")
				})
			}
			require.Equal(t, slices.Contains(undecided, e.ID), !slices.Equal(about(free), about(charged)), e.ID)
		}
	})
}

// The ledger reads back no further than a gap longer than Memory in messages, deliveries and stated ends. What ended before it
// does not matter to what begins after it.
func TestEverySchemeForgetsAfterAGapLongerThanItsMemory(t *testing.T) {
	forEveryScheme(t, func(t *rapid.T, s Scheme) {
		account := drawAccount(t)
		account.Detailed = true
		before, after := drawEvents(t), drawEvents(t)
		_, last := reach(before)
		first, _ := reach(after)
		move := last.Add(s.Memory(account.EntryPoint) + time.Nanosecond).Sub(first)
		for i := range after {
			after[i] = renamed(after[i], "later-")
			after[i].At = after[i].At.Add(move)
			if !after[i].EntryPointUntil.IsZero() {
				after[i].EntryPointUntil = after[i].EntryPointUntil.Add(move)
			}
		}
		all := slices.Concat(before, after)
		together := prepared(t, s, all, account)
		end := together.ends(rapid.IntRange(1, 4).Draw(t, "allowance"))
		apart := asText(prepared(t, s, before, account).Decide(end))
		apart = append(apart, asText(prepared(t, s, after, account).Decide(end))...)
		require.ElementsMatch(t, asText(together.Decide(end)), apart)
	})
}

// No memory may be shorter: here something matters until the very end of it.
func TestNoSchemeMayForgetSooner(t *testing.T) {
	for _, hours := range []time.Duration{0, 1, 24, 72, 168} {
		length := hours * time.Hour
		reached := map[string]bool{}
		for _, c := range []struct {
			scheme        string
			before, after func(at time.Time) []Event
		}{
			{"zenvia-conversion", func(at time.Time) []Event { return []Event{asks("a", at)} }, func(at time.Time) []Event { return []Event{asks("b", at)} }},
			{"sirena", func(at time.Time) []Event { return []Event{asks("a", at)} }, func(at time.Time) []Event { return []Event{asks("b", at)} }},
			{"aisensy", func(at time.Time) []Event { return []Event{asks("a", at)} }, func(at time.Time) []Event { return []Event{answers("b", at)} }},
			{"meta-pmp-2025", func(at time.Time) []Event { return []Event{asks("a", at)} }, delivers("utility")},
			{"meta-pmp-2025", clicked, delivers("marketing")},
			{"meta-pmp-2026", clicked, delivers("marketing")},
			{"meta-pmp-2026", func(at time.Time) []Event { return []Event{asks("a", at, byAd)} }, delivers("marketing")},
			{"twilio", func(at time.Time) []Event { return []Event{asks("a", at, byAd)} }, delivers("marketing")},
			{"twilio", clicked, delivers("marketing")},
			{"meta-cbp-2024", delivers("marketing"), func(at time.Time) []Event { return []Event{sends("c", "marketing", at), arrives("c", at)} }},
			{"meta-cbp-2024", clicked, delivers("marketing")},
		} {
			s, err := Lookup(c.scheme)
			require.NoError(t, err)
			memory := s.Memory(length)
			account := Account{Cards: shippedCards(t), EntryPoint: length}
			apart := func(gap time.Duration) bool {
				before, after := c.before(october), c.after(october.Add(gap))
				together := ratedAsText(t, s, slices.Concat(before, after), account)
				return slices.Equal(together, append(ratedAsText(t, s, before, account), ratedAsText(t, s, after, account)...))
			}
			require.True(t, apart(memory+1), c.scheme)
			reached[c.scheme] = reached[c.scheme] || !apart(memory-1)
		}
		for scheme, is := range reached {
			require.True(t, is, "%s forgets sooner with entry points of %v", scheme, length)
		}
	}
}

// clicked is an entry point that is answered at an instant.
func clicked(at time.Time) []Event {
	return []Event{asks("a", at.Add(-time.Hour), byAd), answers("a-answer", at), arrives("a-answer", at)}
}

func delivers(category string) func(time.Time) []Event {
	return func(at time.Time) []Event { return []Event{sends("b", category, at), arrives("b", at)} }
}

func TestOfManyPositionsTheFirstAreKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "n")
		f := firsts{n: n}
		var all []Position
		for _, seconds := range rapid.SliceOf(rapid.IntRange(0, 50)).Draw(t, "positions") {
			p := Position{october.Add(time.Duration(seconds) * time.Second), rapid.SampledFrom([]string{"a", "b"}).Draw(t, "event")}
			f.add(p)
			all = append(all, p)
		}
		f.tidy()
		slices.SortFunc(all, Position.Compare)
		require.Equal(t, len(all) >= n, f.full)
		if f.full {
			require.Equal(t, all[n-1], f.last)
		}
	})
}

// reach is the first and the last of the instants at which a message was sent or arrived, or at which an entry point ends as stated.
func reach(events []Event) (first, last time.Time) {
	for _, e := range events {
		if e.Type == Failed {
			continue
		}
		for _, at := range []time.Time{e.At, e.EntryPointUntil} {
			if at.IsZero() {
				continue
			}
			if first.IsZero() || at.Before(first) {
				first = at
			}
			if at.After(last) {
				last = at
			}
		}
	}
	return first, last
}

func TestEveryChargeHasItsMessageItsRuleAndAnAmount(t *testing.T) {
	forEveryScheme(t, func(t *rapid.T, s Scheme) {
		events, account := drawEvents(t), drawAccount(t)
		byID := map[string]Event{}
		for _, e := range events {
			byID[e.ID] = e
		}
		before := slices.Clone(events)
		rating, err := Rate(s, events, account)
		require.NoError(t, err)
		require.Equal(t, before, events, "Rate leaves its input alone")
		keys := map[string]bool{}
		for _, c := range rating.Charges {
			require.Contains(t, byID, c.Event)
			require.False(t, byID[c.Event].Type.status())
			require.Equal(t, s.Name(), c.Scheme)
			require.Contains(t, rules, c.Rule)
			require.NotEmpty(t, c.Card)
			require.Len(t, c.Currency, 3)
			require.Positive(t, c.AmountMicros)
			require.Equal(t, time.UTC, c.At.Location())
			key := string(c.Kind) + " " + c.Event
			require.False(t, keys[key], "scheme, kind and event name one charge")
			keys[key] = true
		}
		for _, m := range rating.Missing {
			require.False(t, keys[string(MessageDelivered)+" "+m.Event] || keys[string(ConversationOpened)+" "+m.Event], "charged or without a price")
		}
		require.True(t, slices.IsSortedFunc(rating.Charges, func(a, b Charge) int { return compareCharges(&a, &b) }))
		require.True(t, slices.IsSortedFunc(rating.Problems, compareProblems))
	})
}

// Decisions are for comparing with Meta's own count; asking for them changes nothing else.
func TestEveryDeliveredMessageHasOneDecisionThatAgreesWithItsCharge(t *testing.T) {
	forEveryScheme(t, func(t *rapid.T, s Scheme) {
		events, account := drawEvents(t), drawAccount(t)
		plain, err := Rate(s, events, account)
		require.NoError(t, err)
		account.Detailed = true
		rating, err := Rate(s, events, account)
		require.NoError(t, err)
		require.Empty(t, plain.Decisions)
		decisions := rating.Decisions
		rating.Decisions = nil
		require.Equal(t, asText(plain), asText(rating))

		charged := map[string]Charge{}
		for _, c := range rating.Charges {
			if c.Kind == MessageDelivered {
				charged[c.Event] = c
			}
		}
		decided := map[string]bool{}
		for _, d := range decisions {
			require.False(t, decided[d.Event])
			decided[d.Event] = true
			c := charged[d.Event]
			require.Equal(t, c.AmountMicros, d.AmountMicros)
			if c.AmountMicros > 0 {
				require.Equal(t, []any{c.At, c.Market, c.Category, c.Rule, "regular"}, []any{d.At, d.Market, d.Category, d.Rule, d.Type})
			}
		}
		_, perMessage := s.(metaPMP)
		if _, resold := s.(markup); perMessage || resold {
			for _, e := range events {
				delivered := slices.ContainsFunc(events, func(d Event) bool { return d.Type == Delivered && d.Message == e.ID })
				require.Equal(t, e.Type.Outbound() && delivered, decided[e.ID])
			}
		} else {
			require.Empty(t, decisions)
		}
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
