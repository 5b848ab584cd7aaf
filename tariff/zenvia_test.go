package tariff

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// zenviaOf is what the scheme says, as "event kind rule" per charge, and the events reported.
func zenviaOf(t require.TestingT, events []*Event) (charges, reported []string) {
	rating, err := rate(zenviaConversion{}, newTraffic(slices.Clone(events)), Account{Cards: shippedCards(t)})
	require.NoError(t, err)
	for _, c := range rating.Charges {
		charges = append(charges, c.Event+" "+string(c.Kind)+" "+c.Rule)
	}
	for _, p := range rating.Problems {
		if p.Problem == FreeformOutsideWindow {
			reported = append(reported, p.Event)
		}
	}
	slices.Sort(charges)
	slices.Sort(reported)
	return charges, reported
}

// at is a message of one conversation, some time after its first.
func messageAt(id string, kind EventType, after time.Duration) Event {
	return Event{ID: id, Type: kind, At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).Add(after), Conversation: "ana", Number: "shop", Category: "utility"}
}

func TestZenviaEdgesOneSecondEitherSideOf24Hours(t *testing.T) {
	first := func(kind EventType) Event { return messageAt("first", kind, 0) }
	reply := messageAt("reply", Inbound, 12*time.Hour)
	for _, c := range []struct {
		name   string
		events []Event
		want   []string
	}{
		{"a session still holds at 23:59:59", []Event{first(Inbound), messageAt("next", Inbound, day-time.Second)},
			[]string{"first customer_initiated Z4"}},
		{"a session is over at 24:00:00", []Event{first(Inbound), messageAt("next", Inbound, day)},
			[]string{"first customer_initiated Z4", "next customer_initiated Z4"}},
		{"a session is over at 24:00:01", []Event{first(Inbound), messageAt("next", Inbound, day+time.Second)},
			[]string{"first customer_initiated Z4", "next customer_initiated Z4"}},
		{"an offer 23:59:59 after the reply is in the extended window", []Event{first(Template), reply, messageAt("next", Template, 36*time.Hour-time.Second)},
			[]string{"first business_initiated Z6", "next customer_initiated Z5"}},
		{"an offer 24:00:00 after the reply is not", []Event{first(Template), reply, messageAt("next", Template, 36*time.Hour)},
			[]string{"first business_initiated Z6", "next business_initiated Z6"}},
		{"an offer 24:00:01 after the reply is not", []Event{first(Template), reply, messageAt("next", Template, 36*time.Hour+time.Second)},
			[]string{"first business_initiated Z6", "next business_initiated Z6"}},
		{"an offer's session still holds at 23:59:59, and the contact's message in it is free", []Event{first(Template), messageAt("next", Inbound, day-time.Second)},
			[]string{"first business_initiated Z6"}},
		{"an offer's session is over at 24:00:00, and the contact opens one", []Event{first(Template), messageAt("next", Inbound, day)},
			[]string{"first business_initiated Z6", "next customer_initiated Z4"}},
		{"an offer's session is over at 24:00:01, and the contact opens one", []Event{first(Template), messageAt("next", Inbound, day+time.Second)},
			[]string{"first business_initiated Z6", "next customer_initiated Z4"}},
		{"an opener's own session hides its window, which ends with it", []Event{first(Inbound), messageAt("next", Freeform, day)},
			[]string{"first customer_initiated Z4", "next business_initiated Z6"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			charges, _ := zenviaOf(t, refs(c.events))
			require.Equal(t, c.want, charges)
		})
	}
}
