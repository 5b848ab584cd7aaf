package ledger

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"
)

// merge is intake's part when two conversations prove to be one's: the pointer and the root's mark.
func (w *world) merge(loser, root uuid.UUID) {
	w.t.Helper()
	w.exec(`UPDATE conversations SET merged_into = $2 WHERE id = $1 OR merged_into = $1`, loser, root)
	w.exec(`INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at)
		SELECT id, business_number_id, nextval('dirty_version'), clock_timestamp() FROM conversations WHERE id = $1
		ON CONFLICT (conversation_id) DO UPDATE SET version = excluded.version, since = excluded.since, until = excluded.until`, root)
}

func TestAMergedConversationIsBilledAsOne(t *testing.T) {
	w := newWorld(t)
	shop := w.shop("shop")
	a, b := w.conversation(shop), w.conversation(shop)
	w.message(a, "inbound", monday)
	w.message(b, "inbound", monday.Add(time.Hour))
	w.message(b, "inbound", monday.Add(24*time.Hour+time.Minute))
	require.Equal(t, []int{1, 1}, []int{w.bill(a).Charges, w.bill(b).Charges})

	w.merge(b, a)
	require.Equal(t, Posted{Charges: 1, Reversals: 1}, w.bill(b), "the opener at 10:00 lies in a's session, which ends before b's second message")
	require.EqualValues(t, 2*customer, w.balance(a)+w.balance(b))
	w.consistent(a)
	w.consistent(b)

	// A mark that somebody sets on the part is the root's.
	require.NoError(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: "sirena", From: monday.Add(-time.Hour)}))
	w.drain(1)
	require.EqualValues(t, 10_000, w.balance(a)+w.balance(b), "one session, which the second message extends")
	require.Zero(t, w.dirty())
	require.Equal(t, Quote{"sirena", "S2", 26_600, "USD"}, w.quote(b, "marketing", monday.Add(25*time.Hour)))
}

// One conversation that hears everything, and three that are merged at any moment, owe the same.
func TestMergedAtAnyMomentTheChargesAreThoseOfTheUnion(t *testing.T) {
	w := newWorld(t)
	all := accounts(t)
	rapid.Check(t, func(t *rapid.T) {
		a := all[rapid.IntRange(0, len(all)-1).Draw(t, "account")]
		number, before := a.open(w)
		parts := []uuid.UUID{w.conversation(number), w.conversation(number), w.conversation(number)}
		var steps []func()
		var union []event
		for _, part := range parts {
			for _, e := range drawTraffic(t, w, part, a.begin) {
				steps = append(steps, func() { w.store(e) })
				if e.conversation != uuid.Nil {
					e.conversation = parts[0]
				}
				union = append(union, e)
			}
		}
		steps = append(steps, func() { w.merge(parts[2], parts[1]) })
		merges := []func(){steps[len(steps)-1], func() { w.merge(parts[1], parts[0]) }}
		chain := rapid.Bool().Draw(t, "chain")
		if !chain {
			merges[0] = func() { w.merge(parts[2], parts[0]) }
		}
		steps = steps[:len(steps)-1]
		at := []int{rapid.IntRange(0, len(steps)).Draw(t, "first merge"), rapid.IntRange(0, len(steps)).Draw(t, "second merge")}
		if at[0] > at[1] {
			at[0], at[1] = at[1], at[0]
		}
		for i := range len(steps) + 1 {
			for j, merge := range merges {
				if at[j] == i {
					merge()
				}
			}
			if i < len(steps) {
				steps[i]()
			}
			switch rapid.SampledFrom([]string{"nothing", "nothing", "bill", "settle"}).Draw(t, "then") {
			case "bill":
				w.bill(rapid.SampledFrom(parts).Draw(t, "billed"))
			case "settle":
				w.settle(rapid.IntRange(1, 3).Draw(t, "batch"))
			}
		}
		w.drain(2)
		require.Zero(t, w.dirty())
		require.Equal(t, orderly(t, append(before, asRated(union, number.String())...), a.zone, a.owed), w.books(number))
		w.consistent(parts[2])
	})
}

// Billings of a part that began before it was merged, and of its root, at once.
func TestPartAndRootBilledAtOnceChargeNothingTwice(t *testing.T) {
	w := newWorld(t)
	shop := w.shop("shop")
	for range 10 {
		a, b := w.conversation(shop), w.conversation(shop)
		for i := range 5 {
			w.message(a, "inbound", monday.Add(time.Duration(i)*30*time.Hour))
			w.message(b, "inbound", monday.Add(time.Duration(i)*30*time.Hour+time.Minute))
		}
		var g errgroup.Group
		for i := range 8 {
			g.Go(func() error {
				if i == 4 {
					w.merge(b, a)
				}
				_, err := w.ledger.Bill(w.t.Context(), []uuid.UUID{a, b}[i%2])
				return err
			})
		}
		require.NoError(t, g.Wait())
		w.soon()
		w.drain(10)
		require.EqualValues(t, 5*customer, w.balance(a)+w.balance(b))
		w.consistent(a)
	}
}
