package ledger

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/tariff"
)

// stretchOf is what would be rated now because of the conversation's mark, in hours since monday.
func (w *world) stretchOf(c uuid.UUID) (since, until float64) {
	tallies, _, err := w.ledger.read(w.t.Context(), queries(w), []uuid.UUID{c})
	require.NoError(w.t, err)
	require.Len(w.t, tallies, 1)
	return tallies[0].since.Sub(monday).Hours(), tallies[0].until.Sub(monday).Hours()
}

// A line of hours at which something is known and billed, and what arrives then. The scheme remembers 72 hours.
func TestOnlyTheStretchBetweenTwoGapsIsRated(t *testing.T) {
	at := func(hours float64) time.Time { return monday.Add(time.Duration(hours * float64(time.Hour))) }
	for name, c := range map[string]struct {
		messages     []float64 // free-form, not delivered
		delivered    float64   // when the message at 0 was; 0: was not
		ends         float64   // of the entry point that this delivery states; 0: none
		arrives      float64   // another message
		since, until float64
	}{
		"a message between two gaps":                            {messages: []float64{0, 72, 200, 300}, arrives: 72, since: 0, until: 72},
		"up to the first gap on either side":                    {messages: []float64{0, 100, 172, 244, 317}, arrives: 180, since: 100, until: 244},
		"a gap of exactly the memory is none":                   {messages: []float64{0, 72, 144}, arrives: 144, since: 0, until: 144},
		"a delivery days later belongs to its message":          {messages: []float64{0, 200, 300}, delivered: 200, arrives: 210, since: 0, until: 210},
		"and what lies between them does not, but is in it":     {messages: []float64{0, 100}, delivered: 300, arrives: 310, since: 0, until: 310},
		"a stated end holds together everything before it":      {messages: []float64{0, 250}, delivered: 1, ends: 600, arrives: 250, since: 0, until: 600},
		"and what follows it within the memory":                 {messages: []float64{0, 800}, delivered: 1, ends: 600, arrives: 670, since: 0, until: 670},
		"but nothing later":                                     {messages: []float64{0, 1000}, delivered: 1, ends: 600, arrives: 700, since: 700, until: 700},
		"an end before its message is none":                     {messages: []float64{0, 300}, delivered: 1, ends: -500, arrives: 0, since: 0, until: 1},
		"a late message far before everything stands by itself": {messages: []float64{500, 600}, arrives: 0, since: 0, until: 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			number := w.number("shop")
			require.NoError(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: "meta-cbp-2024"}))
			talk := w.conversation(number)
			for _, hours := range c.messages {
				m := w.message(talk, "freeform", at(hours))
				if hours == 0 && c.delivered != 0 {
					s := event{id: w.id(0), kind: "delivered", message: m.id, at: at(c.delivered)}
					if c.ends != 0 {
						s.until = at(c.ends)
					}
					w.store(s)
				}
			}
			w.bill(talk)
			require.Zero(t, w.dirty())
			w.message(talk, "freeform", at(c.arrives))
			since, until := w.stretchOf(talk)
			require.Equal(t, []float64{c.since, c.until}, []float64{since, until})
		})
	}
}

func TestAMarkCoversAllThatIsNotBilled(t *testing.T) {
	w := newWorld(t)
	c := w.conversation(w.shop("shop"))
	for _, hours := range []int{500, 0, 300} {
		w.message(c, "freeform", monday.Add(time.Duration(hours)*time.Hour))
	}
	since, until := w.stretchOf(c)
	require.Equal(t, []float64{0, 500}, []float64{since, until})
}

// The provider may say what a message costs, and how long an entry point lasts, on any of its statuses.
func TestWhatOnlyAnotherStatusSaysIsTheFirstDeliverys(t *testing.T) {
	said := func(category string) *tariff.Pricing {
		return &tariff.Pricing{Model: "PMP", Type: "regular", Category: category}
	}
	type status struct {
		kind    string
		minutes int
		pricing *tariff.Pricing
		until   int // minutes; 0: none
	}
	for name, c := range map[string]struct {
		statuses []status // in order of arrival
		want     []status // what rating reads, in order of time
	}{
		"the earliest other one, whatever came first": {
			statuses: []status{{"read", 9, said("marketing"), 90}, {"delivered", 5, nil, 0}, {"delivered", 4, nil, 0}, {"sent", 1, said("utility"), 10}},
			want:     []status{{"delivered", 4, said("utility"), 10}, {"delivered", 5, nil, 0}},
		},
		"none if a delivery has its own": {
			statuses: []status{{"sent", 1, said("utility"), 10}, {"delivered", 4, nil, 0}, {"delivered", 5, said("marketing"), 0}},
			want:     []status{{"delivered", 4, nil, 10}, {"delivered", 5, said("marketing"), 0}},
		},
		"read is a delivery where nobody said so": {
			statuses: []status{{"sent", 1, said("utility"), 0}, {"read", 4, nil, 0}, {"played", 3, nil, 0}},
			want:     []status{{"delivered", 3, said("utility"), 0}, {"delivered", 4, nil, 0}},
		},
		"a failure has none": {
			statuses: []status{{"sent", 1, said("utility"), 10}, {"failed", 3, said("utility"), 0}},
			want:     []status{{"failed", 3, nil, 0}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			talk := w.conversation(w.shop("shop"))
			m := w.message(talk, "template", monday)
			minute := func(n int) time.Time { return monday.Add(time.Duration(n) * time.Minute) }
			for _, s := range c.statuses {
				e := event{id: w.id(0), kind: s.kind, message: m.id, at: minute(s.minutes), pricing: s.pricing}
				if s.until != 0 {
					e.until = minute(s.until)
				}
				w.store(e)
			}
			tallies, _, err := w.ledger.read(t.Context(), queries(w), []uuid.UUID{talk})
			require.NoError(t, err)
			var got []status
			for _, e := range tallies[0].events {
				if e.Message == "" {
					continue
				}
				s := status{kind: e.Type.String(), minutes: int(e.At.Sub(monday).Minutes()), pricing: e.Pricing}
				if !e.EntryPointUntil.IsZero() {
					s.until = int(e.EntryPointUntil.Sub(monday).Minutes())
				}
				got = append(got, s)
			}
			require.Equal(t, c.want, got)
		})
	}
}
