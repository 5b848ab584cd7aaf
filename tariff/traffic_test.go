package tariff

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func status(id string, kind EventType, message string, after time.Duration) Event {
	return Event{ID: id, Type: kind, Message: message, At: messageAt("", Inbound, after).At}
}

// orderOf is the ids of events in the order of tariffs.md.
func orderOf(events ...Event) (ids []string) {
	list := refs(events)
	slices.SortFunc(list, compareEvents)
	for _, e := range list {
		ids = append(ids, e.ID)
	}
	return ids
}

func TestEventsAreOrderedByInstantTypeMessageAndId(t *testing.T) {
	require.Equal(t, []string{"z", "i", "t", "f2", "f3", "y", "a", "b", "x", "c"}, orderOf(
		messageAt("c", Inbound, time.Nanosecond),
		status("x", Failed, "f1", 0),
		status("b", Delivered, "f3", 0),
		status("a", Delivered, "f3", 0),
		status("y", Delivered, "f2", 0), // by the message it names before its own id
		messageAt("f3", Freeform, 0),
		messageAt("f2", Freeform, 0),
		messageAt("t", Template, 0),
		messageAt("i", Inbound, 0),
		messageAt("z", Failed, -time.Nanosecond),
	))
	require.Equal(t, []string{"A", "B", "a", "aa", "é"}, orderOf( // by bytes
		messageAt("é", Inbound, 0), messageAt("aa", Inbound, 0), messageAt("a", Inbound, 0), messageAt("B", Inbound, 0), messageAt("A", Inbound, 0)))
}

// One instant is one instant, however it was written.
func TestCopiesInAnotherTimeZoneAreTheSame(t *testing.T) {
	one, other := messageAt("a", Inbound, 0), messageAt("a", Inbound, 0)
	other.At = other.At.In(time.FixedZone("east", 3600))
	rating, err := Rate(zenviaConversion{}, []Event{one, other}, Account{Cards: shippedCards(t)})
	require.NoError(t, err)
	require.Empty(t, rating.Problems)
}

// Of copies that differ the first in order counts, and at one place in the order the first as text, where an absent field gives way to the name of the
// next one.
func TestOfDifferingCopiesTheFirstInOrderCounts(t *testing.T) {
	base := messageAt("a", Template, 0)
	change := func(f func(*Event)) Event {
		e := base
		f(&e)
		return e
	}
	for _, c := range []struct {
		name         string
		first, later Event
	}{
		{"the earlier", base, change(func(e *Event) { e.At = e.At.Add(time.Nanosecond) })},
		{"inbound before template", change(func(e *Event) { e.Type = Inbound }), base},
		{"by conversation", base, change(func(e *Event) { e.Conversation = "zoe" })},
		{"by market", change(func(e *Event) { e.Market = "BR" }), change(func(e *Event) { e.Market = "MX" })},
		{`"category" before "market"`, base, change(func(e *Event) { e.Market = "BR" })},
		{"the table's order: market before campaign", change(func(e *Event) { e.Market, e.Campaign = "BR", "y" }), change(func(e *Event) { e.Market, e.Campaign = "MX", "x" })},
		{`a comma before a brace`, change(func(e *Event) { e.Campaign = "x" }), base},
		{"by verdict", change(func(e *Event) { e.Pricing = &Pricing{Type: "free"} }), change(func(e *Event) { e.Pricing = &Pricing{Type: "regular"} })},
		{"by the entry point's end", change(func(e *Event) { e.EntryPointUntil = e.At }), change(func(e *Event) { e.EntryPointUntil = e.At.Add(time.Second) })},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, order := range [][]Event{{c.first, c.later, c.later}, {c.later, c.first}, {c.later, c.later, c.first}} {
				traffic := newTraffic(refs(slices.Clone(order)))
				require.Len(t, traffic.conversations, 1)
				require.Len(t, traffic.conversations[0], 1)
				require.True(t, traffic.conversations[0][0].same(&c.first))
				require.Equal(t, []Problem{{ConflictingDuplicate, "a", "copies of this event differ; the first in order counts"}}, traffic.problems)
			}
		})
	}
}

func TestAMessageHasItsDeliveriesInOrderAndFailedOnlyWithoutAny(t *testing.T) {
	traffic := newTraffic(refs([]Event{
		messageAt("silent", Template, 0), messageAt("failed", Template, 1), messageAt("both", Template, 2), messageAt("early", Freeform, 3),
		status("failed-1", Failed, "failed", time.Hour),
		status("both-3", Delivered, "both", 3*time.Hour), status("both-1", Failed, "both", time.Hour), status("both-2", Delivered, "both", 2*time.Hour),
		status("both-4", Failed, "both", 4*time.Hour),
		status("early-1", Delivered, "early", -time.Hour), // dated before its message: stands
	}))
	require.Empty(t, traffic.problems)
	type seen struct {
		id         string
		deliveries []string
		failed     bool
	}
	var got []seen
	for _, m := range traffic.conversations[0] {
		s := seen{id: m.ID, failed: m.failed}
		for _, d := range m.deliveries {
			s.deliveries = append(s.deliveries, d.ID)
		}
		got = append(got, s)
	}
	require.Equal(t, []seen{{"silent", nil, false}, {"failed", nil, true}, {"both", []string{"both-2", "both-3"}, false}, {"early", []string{"early-1"}, false}}, got)
}

func TestAStatusOfNoOutboundMessageIsReportedAndIgnored(t *testing.T) {
	traffic := newTraffic(refs([]Event{
		messageAt("in", Inbound, 0),
		status("of-nobody", Failed, "nobody", 0), status("of-inbound", Failed, "in", 0), status("of-status", Delivered, "of-inbound", 0), status("of-itself", Delivered, "of-itself", 0),
	}))
	require.False(t, traffic.conversations[0][0].failed)
	slices.SortFunc(traffic.problems, compareProblems)
	require.Equal(t, []Problem{
		{StatusWithoutMessage, "of-inbound", `event "in" is not an outbound message; the status is ignored`},
		{StatusWithoutMessage, "of-itself", `event "of-itself" is not an outbound message; the status is ignored`},
		{StatusWithoutMessage, "of-nobody", `message "nobody" is unknown; the status is ignored`},
		{StatusWithoutMessage, "of-status", `event "of-inbound" is not an outbound message; the status is ignored`},
	}, traffic.problems)
}
