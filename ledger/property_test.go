package ledger

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/tariff"
)

// drawTraffic draws a conversation of a few days whose messages often lie a second beside the edges of sessions, windows and
// gaps, with statuses of every kind at any time.
func drawTraffic(t *rapid.T, w *world, conversation uuid.UUID) []event {
	instant := rapid.Custom(func(t *rapid.T) time.Time {
		hours := rapid.SampledFrom([]int{0, 1, 6, 12, 23, 24, 25, 36, 48, 49, 72, 73, 96, 240}).Draw(t, "hours")
		return monday.Add(time.Duration(hours)*time.Hour + time.Duration(rapid.IntRange(-1, 1).Draw(t, "seconds"))*time.Second)
	})
	var events []event
	for range rapid.IntRange(1, 8).Draw(t, "messages") {
		m := event{
			id: w.id(rapid.Uint32Range(1, 1000).Draw(t, "order")), conversation: conversation,
			kind: rapid.SampledFrom([]string{"inbound", "inbound", "template", "freeform"}).Draw(t, "kind"), at: instant.Draw(t, "at"),
		}
		events = append(events, m)
		if m.kind == "inbound" {
			continue
		}
		statuses := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"sent", "delivered", "read", "failed", "played"}), 0, 3, rapid.ID).Draw(t, "statuses")
		for _, kind := range statuses {
			events = append(events, event{id: w.id(0), kind: kind, message: m.id, at: instant.Draw(t, "status at")})
		}
	}
	return events
}

// orderly is what the events are charged when nobody stores anything: rating alone.
func orderly(t require.TestingT, events []event, from time.Time) (charges []string, micros int64) {
	var rated []tariff.Event
	arrived := map[uuid.UUID]bool{}
	for _, e := range events {
		arrived[e.message] = arrived[e.message] || e.kind == "delivered"
	}
	for _, e := range events {
		kind := e.kind
		if (kind == "read" || kind == "played") && !arrived[e.message] {
			kind = "delivered"
		}
		parsed, ok := tariff.ParseEventType(kind)
		if !ok {
			continue
		}
		r := tariff.Event{ID: e.id.String(), At: e.at, Type: parsed}
		if e.message == uuid.Nil {
			r.Conversation, r.Number = e.conversation.String(), "shop"
		} else {
			r.Message = e.message.String()
		}
		rated = append(rated, r)
	}
	scheme, err := tariff.Lookup(zenvia)
	require.NoError(t, err)
	cards, err := tariff.ShippedCards()
	require.NoError(t, err)
	rating, err := tariff.Rate(scheme, rated, tariff.Account{Cards: cards, EntryPoint: tariff.DefaultEntryPoint})
	require.NoError(t, err)
	charges = []string{}
	for _, c := range rating.Charges {
		if c.At.Before(from) {
			continue
		}
		charges = append(charges, charge(c.At, string(c.Kind), c.Rule, c.AmountMicros))
		micros += c.AmountMicros
	}
	return charges, micros
}

func TestAnyOrderOfArrivalEndsInTheChargesOfAnOrderlyRun(t *testing.T) {
	w := newWorld(t)
	always := w.shop("always")
	later := w.number("later")
	wednesday := monday.Add(48 * time.Hour)
	require.NoError(t, w.ledger.Assign(t.Context(), "later", zenvia, wednesday))

	rapid.Check(t, func(t *rapid.T) {
		number, from := always, time.Time{}
		if rapid.Bool().Draw(t, "assigned later") {
			number, from = later, wednesday
		}
		c := w.conversation(number)
		events := drawTraffic(t, w, c)
		copies := rapid.SliceOfN(rapid.SampledFrom(events), 0, 4).Draw(t, "copies")
		arrivals := rapid.Permutation(append(append([]event{}, events...), copies...)).Draw(t, "arrivals")
		for _, e := range arrivals {
			w.store(e)
			switch rapid.SampledFrom([]string{"nothing", "nothing", "bill", "settle"}).Draw(t, "then") {
			case "bill":
				w.bill(c)
			case "settle":
				w.settle(2)
			}
		}
		w.bill(c)

		charges, micros := orderly(t, events, from)
		require.Equal(t, charges, w.unreversed(c))
		require.Equal(t, micros, w.balance(c))
		w.consistent(c)
	})
}
