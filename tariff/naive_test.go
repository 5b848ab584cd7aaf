package tariff

import (
	"cmp"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// naive is the tariffs' text once more, the slow way and with as little as possible of the package's own code: of every message it
// asks again what went before, and prices are looked up in the files as text. A clause can be left out, to show which scenarios
// notice (rules_test.go).
type naive struct {
	scheme     string
	zone       *time.Location
	entryPoint time.Duration
	allowance  int
	without    string // the clause left out

	conversations [][]told
	naiveResult
}

// told is a message with what became of it.
type told struct {
	Event
	deliveries []Event
	failed     bool
}

// naiveResult is what rating says, without the wording of problems.
type naiveResult struct {
	charges     []Charge
	problems    []string // "problem event"
	missing     []string // "event scheme card market category"
	differences []Difference
	decisions   []Decision
}

// naively rates as the scheme's text says, without one clause of it.
func naively(scheme string, events []Event, a Account, allowance int, without string) naiveResult {
	n := &naive{scheme: scheme, zone: a.Zone, entryPoint: a.EntryPoint, allowance: allowance, without: without}
	if n.zone == nil {
		n.zone = time.UTC
	}
	n.tell(events)
	switch base, fee := naiveFees[scheme].base, naiveFees[scheme].micros; {
	case base != "":
		n.perMessage(base)
		n.fees(base, fee)
	case scheme == "zenvia-conversion":
		n.zenvia()
	case scheme == "sirena":
		n.sirena()
	case scheme == "b2chat":
		n.b2chat()
	case scheme == "aisensy":
		n.aisensy()
	case scheme == "meta-cbp-2024":
		n.perConversation()
	default:
		n.perMessage(scheme)
	}
	n.tidy()
	return n.naiveResult
}

// actually is what the scheme says.
func actually(t require.TestingT, scheme string, events []Event, a Account, allowance int) naiveResult {
	s, err := Lookup(scheme)
	require.NoError(t, err)
	a.Detailed = true
	draft, err := Prepare(s, events, a)
	require.NoError(t, err)
	rating := draft.Decide(draft.ends(allowance))
	r := naiveResult{charges: append([]Charge(nil), rating.Charges...), differences: rating.Differences, decisions: rating.Decisions}
	for i := range r.charges {
		require.NotNil(t, r.charges[i].PricedBy())
		r.charges[i].set = nil
	}
	for _, p := range rating.Problems {
		r.problems = append(r.problems, p.Problem+" "+p.Event)
	}
	for _, m := range rating.Missing {
		r.missing = append(r.missing, strings.Join([]string{m.Event, m.Scheme, m.Card, m.Market, m.Category}, " "))
	}
	r.tidy()
	return r
}

// tidy makes two results comparable. The order in which things are listed has tests of its own.
func (r *naiveResult) tidy() {
	slices.SortFunc(r.charges, func(a, b Charge) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Kind, b.Kind))
	})
	slices.Sort(r.problems)
	slices.Sort(r.missing)
	slices.SortFunc(r.differences, func(a, b Difference) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Event, b.Event)) })
	slices.SortFunc(r.decisions, func(a, b Decision) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Event, b.Event)) })
}

func (n *naive) lacks(clause string) bool { return n.without == clause }

// tell puts the events in order. Copies are decided by the order alone, which has a test of its own.
func (n *naive) tell(events []Event) {
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b Event) int { return compareEvents(&a, &b) })
	byID := map[string]Event{}
	var ids []string
	for _, e := range events {
		first, known := byID[e.ID]
		if !known {
			byID[e.ID] = e
			ids = append(ids, e.ID)
		} else if problem := "conflicting_duplicate " + e.ID; !first.same(&e) && !slices.Contains(n.problems, problem) {
			n.problems = append(n.problems, problem)
		}
	}
	statuses := map[string][]Event{} // by their message
	for _, id := range ids {
		e := byID[id]
		if e.Type != Delivered && e.Type != Failed {
			continue
		}
		if about := byID[e.Message].Type; about != Template && about != Freeform {
			n.problems = append(n.problems, "status_without_message "+id)
			continue
		}
		statuses[e.Message] = append(statuses[e.Message], e)
	}
	var names []string
	conversations := map[string][]told{}
	for _, id := range ids {
		m := told{Event: byID[id]}
		if m.Type == Delivered || m.Type == Failed {
			continue
		}
		for _, status := range statuses[id] {
			if status.Type == Delivered {
				m.deliveries = append(m.deliveries, status)
			}
		}
		m.failed = len(statuses[id]) > 0 && len(m.deliveries) == 0
		if conversations[m.Conversation] == nil {
			names = append(names, m.Conversation)
		}
		conversations[m.Conversation] = append(conversations[m.Conversation], m)
	}
	for _, name := range names {
		n.conversations = append(n.conversations, conversations[name])
	}
}

// within24h says whether x lies in the 24 h that begin at from.
func within24h(from, x time.Time) bool { return !x.Before(from) && x.Sub(from) < 24*time.Hour }

// windowOpen is the permission: whether the contact wrote in the 24 h before an instant.
func (n *naive) windowOpen(conversation []told, x time.Time) bool {
	for _, m := range conversation {
		if m.Type == Inbound && within24h(m.At, x) {
			return true
		}
		if n.lacks("W8: it changes no permission") && m.EntryPoint != "" && !x.Before(m.At) && x.Sub(m.At) < n.entryPoint {
			return true
		}
	}
	return false
}

func (n *naive) report(problem string, m told) { n.problems = append(n.problems, problem+" "+m.ID) }

// charge charges a kind at the message's own time.
func (n *naive) charge(m told, kind Kind, rule string) {
	n.post(n.scheme, m, m.At, kind, string(kind), Charge{Rule: rule})
}

// chargeFor charges a category in the message's market at an instant.
func (n *naive) chargeFor(cards string, m told, at time.Time, kind Kind, category, rule string) Money {
	return n.post(cards, m, at, kind, category, Charge{Rule: rule, Category: category})
}

func (n *naive) post(cards string, m told, at time.Time, kind Kind, column string, c Charge) Money {
	card, row, price, found := naivePrice(cards, at, n.zone, m.Market, column)
	if c.Category == "" {
		row = ""
	}
	if !found {
		n.missing = append(n.missing, strings.Join([]string{m.ID, n.scheme, card, row, column}, " "))
		return price
	}
	if price.AmountMicros != 0 {
		c.Scheme, c.Card, c.Event, c.Kind, c.Market, c.Money, c.At = n.scheme, card, m.ID, kind, row, price, at.UTC()
		n.charges = append(n.charges, c)
	}
	return price
}

// naiveCard is a rate card as text.
type naiveCard struct {
	id, scheme, currency, effective string
	prices                          map[string]map[string]string // by row and column
}

var naiveCards = sync.OnceValue(func() (cards []naiveCard) {
	files, _ := filepath.Glob("ratecards/*.csv")
	for _, file := range files {
		if filepath.Base(file) == "regions.csv" {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		c := naiveCard{id: strings.TrimSuffix(filepath.Base(file), ".csv"), prices: map[string]map[string]string{}}
		var table []string
		for line := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n") {
			if name, value, heading := strings.Cut(strings.TrimPrefix(line, "# "), ": "); heading && strings.HasPrefix(line, "#") {
				switch name {
				case "scheme":
					c.scheme = value
				case "currency":
					c.currency = value
				case "effective":
					c.effective = value
				}
				continue
			}
			table = append(table, line)
		}
		columns := strings.Split(table[0], ",")
		for _, line := range table[1:] {
			row := map[string]string{}
			for i, field := range strings.Split(line, ",") {
				row[columns[i]] = field
			}
			c.prices[row["market"]] = row
		}
		cards = append(cards, c)
	}
	slices.SortFunc(cards, func(a, b naiveCard) int { return strings.Compare(a.effective, b.effective) })
	return cards
})

var naiveRegions = sync.OnceValue(func() map[string]string {
	file, err := os.Open("ratecards/regions.csv")
	if err != nil {
		panic(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		panic(err)
	}
	regions := map[string]string{}
	for _, row := range rows[1:] {
		regions[row[0]] = row[1]
	}
	return regions
})

// naivePrice is the section "Rate cards and markets".
func naivePrice(scheme string, at time.Time, zone *time.Location, market, column string) (card, row string, price Money, found bool) {
	today := at.In(zone).Format(time.DateOnly)
	var c *naiveCard
	for _, candidate := range naiveCards() {
		if candidate.scheme == scheme && (c == nil || candidate.effective <= today) {
			c = &candidate
		}
	}
	row = market
	if c.prices[""] != nil {
		row = ""
	} else if c.prices[market] == nil && len(market) == 2 {
		if row = naiveRegions()[market]; row == "" {
			row = "OTHER"
		}
	}
	text := c.prices[row][column]
	if text == "" {
		text = c.prices[row][strings.Split(column, "_")[0]]
		if c.prices[""] != nil {
			text = c.prices[row][column]
		}
	}
	micros, err := strconv.ParseInt(text, 10, 64)
	return c.id, row, Money{AmountMicros: micros, Currency: c.currency}, err == nil
}

// Whatever is drawn, each scheme says what its text says. The allowance is small, so that it is used up.
func TestEverySchemeAgreesWithItsTextReadTheSlowWay(t *testing.T) {
	forEveryScheme(t, func(t *rapid.T, s Scheme) {
		events, account := drawEvents(t), drawAccount(t)
		allowance := rapid.IntRange(1, 4).Draw(t, "allowance")
		require.Equal(t, naively(s.Name(), events, account, allowance, ""), actually(t, s.Name(), events, account, allowance))
	})
}
