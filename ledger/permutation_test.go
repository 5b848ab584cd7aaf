package ledger

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/tariff"
)

// permutations are all orders of n things.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var all [][]int
	for _, shorter := range permutations(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(shorter), at, n-1))
		}
	}
	return all
}

// someOf is a sixth of the orders, the same at every run.
func someOf(orders [][]int) [][]int {
	some := slices.Clone(orders)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	return some[:len(some)/6]
}

// answered is a conversation that an ad has begun: its answer is delivered, with Meta's word that it is free, and when that ends;
// a later template is said to have failed, and is read all the same, with the word that it is charged.
func answered(w *world, c uuid.UUID, begin time.Time) []event {
	ad := event{id: w.id(1), conversation: c, kind: "inbound", at: begin, market: "BR", entryPoint: "ad"}
	answer := event{id: w.id(2), conversation: c, kind: "freeform", at: begin.Add(time.Hour), market: "BR"}
	offer := event{id: w.id(3), conversation: c, kind: "template", at: begin.Add(30 * time.Hour), market: "BR", category: "utility"}
	return []event{ad, answer, offer,
		{id: w.id(4), message: answer.id, kind: "delivered", at: answer.at.Add(time.Minute), until: begin.Add(20 * time.Hour),
			pricing: &tariff.Pricing{Model: "PMP", Type: "free_entry_point", Category: "referral_conversation"}},
		{id: w.id(5), message: offer.id, kind: "failed", at: offer.at.Add(time.Minute)},
		{id: w.id(6), message: offer.id, kind: "read", at: offer.at.Add(time.Hour),
			pricing: &tariff.Pricing{Model: "PMP", Type: "regular", Category: "marketing"}},
	}
}

// All orders go side by side, a conversation each: first the first event of every order, then the second. A scheme with a count
// over the number and one without see every order, settled after each arrival; the others some of them.
func TestEveryOrderOfArrivalEndsInTheSameBalance(t *testing.T) {
	begin := october.Add(9 * time.Hour)
	every := permutations(6)
	for _, c := range []struct {
		scheme      string
		settledLate bool // at the end only
		orders      [][]int
	}{
		{scheme: tariff.Meta, orders: every},
		{scheme: tariff.Meta, settledLate: true, orders: someOf(every)},
		{scheme: "meta-cbp-2024", orders: someOf(every)},
		{scheme: "twilio", orders: someOf(every)},
		{scheme: zenvia, orders: every},
		{scheme: zenvia, settledLate: true, orders: someOf(every)},
		{scheme: "sirena", orders: someOf(every)},
	} {
		t.Run(fmt.Sprintf("%s/settled late %v", c.scheme, c.settledLate), func(t *testing.T) {
			w := newWorld(t)
			number := w.number("shop")
			require.NoError(t, w.ledger.Assign(t.Context(), "shop", c.scheme, time.Time{}))
			var talks [][]event
			var rated []tariff.Event
			for range c.orders {
				talk := answered(w, w.conversation(number), begin)
				talks, rated = append(talks, talk), append(rated, asRated(talk, number.String())...)
			}
			for step := range 6 {
				q := &queued{}
				for i, order := range c.orders {
					w.storeOn(q, talks[i][order[step]])
					w.storeOn(q, talks[i][order[step/2]]) // once more
				}
				require.NoError(t, w.pool.SendBatch(t.Context(), &q.Batch).Close())
				if !c.settledLate {
					w.drain(250)
				}
			}
			w.drain(250)
			require.Zero(t, w.dirty())
			want := orderly(t, rated, time.UTC, func(at time.Time) string {
				if c.scheme == tariff.Meta {
					return tariff.InForce(at, time.UTC)
				}
				return c.scheme
			})
			require.NotEmpty(t, want.Charges)
			require.Equal(t, want, w.books(number))
		})
	}
}
