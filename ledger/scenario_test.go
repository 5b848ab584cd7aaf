package ledger

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/tariff"
)

// scenarioEvents reads a scenario of package tariff in the order of the first copies, which is what the log keeps.
func scenarioEvents(t *testing.T, file string) []tariff.Event {
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	var events []tariff.Event
	for r := tariff.NewReader(bytes.NewReader(data)); ; {
		var e tariff.Event
		err := r.Read(&e)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		events = append(events, e)
	}
	slices.SortStableFunc(events, func(a, b tariff.Event) int { return a.At.Compare(b.At) })
	known := map[string]bool{}
	return slices.DeleteFunc(events, func(e tariff.Event) bool {
		copied := known[e.ID]
		known[e.ID] = true
		return copied
	})
}

// scenario plays a scenario's names into a world: ids are given in the order of names, because order at one instant is by id.
type scenario struct {
	w     *world
	ids   map[string]uuid.UUID
	names map[uuid.UUID]string
}

func newScenario(w *world, events []tariff.Event) *scenario {
	s := &scenario{w: w, ids: map[string]uuid.UUID{}, names: map[uuid.UUID]string{}}
	var names []string
	for _, e := range events {
		names = append(names, e.ID, e.Message)
	}
	slices.Sort(names)
	for i, name := range slices.Compact(names) {
		if name == "" {
			continue // of a message: it concerns none
		}
		id := w.id(uint32(i))
		s.ids[name], s.names[id] = id, name
	}
	return s
}

// charges lists everything that stands, as JSON lines in the order of charges.
func (s *scenario) charges() string {
	rows, err := s.w.pool.Query(s.w.t.Context(), `SELECT scheme, card, event_id, kind, coalesce(category, ''), coalesce(market, ''), amount_micros, currency, charged_at, rule FROM charges c
		WHERE reverses IS NULL AND NOT EXISTS (SELECT FROM charges r WHERE r.reverses = c.id)`)
	require.NoError(s.w.t, err)
	defer rows.Close()
	var list []tariff.Charge
	for rows.Next() {
		var c tariff.Charge
		var event uuid.UUID
		require.NoError(s.w.t, rows.Scan(&c.Scheme, &c.Card, &event, &c.Kind, &c.Category, &c.Market, &c.AmountMicros, &c.Currency, &c.At, &c.Rule))
		c.Event, c.At = s.names[event], c.At.UTC()
		list = append(list, c)
	}
	require.NoError(s.w.t, rows.Err())
	slices.SortFunc(list, func(a, b tariff.Charge) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Kind, b.Kind))
	})
	var lines []byte
	for _, c := range list {
		lines = append(c.AppendJSON(lines), '\n')
	}
	return string(lines)
}

// play gives the scenario's numbers a scheme and brings its events in, in the given order.
func (s *scenario) play(scheme string, events []tariff.Event, after func(i int)) {
	numbers, conversations := map[string]uuid.UUID{}, map[string]uuid.UUID{}
	for _, e := range events {
		if e.Message != "" {
			continue
		}
		if _, ok := numbers[e.Number]; !ok {
			numbers[e.Number] = s.w.number(e.Number)
			require.NoError(s.w.t, s.w.ledger.Assign(s.w.t.Context(), Assignment{PhoneNumberID: e.Number, Scheme: scheme}))
		}
		if _, ok := conversations[e.Conversation]; !ok {
			conversations[e.Conversation] = s.w.conversation(numbers[e.Number])
		}
	}
	for i, e := range events {
		s.w.store(event{id: s.ids[e.ID], at: e.At, kind: e.Type.String(), conversation: conversations[e.Conversation],
			message: s.ids[e.Message], market: e.Market, category: e.Category, entryPoint: e.EntryPoint, until: e.EntryPointUntil, pricing: e.Pricing})
		after(i)
	}
	s.w.drain(100)
	for _, c := range conversations {
		s.w.consistent(c)
	}
}

func TestTheScenariosOfTheTariffArePostedAsWorkedOutOnPaper(t *testing.T) {
	files, err := filepath.Glob("../tariff/testdata/*.charges.jsonl")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		parts := strings.Split(filepath.Base(file), ".")
		name, scheme := parts[0], parts[1]
		t.Run(name+"/"+scheme, func(t *testing.T) {
			w := newWorld(t)
			events := scenarioEvents(t, filepath.Join("../tariff/testdata", name+".events.jsonl"))
			s := newScenario(w, events)
			// Some arrive twice, all in disorder, and they are settled every now and then: what was wrong in between is reversed.
			chance := rand.New(rand.NewPCG(1, 2))
			arrivals := slices.Concat(events, events[:len(events)/4])
			chance.Shuffle(len(arrivals), func(i, j int) { arrivals[i], arrivals[j] = arrivals[j], arrivals[i] })
			every := max(1, len(arrivals)/20)
			s.play(scheme, arrivals, func(i int) {
				if i%every == 0 {
					w.settle(100)
				}
			})
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), s.charges())
		})
	}
}
