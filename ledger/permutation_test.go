package ledger

import (
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

// All orders go side by side, a conversation each: first the first event of every order, then the second.
func TestEveryOrderOfArrivalEndsInTheSameBalance(t *testing.T) {
	begin := october.Add(9 * time.Hour)
	for _, scheme := range []string{tariff.Meta, "meta-cbp-2024", "twilio", zenvia, "sirena"} {
		for name, settledEachTime := range map[string]bool{"settled after each arrival": true, "settled at the end": false} {
			if !settledEachTime && scheme != tariff.Meta && scheme != zenvia {
				continue // one with a count over the number, and one without
			}
			t.Run(scheme+"/"+name, func(t *testing.T) {
				w := newWorld(t)
				number := w.number("shop")
				require.NoError(t, w.ledger.Assign(t.Context(), "shop", scheme, time.Time{}))
				orders := permutations(6)
				var talks [][]event
				var all []event
				for range orders {
					talk := answered(w, w.conversation(number), begin)
					talks, all = append(talks, talk), append(all, talk...)
				}
				for step := range 6 {
					q := &queued{}
					for i, order := range orders {
						w.storeOn(q, talks[i][order[step]])
						w.storeOn(q, talks[i][order[step/2]]) // once more
					}
					require.NoError(t, w.pool.SendBatch(t.Context(), &q.Batch).Close())
					if settledEachTime {
						w.drain(250)
					}
				}
				w.drain(250)
				require.Zero(t, w.dirty())
				want := orderly(t, asRated(all, number.String()), time.UTC, func(at time.Time) string {
					if scheme == tariff.Meta {
						return tariff.InForce(at, time.UTC)
					}
					return scheme
				})
				require.NotEmpty(t, want.Charges)
				require.Equal(t, want, w.books(number))
			})
		}
	}
}
