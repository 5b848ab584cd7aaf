package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/tariff"
)

// spent makes a number that owes what Meta charges and has so many places left in October, and says how it is called.
func (w *world) spent(left int) uuid.UUID {
	number := w.number("shop")
	w.serve(number, 1, tariff.Allowance-left, october, time.Second)
	w.drain(10)
	return number
}

// delivered stores a free-form message that is delivered at once.
func (w *world) delivered(c uuid.UUID, at time.Time) event {
	m := event{id: w.id(0), conversation: c, kind: "freeform", at: at, market: "BR"}
	w.store(m)
	w.status(m, "delivered", at)
	return m
}

func TestWhatDependsOnTheCountIsLeftToSettlementAndTheRestIsPostedAtOnce(t *testing.T) {
	w := newWorld(t)
	c := w.conversation(w.spent(0))
	noon := october.Add(12 * time.Hour)
	answer := w.delivered(c, noon)
	offer := event{id: w.id(0), conversation: c, kind: "template", category: "marketing", at: noon.Add(time.Hour), market: "BR"}
	w.store(offer)
	w.status(offer, "delivered", offer.at)

	for _, charges := range []int{1, 0} {
		require.Equal(t, Posted{Charges: charges, Unsettled: true}, w.bill(c))
		require.Equal(t, 1, w.count("dirty_conversations WHERE attempts = 0"), "that is no failure")
	}
	require.Equal(t, Settled{Conversations: 1, Posted: 1}, w.settle(10))
	require.Equal(t, fmt.Sprintf("01 12:00:00 message P4 %d", service(t)), w.unreversed(c)[0])
	w.consistent(c)

	// What is settled stays while it waits to be settled again.
	w.status(answer, "read", noon.Add(time.Minute))
	require.Equal(t, Posted{Unsettled: true}, w.bill(c))
	require.Len(t, w.unreversed(c), 2)
	require.Equal(t, Settled{Conversations: 1}, w.settle(10))
	require.Zero(t, w.log.lines.Load())
}

func TestALateDeliveryTakesTheLastPlaceFromAnother(t *testing.T) {
	w := newWorld(t)
	number := w.spent(1)
	early, late := w.conversation(number), w.conversation(number)
	w.delivered(late, october.Add(48*time.Hour))
	w.drain(10)
	require.Empty(t, w.unreversed(late), "the thousandth")

	first := w.delivered(early, october.Add(47*time.Hour))
	require.Equal(t, Settled{Conversations: 1, More: true}, w.settle(10), "the other is marked")
	require.Equal(t, Settled{Conversations: 1, Posted: 1}, w.settle(10))
	require.Empty(t, w.unreversed(early))
	require.Equal(t, []string{fmt.Sprintf("03 00:00:00 message P4 %d", service(t))}, w.unreversed(late))

	// A template takes no place: its number ends the count where it was.
	w.status(first, "failed", october.Add(49*time.Hour))
	w.message(early, "inbound", october.Add(-time.Hour))
	require.Equal(t, Settled{Conversations: 1}, w.drain(10), "nothing moves")
	w.consistent(early)
	w.consistent(late)
}

// Meta says that the message belongs to an entry point of which we know nothing. It is free and takes no place; but whether we
// would have charged it depends on the count.
func TestADifferenceIsListedAnewWhenTheAllowancesEndMoves(t *testing.T) {
	w := newWorld(t)
	number := w.spent(1)
	odd, other := w.conversation(number), w.conversation(number)
	noon := october.Add(12 * time.Hour)
	m := event{id: w.id(0), conversation: odd, kind: "freeform", at: noon, market: "BR"}
	w.store(m)
	w.store(event{id: w.id(0), message: m.id, kind: "delivered", at: noon, pricing: &tariff.Pricing{Model: "PMP", Type: "free_entry_point"}})
	w.drain(10)
	require.Zero(t, w.count("verdict_differences"), "free for us too: a place is left")

	w.delivered(other, noon.Add(-time.Minute))
	w.drain(10)
	require.Equal(t, 1, w.count("verdict_differences WHERE event_id = $1 AND own_rule = 'P4' AND own_micros = $2 AND verdict_type = 'free_entry_point' AND verdict_micros = 0", m.id, service(t)))
	require.Zero(t, w.count("charges"))
	require.Equal(t, tariff.Allowance, w.count("allowance_places WHERE counts"))
	w.consistent(odd)
}

func TestSettlementSkipsANumberThatAnotherSettles(t *testing.T) {
	w := newWorld(t)
	held, free := w.shop("held"), w.shop("free")
	for range 5 {
		w.message(w.conversation(held), "inbound", monday)
	}
	w.message(w.conversation(free), "inbound", monday)
	other, err := w.pool.Begin(t.Context())
	require.NoError(t, err)
	_, err = other.Exec(t.Context(), "SELECT pg_advisory_xact_lock(counting_lock($1))", held)
	require.NoError(t, err)
	require.Equal(t, Settled{Conversations: 1, Posted: 1}, w.settle(10), "what another does is no reason to call again")
	require.NoError(t, other.Rollback(t.Context()))
	require.Equal(t, Settled{Conversations: 5, Posted: 5}, w.settle(10))
}

func TestPlacesAreKeptForMonthsOfTheSchemeAlone(t *testing.T) {
	w := newWorld(t)
	number := w.number("shop")
	require.NoError(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: zenvia}))
	c := w.conversation(number)
	november := month(2026, 11).Start(time.UTC)
	for _, at := range []time.Time{october.Add(time.Hour), november.Add(time.Hour), november.Add(20 * 24 * time.Hour), november.Add(40 * 24 * time.Hour)} {
		w.delivered(c, at)
	}
	w.drain(10)
	require.Zero(t, w.count("allowance_places"))

	// From the middle of November to its end. What was delivered before the middle is counted, and not owed.
	require.NoError(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: "twilio", From: november.Add(15 * 24 * time.Hour)}))
	require.NoError(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: zenvia, From: month(2026, 12).Start(time.UTC)}))
	w.drain(10)
	require.Equal(t, 2, w.count("allowance_places WHERE scheme = 'twilio' AND delivered_at >= $1 AND delivered_at < $2", november, november.AddDate(0, 1, 0)))
	require.Equal(t, 2, w.count("allowance_places"))
	require.Equal(t, 1, w.count("charges WHERE scheme = 'twilio' AND reverses IS NULL"), "one fee")

	require.NoError(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: zenvia, From: november.Add(15 * 24 * time.Hour)}))
	w.drain(10)
	require.Zero(t, w.count("allowance_places"))
	w.consistent(c)
}
