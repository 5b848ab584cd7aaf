package ledger

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"reengage/db"
	"reengage/tariff"
)

const (
	customer = 22_000
	business = 37_000
)

func TestBillPostsTheOpenerAndNothingElse(t *testing.T) {
	w := newWorld(t)
	c := w.conversation(w.shop("shop"))
	w.message(c, "inbound", monday)
	w.message(c, "freeform", monday.Add(time.Minute))

	require.Equal(t, Posted{Charges: 1}, w.bill(c))
	require.Equal(t, []string{"02 09:00:00 customer_initiated Z4 22000"}, w.unreversed(c))
	require.Equal(t, Posted{}, w.bill(c), "a second billing has nothing to do")
	w.consistent(c)
}

func TestBillOfAnUnknownConversationSaysSo(t *testing.T) {
	_, err := newWorld(t).ledger.Bill(t.Context(), uuid.New())
	require.ErrorIs(t, err, ErrUnknownConversation)
}

func TestALateEventThatMovesTheOpenerReversesAndChargesAgain(t *testing.T) {
	w := newWorld(t)
	c := w.conversation(w.shop("shop"))
	w.message(c, "inbound", monday.Add(2*time.Hour))
	w.message(c, "inbound", monday.Add(25*time.Hour)) // inside the first session
	w.bill(c)
	require.Equal(t, []string{"02 11:00:00 customer_initiated Z4 22000"}, w.unreversed(c))

	w.message(c, "template", monday) // opens before; the session now ends at 09:00 the next day
	require.Equal(t, Posted{Charges: 2, Reversals: 1}, w.bill(c))
	require.Equal(t, []string{
		"02 09:00:00 business_initiated Z6 37000",
		"03 10:00:00 customer_initiated Z4 22000",
	}, w.unreversed(c))
	require.EqualValues(t, business+customer, w.balance(c))
	w.consistent(c)
}

func TestAFailureThatIsReportedAfterBillingIsReversed(t *testing.T) {
	w := newWorld(t)
	c := w.conversation(w.shop("shop"))
	offer := w.message(c, "template", monday)
	w.bill(c)
	require.EqualValues(t, business, w.balance(c))

	w.status(offer, "failed", monday.Add(40*time.Hour)) // Z7, long after the session
	require.Equal(t, Posted{Reversals: 1}, w.bill(c))
	require.Zero(t, w.balance(c))

	// It arrived after all: the same key again, under the next revision.
	w.status(offer, "read", monday.Add(41*time.Hour))
	require.Equal(t, Posted{Charges: 1}, w.bill(c))
	require.EqualValues(t, business, w.balance(c))
	require.Equal(t, 1, w.count("charges WHERE revision = 2"))
	require.Equal(t, 3, w.count("charges"))
	w.consistent(c)
}

// Who has read a message, or played one that is a voice, has received it, whether anybody said so or not.
func TestWhatWasReadOrPlayedHasArrived(t *testing.T) {
	for _, state := range []string{"read", "played"} {
		w := newWorld(t)
		c := w.conversation(w.shop("shop"))
		offer := w.message(c, "template", monday)
		w.status(offer, "failed", monday.Add(time.Second))
		require.Equal(t, Posted{}, w.bill(c), state)
		w.status(offer, state, monday.Add(2*time.Second))
		require.Equal(t, Posted{Charges: 1}, w.bill(c), state)
		require.EqualValues(t, business, w.balance(c), state)
		w.consistent(c)
	}
}

func TestAStatusThatCameBeforeItsMessageCounts(t *testing.T) {
	w := newWorld(t)
	c := w.conversation(w.shop("shop"))
	offer := event{id: w.id(0), conversation: c, at: monday, kind: "template"}
	w.status(offer, "failed", monday.Add(-time.Second))
	require.Zero(t, w.dirty(), "nobody knows whose it is")
	w.store(offer)
	require.Equal(t, Posted{}, w.bill(c))
	w.consistent(c)
}

func TestBillGoesBackToTheLastGapAndNoFurther(t *testing.T) {
	for name, gap := range map[string]time.Duration{
		"a second short of the memory": 24*time.Hour - time.Second,
		"exactly the memory":           24 * time.Hour,
		"a second longer":              24*time.Hour + time.Second,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := w.conversation(w.shop("shop"))
			w.message(c, "inbound", monday)
			w.message(c, "inbound", monday.Add(10*time.Hour))
			last := monday.Add(10 * time.Hour).Add(gap)
			w.bill(c)
			w.message(c, "freeform", last)

			tallies, _, err := w.ledger.read(t.Context(), queries(w), []uuid.UUID{c})
			require.NoError(t, err)
			want := monday
			if gap > 24*time.Hour {
				want = last
			}
			require.Equal(t, want, tallies[0].since)
			w.bill(c)
			w.consistent(c)
		})
	}
}

func TestAssignmentsOweWhatLiesInTheirIntervals(t *testing.T) {
	w := newWorld(t)
	number := w.number("shop")
	for _, at := range []time.Duration{-time.Second, 0} {
		c := w.conversation(number)
		w.message(c, "inbound", monday.Add(at))
	}
	inside := w.conversation(number) // its session began before the assignment
	w.message(inside, "inbound", monday.Add(-time.Hour))
	w.message(inside, "inbound", monday.Add(time.Hour))
	w.message(inside, "inbound", monday.Add(23*time.Hour))

	require.NoError(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: zenvia, From: monday}))
	settled, err := w.ledger.SettleBatch(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, 3, settled.Conversations)
	require.Equal(t, 1, w.count("charges WHERE charged_at = $1", monday), "half-open: its first instant belongs to it")
	require.Equal(t, []string{"03 08:00:00 customer_initiated Z4 22000"}, w.unreversed(inside))
	require.Equal(t, 2, w.count("charges"))

	// Later somebody finds out that it has always been so.
	require.NoError(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: zenvia}))
	settled, err = w.ledger.SettleBatch(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, 3, settled.Conversations)
	require.Equal(t, []string{
		"02 08:00:00 customer_initiated Z4 22000",
		"03 08:00:00 customer_initiated Z4 22000",
	}, w.unreversed(inside))
	require.Equal(t, 4, w.count("charges"))
}

func TestOfTwoAssignmentsThatHaveAlwaysHeldOneCounts(t *testing.T) {
	w := newWorld(t)
	number := w.shop("shop")
	w.exec("INSERT INTO scheme_assignments VALUES ($1, '-infinity', 'sirena')", number) // by hand
	c := w.conversation(number)
	w.message(c, "inbound", monday)
	w.bill(c)
	require.Equal(t, []string{"02 09:00:00 customer_initiated Z4 22000"}, w.unreversed(c))
}

func TestAnAssignmentWaitsForBillingsAndNotForReaders(t *testing.T) {
	w := newWorld(t)
	c := w.conversation(w.shop("shop"))
	w.message(c, "inbound", monday)
	reader, err := w.pool.Begin(t.Context())
	require.NoError(t, err)
	defer reader.Rollback(context.Background())
	w.execOn(reader, "SELECT FROM scheme_assignments") // as a dump does, until it has read everything

	billing, err := w.pool.Begin(t.Context())
	require.NoError(t, err)
	defer billing.Rollback(context.Background())
	require.NoError(t, db.New(billing).BeginBilling(t.Context()))
	var assigning errgroup.Group
	assigning.Go(func() error {
		return w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: "sirena", From: monday})
	})
	w.awaitsLock("it waits for the billing")
	require.NoError(t, billing.Rollback(t.Context()))
	require.NoError(t, assigning.Wait())
	w.bill(c)
	require.Equal(t, []string{"02 09:00:00 customer_initiated S3 10000"}, w.unreversed(c))
}

func TestATermIsHalfOpen(t *testing.T) {
	scheme, err := tariff.Lookup(zenvia)
	require.NoError(t, err)
	by := basis{scheme: scheme, set: Shipped}
	tally := &tally{terms: []term{{basis: by, from: monday, to: monday.Add(time.Hour)}}}
	for at, owed := range map[time.Duration]bool{-time.Second: false, 0: true, time.Hour - time.Second: true, time.Hour: false} {
		require.Equal(t, owed, tally.owes(by, monday.Add(at)), at)
	}
	require.False(t, tally.owes(basis{scheme: scheme, set: "another"}, monday))
}

func TestAssignRefusesWhatItDoesNotKnow(t *testing.T) {
	w := newWorld(t)
	require.ErrorIs(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "nobody", Scheme: zenvia, From: monday}), ErrUnknownNumber)
	w.number("shop")
	require.ErrorContains(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: "zenvai", From: monday}), "zenvia-conversion; and meta")
}

func TestTheSameAssignmentAgainMarksNothing(t *testing.T) {
	w := newWorld(t)
	c := w.conversation(w.shop("shop"))
	w.message(c, "inbound", monday)
	w.bill(c)
	require.NoError(t, w.ledger.Assign(t.Context(), Assignment{PhoneNumberID: "shop", Scheme: zenvia}))
	require.Zero(t, w.dirty())
}

func TestChargesAreAppendOnly(t *testing.T) {
	w := newWorld(t)
	c := w.conversation(w.shop("shop"))
	w.message(c, "inbound", monday)
	w.bill(c)
	for _, sql := range []string{
		"UPDATE charges SET amount_micros = 1", "UPDATE charges SET rule = rule", "DELETE FROM charges", "TRUNCATE charges",
		"TRUNCATE charges CASCADE",
	} {
		_, err := w.pool.Exec(t.Context(), sql)
		require.ErrorContains(t, err, "append-only", sql)
	}
	for what, sql := range map[string]string{
		"already has an unreversed": `INSERT INTO charges (scheme, card, kind, event_id, revision, conversation_id, business_number_id, amount_micros, currency, charged_at, rule)
			SELECT scheme, card, kind, event_id, revision + 1, conversation_id, business_number_id, amount_micros, currency, charged_at, rule FROM charges`,
		"must repeat": `INSERT INTO charges (scheme, card, kind, event_id, revision, reverses, conversation_id, business_number_id, amount_micros, currency, charged_at, rule)
			SELECT scheme, card, kind, event_id, revision, id, conversation_id, business_number_id, -amount_micros + 1, currency, charged_at, rule FROM charges`,
	} {
		_, err := w.pool.Exec(t.Context(), sql)
		require.ErrorContains(t, err, what)
	}
}
