package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/tariff"
)

const pmp2026 = "meta-pmp-2026"

// october is when the first month begins in which free-form messages cost something (P4).
var october = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

func lookup(t require.TestingT, name string) tariff.Scheme {
	s, err := tariff.Lookup(name)
	require.NoError(t, err)
	return s
}

// serve makes dirty conversations with free-form messages to Brazil, each delivered a second later, which follow one another
// every step from start on, the conversations in turn. It is a few lines of SQL, so that there can be a million.
func (w *world) serve(number uuid.UUID, conversations, each int, start time.Time, step time.Duration) []uuid.UUID {
	w.exec(`WITH people AS (
			INSERT INTO contacts (id, bsuid, created_at) SELECT gen_random_uuid(), gen_random_uuid()::text, $2 FROM generate_series(1, $3) RETURNING id
		), talks AS (
			INSERT INTO conversations (id, business_number_id, contact_id, created_at) SELECT gen_random_uuid(), $1, id, $2 FROM people RETURNING id
		), said AS (
			SELECT gen_random_uuid() AS id, gen_random_uuid() AS delivery, t.id AS conversation_id,
			       $2::timestamptz + ((t.nth - 1) + n * $3::bigint) * $5::interval AS at
			FROM (SELECT id, row_number() OVER (ORDER BY id) AS nth FROM talks) t, generate_series(0, $4 - 1) n
		), messages AS (
			INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at, market)
			SELECT id, 'outbound', 'freeform', 'api', conversation_id, at, at, 'BR' FROM said
		), deliveries AS (
			INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at, message_id)
			SELECT delivery, 'status', 'delivered', 'webhook', conversation_id, at + interval '1 second', at, id FROM said
		)
		INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at, since, until)
		SELECT conversation_id, $1, nextval('dirty_version'), now(), min(at), max(at) + interval '1 second' FROM said GROUP BY conversation_id`,
		number, start, conversations, each, fmt.Sprintf("%d microseconds", step.Microseconds()))
	rows, err := w.pool.Query(w.t.Context(), `SELECT e.conversation_id FROM conversations c JOIN events e ON e.conversation_id = c.id
		WHERE c.business_number_id = $1 AND e.kind = 'outbound' GROUP BY e.conversation_id ORDER BY min(e.occurred_at)`, number)
	require.NoError(w.t, err)
	defer rows.Close()
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		require.NoError(w.t, rows.Scan(&id))
		ids = append(ids, id)
	}
	require.NoError(w.t, rows.Err())
	return ids
}

// analyze tells the planner of a large amount of traffic, as autovacuum would after a while.
func (w *world) analyze() { w.exec("ANALYZE conversations, events, dirty_conversations") }

// service is what a free-form message to Brazil costs beyond the allowance.
func service(t require.TestingT) int64 {
	cards, err := tariff.ShippedCards()
	require.NoError(t, err)
	r, err := tariff.Rate(lookup(t, pmp2026), costly(), tariff.Account{Cards: cards})
	require.NoError(t, err)
	require.Len(t, r.Charges, 1)
	return r.Charges[0].AmountMicros
}

// costly is the fewest events of which one is charged.
func costly() []tariff.Event {
	var events []tariff.Event
	for i := range tariff.Allowance + 1 {
		at := october.Add(time.Duration(i) * time.Minute)
		id := fmt.Sprintf("m%04d", i)
		events = append(events,
			tariff.Event{ID: id, At: at, Type: tariff.Freeform, Conversation: "c", Number: "n", Market: "BR"},
			tariff.Event{ID: id + "d", At: at, Type: tariff.Delivered, Message: id})
	}
	return events
}

func TestWhatIfCountsFromTheMonthsBeginningAndTellsOfThePeriodAlone(t *testing.T) {
	w := newWorld(t)
	number := w.shop("shop") // it owes by another scheme
	// 10 messages an hour, 1,000 of them in September: the 1,001st of October is delivered a second after 04:00 on the 5th.
	w.serve(number, 250, 12, october.Add(-100*time.Hour), 6*time.Minute)
	w.analyze()
	first := october.Add(100*time.Hour + time.Second)
	ask := func(from, to time.Time) (charges []tariff.Charge) {
		parts := 0
		require.NoError(t, w.ledger.WhatIf(t.Context(), WhatIf{Number: number, From: from, To: to,
			Schemes: []tariff.Scheme{lookup(t, pmp2026), lookup(t, "b2chat")}},
			func(s tariff.Scheme, r *tariff.Rating) error {
				parts++
				require.Empty(t, r.Missing)
				if s.Name() == pmp2026 {
					charges = append(charges, r.Charges...)
				} else {
					require.Empty(t, r.Charges, "no templates")
				}
				return nil
			}))
		require.Positive(t, parts)
		return charges
	}
	require.Len(t, ask(october, october.Add(30*24*time.Hour)), 1000)
	require.Empty(t, ask(october, first), "half-open")
	require.Len(t, ask(october, first.Add(time.Microsecond)), 1)
	require.Len(t, ask(first, first.Add(time.Hour)), 10, "the allowance was used up before the period")
	require.Empty(t, ask(october.Add(-1000*time.Hour), october), "every month has an allowance of its own")
	require.Zero(t, w.count("charges")+w.count("allowance_places"))
}

func TestWhatIfOfAnUnknownNumberSaysSo(t *testing.T) {
	err := newWorld(t).ledger.WhatIf(t.Context(), WhatIf{Number: uuid.New(), From: monday, To: october}, nil)
	require.ErrorIs(t, err, ErrUnknownNumber)
}

// month makes a month of one number that nobody has configured, messages of as many conversations in turn.
func (w *world) month(messages, conversations int) (number uuid.UUID, cs []uuid.UUID) {
	number = w.number("shop")
	step := 25 * 24 * time.Hour / time.Duration(messages)
	cs = w.serve(number, conversations, messages/conversations, october, step.Truncate(time.Microsecond))
	w.analyze()
	return number, cs
}

func TestAMonthOfOneNumberIsSettledInBoundedBatches(t *testing.T) {
	const messages, conversations = 6000, 600
	w := newWorld(t)
	number, cs := w.month(messages, conversations)
	var all Settled
	for more := true; more; more = all.More {
		batch := w.settle(100)
		require.LessOrEqual(t, batch.Conversations, 100)
		all.Add(batch)
	}
	require.Zero(t, all.Failed)
	require.Equal(t, messages, w.count("allowance_places"))
	require.Len(t, w.books(number).Charges, messages-tariff.Allowance)
	// While the month fills up, the end of the allowance moves back over messages that were taken for free. After the n-th batch
	// that is about one n-th of the allowance: 1,000 x (1 + 1/2 + ... + 1/6) messages at most.
	require.LessOrEqual(t, all.Conversations, conversations+2450, "conversations were looked at again")
	for _, c := range cs[:10] {
		w.consistent(c)
	}

	// Somebody learns late that an ad began a conversation, early in the month. Its messages of three days, of which the first
	// answers it, take no place any more, so that as many others are free now, and are reversed.
	rows := w.count("charges")
	w.store(event{id: w.id(0), conversation: cs[20], at: october, kind: "inbound", market: "BR", entryPoint: "ad"})
	late := w.drain(100)
	freed := messages - w.count("allowance_places")
	require.Equal(t, 2, freed, "a conversation has a message every 60 hours")
	require.Equal(t, freed, late.Posted)
	require.Equal(t, freed, w.count("charges")-rows)
	require.Equal(t, 1+freed, late.Conversations, "it, and those in which the end of the allowance moved")
	require.Len(t, w.books(number).Charges, messages-freed-tariff.Allowance)
	for _, c := range cs[:40] {
		w.consistent(c)
	}
}
