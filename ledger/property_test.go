package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/tariff"
)

// instants are hours after a beginning, of messages, statuses and ends of entry points: often a second beside the edges of
// sessions, windows, conversations, entry points and gaps, and sometimes far away.
func instants(begin time.Time) *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		hours := rapid.SampledFrom([]int{0, 1, 6, 12, 23, 24, 25, 36, 48, 49, 71, 72, 73, 96, 97, 145, 240, 400}).Draw(t, "hours")
		return begin.Add(time.Duration(hours)*time.Hour + time.Duration(rapid.IntRange(-1, 1).Draw(t, "seconds"))*time.Second)
	})
}

var verdicts = []*tariff.Pricing{
	nil, nil, nil,
	{Model: "PMP", Type: "regular", Category: "marketing"},
	{Model: "PMP", Type: "regular", Category: "service"},
	{Model: "PMP", Type: "free_customer_service", Category: "service"},
	{Model: "PMP", Type: "free_entry_point"},
	{Model: "CBP", Type: "regular", Category: "marketing"},
}

// drawTraffic draws some messages of a conversation, with statuses of every kind at any time.
func drawTraffic(t *rapid.T, w *world, conversation uuid.UUID, begin time.Time) []event {
	instant := instants(begin)
	var events []event
	for range rapid.IntRange(1, 7).Draw(t, "messages") {
		m := event{
			id: w.id(rapid.Uint32Range(1, 1000).Draw(t, "order")), conversation: conversation, at: instant.Draw(t, "at"),
			kind:   rapid.SampledFrom([]string{"inbound", "inbound", "template", "freeform", "freeform"}).Draw(t, "kind"),
			market: rapid.SampledFrom([]string{"BR", "US", "DE", ""}).Draw(t, "market"),
		}
		switch m.kind {
		case "inbound":
			m.entryPoint = rapid.SampledFrom([]string{"", "", "ad"}).Draw(t, "entry point")
		case "template":
			m.category = rapid.SampledFrom([]string{"marketing", "utility", "authentication"}).Draw(t, "category")
		}
		events = append(events, m)
		if m.kind == "inbound" {
			continue
		}
		kinds := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"sent", "delivered", "delivered again", "read", "failed", "played"}), 0, 4, rapid.ID)
		for _, kind := range kinds.Draw(t, "statuses") {
			s := event{id: w.id(0), kind: kind, message: m.id, at: instant.Draw(t, "status at"),
				pricing: rapid.SampledFrom(verdicts).Draw(t, "verdict")}
			if kind == "delivered again" {
				s.kind = "delivered"
			}
			if rapid.IntRange(0, 5).Draw(t, "states an end") == 0 {
				s.until = instant.Draw(t, "until")
			}
			events = append(events, s)
		}
	}
	return events
}

// asRated is the log as rating is to read it, worked out in another way than the ledger does: who has read has received, and what
// only other statuses say of money belongs to the first delivery.
func asRated(events []event, number string) []tariff.Event {
	byTime := slices.Clone(events)
	slices.SortFunc(byTime, func(a, b event) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id.String(), b.id.String()))
	})
	statuses := func(message uuid.UUID, is func(event) bool) (found []event) {
		for _, e := range byTime {
			if e.message == message && e.message != uuid.Nil && is(e) {
				found = append(found, e)
			}
		}
		return found
	}
	var rated []tariff.Event
	for _, m := range events {
		if m.message != uuid.Nil {
			continue
		}
		kind, _ := tariff.ParseEventType(m.kind)
		rated = append(rated, tariff.Event{ID: m.id.String(), At: m.at, Type: kind, Conversation: m.conversation.String(), Number: number,
			Market: m.market, Category: m.category, EntryPoint: m.entryPoint})
		arrived := statuses(m.id, func(e event) bool { return e.kind == "delivered" })
		if len(arrived) == 0 {
			arrived = statuses(m.id, func(e event) bool { return e.kind == "read" || e.kind == "played" })
		}
		if len(arrived) > 0 && !slices.ContainsFunc(arrived, func(e event) bool { return e.pricing != nil }) {
			if with := statuses(m.id, func(e event) bool { return e.pricing != nil }); len(with) > 0 {
				arrived[0].pricing = with[0].pricing
			}
		}
		if len(arrived) > 0 && !slices.ContainsFunc(arrived, func(e event) bool { return !e.until.IsZero() }) {
			if with := statuses(m.id, func(e event) bool { return !e.until.IsZero() }); len(with) > 0 {
				arrived[0].until = with[0].until
			}
		}
		for _, s := range arrived {
			rated = append(rated, tariff.Event{ID: s.id.String(), At: s.at, Type: tariff.Delivered, Message: m.id.String(),
				Pricing: s.pricing, EntryPointUntil: s.until})
		}
		for _, s := range statuses(m.id, func(e event) bool { return e.kind == "failed" }) {
			rated = append(rated, tariff.Event{ID: s.id.String(), At: s.at, Type: tariff.Failed, Message: m.id.String()})
		}
	}
	return rated
}

// books is everything that the ledger has to say, as sorted lines.
type books struct{ Charges, Unpriced, Differences []string }

// orderly is what the books say if nobody stores anything: all of a number's events rated at once, by every scheme; owed says
// which one the number owes by at an instant.
func orderly(t require.TestingT, events []tariff.Event, zone *time.Location, owed func(time.Time) string) books {
	cards, err := tariff.ShippedCards()
	require.NoError(t, err)
	b := books{Charges: []string{}, Unpriced: []string{}, Differences: []string{}}
	for _, name := range tariff.Names() {
		r, err := tariff.Rate(lookup(t, name), events, tariff.Account{Zone: zone, Cards: cards, EntryPoint: tariff.DefaultEntryPoint})
		require.NoError(t, err)
		for _, c := range r.Charges {
			if owed(c.At) == name {
				b.Charges = append(b.Charges, string(c.AppendJSON(nil)))
			}
		}
		for _, m := range r.Missing {
			if owed(m.At) == name {
				b.Unpriced = append(b.Unpriced, fmt.Sprint(m.Event, m.Scheme, m.Card, m.Market, m.Category, m.At.UTC()))
			}
		}
		for _, d := range r.Differences {
			if owed(d.At) == name {
				b.Differences = append(b.Differences, fmt.Sprint(d.Event, d.Scheme, d.Market, d.At.UTC(), d.Verdict.Type, d.Verdict.Category,
					d.VerdictMicros, d.OwnRule, d.OwnCategory, d.OwnMicros, cmp.Or(d.Currency, noCurrency)))
			}
		}
	}
	return b.sorted()
}

func (b books) sorted() books {
	slices.Sort(b.Charges)
	slices.Sort(b.Unpriced)
	slices.Sort(b.Differences)
	return b
}

// books reads what stands in the ledger for a number.
func (w *world) books(number uuid.UUID) books {
	w.t.Helper()
	b := books{Charges: []string{}, Unpriced: []string{}, Differences: []string{}}
	rows, err := w.pool.Query(w.t.Context(), `SELECT scheme, card, event_id::text, kind, coalesce(category, ''), coalesce(market, ''), amount_micros, currency, charged_at, rule
		FROM charges c WHERE business_number_id = $1 AND reverses IS NULL AND NOT EXISTS (SELECT FROM charges r WHERE r.reverses = c.id)`, number)
	require.NoError(w.t, err)
	for rows.Next() {
		var c tariff.Charge
		require.NoError(w.t, rows.Scan(&c.Scheme, &c.Card, &c.Event, &c.Kind, &c.Category, &c.Market, &c.AmountMicros, &c.Currency, &c.At, &c.Rule))
		c.At = c.At.UTC()
		b.Charges = append(b.Charges, string(c.AppendJSON(nil)))
	}
	require.NoError(w.t, rows.Err())
	rows, err = w.pool.Query(w.t.Context(), `SELECT event_id::text, scheme, card, market, category, charged_at FROM unpriced_messages WHERE business_number_id = $1`, number)
	require.NoError(w.t, err)
	for rows.Next() {
		var m tariff.MissingPrice
		require.NoError(w.t, rows.Scan(&m.Event, &m.Scheme, &m.Card, &m.Market, &m.Category, &m.At))
		b.Unpriced = append(b.Unpriced, fmt.Sprint(m.Event, m.Scheme, m.Card, m.Market, m.Category, m.At.UTC()))
	}
	require.NoError(w.t, rows.Err())
	rows, err = w.pool.Query(w.t.Context(), `SELECT event_id::text, scheme, market, delivered_at, verdict_type, verdict_category, verdict_micros, own_rule, own_category, own_micros, currency
		FROM verdict_differences WHERE business_number_id = $1`, number)
	require.NoError(w.t, err)
	for rows.Next() {
		var d tariff.Difference
		require.NoError(w.t, rows.Scan(&d.Event, &d.Scheme, &d.Market, &d.At, &d.Verdict.Type, &d.Verdict.Category, &d.VerdictMicros, &d.OwnRule, &d.OwnCategory, &d.OwnMicros, &d.Currency))
		b.Differences = append(b.Differences, fmt.Sprint(d.Event, d.Scheme, d.Market, d.At.UTC(), d.Verdict.Type, d.Verdict.Category,
			d.VerdictMicros, d.OwnRule, d.OwnCategory, d.OwnMicros, d.Currency))
	}
	require.NoError(w.t, rows.Err())
	return b.sorted()
}

// drain settles until nothing can be settled.
func (w *world) drain(batch int) (all Settled) {
	w.t.Helper()
	for {
		s := w.settle(batch)
		all.Add(s)
		if !s.More {
			return all
		}
	}
}

// account is a number of whom it is known what it owes by.
type account struct {
	name  string
	begin time.Time // when its traffic begins
	zone  *time.Location
	used  int // places of the allowance taken on the first day of the beginning's month
	owed  func(time.Time) string
	setUp func(w *world, name string)
}

func zone(t require.TestingT, name string) *time.Location {
	z, err := time.LoadLocation(name)
	require.NoError(t, err)
	return z
}

func accounts(t *testing.T) []account {
	brazil := zone(t, "America/Sao_Paulo")
	byMeta := func(at time.Time) string { return tariff.InForce(at, brazil) }
	list := []account{
		{name: "meta to 2025-06", begin: time.Date(2025, 6, 29, 3, 0, 0, 0, time.UTC), zone: brazil, owed: byMeta},
		{name: "meta to 2026-09", begin: time.Date(2026, 9, 29, 3, 0, 0, 0, time.UTC), zone: brazil, owed: byMeta},
		{name: "meta, 3 left", begin: october.Add(200 * time.Hour), zone: time.UTC, used: tariff.Allowance - 3,
			owed: func(at time.Time) string { return tariff.InForce(at, time.UTC) }},
		{name: "twilio from the 12th, 2 left", begin: october.Add(240 * time.Hour), zone: time.UTC, used: tariff.Allowance - 2,
			owed: func(at time.Time) string {
				if at.Before(october.Add(11 * 24 * time.Hour)) {
					return "gupshup"
				}
				return "twilio"
			},
			setUp: func(w *world, name string) {
				require.NoError(w.t, w.ledger.Assign(w.t.Context(), name, "gupshup", time.Time{}))
				require.NoError(w.t, w.ledger.Assign(w.t.Context(), name, "twilio", october.Add(11*24*time.Hour)))
			}},
	}
	list = append(list, list[2:]...) // those in which one conversation depends on another, twice as often
	for _, scheme := range tariff.Names() {
		list = append(list, account{name: scheme, begin: monday, zone: brazil, owed: func(time.Time) string { return scheme },
			setUp: func(w *world, name string) {
				require.NoError(w.t, w.ledger.Assign(w.t.Context(), name, scheme, time.Time{}))
			}})
	}
	return list
}

// open makes the number, and says what events it has already.
func (a account) open(w *world) (number uuid.UUID, before []tariff.Event) {
	name := fmt.Sprint(a.name, " ", w.made.Add(1))
	number = w.number(name)
	w.exec("UPDATE business_numbers SET account_time_zone = $2 WHERE id = $1", number, a.zone.String())
	if a.setUp != nil {
		a.setUp(w, name)
	}
	if a.used == 0 {
		return number, nil
	}
	start := tariff.MonthOf(a.begin, a.zone).Start(a.zone)
	w.serve(number, 1, a.used, start, time.Second)
	w.drain(100)
	rows, err := w.pool.Query(w.t.Context(), `SELECT m.id::text, m.conversation_id::text, m.occurred_at, d.id::text, d.occurred_at
		FROM events m JOIN conversations c ON c.id = m.conversation_id JOIN events d ON d.message_id = m.id WHERE c.business_number_id = $1`, number)
	require.NoError(w.t, err)
	defer rows.Close()
	for rows.Next() {
		m := tariff.Event{Type: tariff.Freeform, Number: number.String(), Market: "BR"}
		d := tariff.Event{Type: tariff.Delivered}
		require.NoError(w.t, rows.Scan(&m.ID, &m.Conversation, &m.At, &d.ID, &d.At))
		d.Message = m.ID
		before = append(before, m, d)
	}
	require.NoError(w.t, rows.Err())
	return number, before
}

func TestAnyOrderOfArrivalEndsInTheBooksOfAnOrderlyRun(t *testing.T) {
	w := newWorld(t)
	all := accounts(t)
	rapid.Check(t, func(t *rapid.T) {
		a := all[rapid.IntRange(0, len(all)-1).Draw(t, "account")]
		number, before := a.open(w)
		var events []event
		for range rapid.IntRange(1, 3).Draw(t, "conversations") {
			events = append(events, drawTraffic(t, w, w.conversation(number), a.begin)...)
		}
		copies := rapid.SliceOfN(rapid.SampledFrom(events), 0, 4).Draw(t, "copies")
		arrivals := rapid.Permutation(append(append([]event{}, events...), copies...)).Draw(t, "arrivals")
		for _, e := range arrivals {
			w.store(e)
			switch rapid.SampledFrom([]string{"nothing", "nothing", "nothing", "bill", "settle"}).Draw(t, "then") {
			case "bill":
				if e.conversation != uuid.Nil {
					w.bill(e.conversation)
				}
			case "settle":
				w.settle(rapid.IntRange(1, 2).Draw(t, "batch"))
			}
		}
		w.drain(2)
		require.Zero(t, w.count("dirty_conversations d JOIN conversations c ON c.id = d.conversation_id WHERE c.business_number_id = $1", number))

		want := orderly(t, append(before, asRated(events, number.String())...), a.zone, a.owed)
		require.Equal(t, want, w.books(number))
		var sum int64
		w.one(&sum, `SELECT coalesce(sum(amount_micros), 0)::bigint - coalesce(sum(amount_micros) FILTER (WHERE reverses IS NULL AND NOT EXISTS
			(SELECT FROM charges r WHERE r.reverses = c.id)), 0)::bigint FROM charges c WHERE business_number_id = $1`, number)
		require.Zero(t, sum, "plain sums are right")
		for _, e := range events {
			if e.kind == "inbound" {
				w.consistent(e.conversation)
			}
		}
	})
}
