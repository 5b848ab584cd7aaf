package tariff

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"pgregory.net/rapid"
)

// The drawn traffic lies across a day on which something begins: a scheme, a card, a month, a year; and in between.
var starts = []time.Time{
	time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
	time.Date(2025, 6, 28, 12, 0, 0, 0, time.UTC),
	time.Date(2026, 6, 28, 12, 0, 0, 0, time.UTC),
	time.Date(2026, 9, 28, 12, 0, 0, 0, time.UTC),
	time.Date(2026, 10, 29, 0, 0, 0, 0, time.UTC),
	time.Date(2026, 12, 29, 0, 0, 0, 0, time.UTC),
}

var east = time.FixedZone("east", 5*3600+1800)

func drawEvents(t *rapid.T) []Event {
	return drawEventsFrom(t, rapid.SampledFrom(starts).Draw(t, "start"))
}

// drawEventsFrom is some distinct events of three conversations and two numbers: on whole hours, so that instants and edges meet
// often, or off by a second or a nanosecond; with verdicts of every kind, stated ends, late and repeated deliveries, failures,
// and statuses of inbound and unknown messages.
func drawEventsFrom(t *rapid.T, start time.Time) []Event {
	nudge := rapid.SampledFrom([]time.Duration{0, 0, 0, time.Second, -time.Second, time.Nanosecond})
	n := rapid.IntRange(0, 14).Draw(t, "messages")
	var events []Event
	for i := range n {
		e := Event{
			ID:           fmt.Sprintf("m%02d", i),
			At:           start.Add(time.Duration(rapid.IntRange(1, 118).Draw(t, "hour"))*time.Hour + nudge.Draw(t, "nudge")),
			Type:         rapid.SampledFrom([]EventType{Inbound, Template, Freeform}).Draw(t, "type"),
			Conversation: rapid.SampledFrom([]string{"ana", "ana", "bruno", "clara"}).Draw(t, "conversation"),
			Market:       rapid.SampledFrom([]string{"BR", "BR", "US", "KE", "KZ", "FJ", "IN", "REST_OF_AFRICA", "ATLANTIS_AND_MU", ""}).Draw(t, "market"),
		}
		if rapid.IntRange(0, 3).Draw(t, "another clock") == 0 {
			e.At = e.At.In(east) // one instant is one instant, however it is written
		}
		e.Number = map[string]string{"ana": "shop", "bruno": "shop", "clara": "branch"}[e.Conversation]
		switch e.Type {
		case Inbound:
			e.EntryPoint = rapid.SampledFrom([]string{"", "ad", "page"}).Draw(t, "entry point")
		case Template:
			e.Category = rapid.SampledFrom([]string{"utility", "utility", "utility_notice", "utilityplus", "marketing", "marketing_lite",
				"authentication", "authentication_international", "carousel"}).Draw(t, "category")
		}
		events = append(events, e)
	}
	for i := range n {
		for range rapid.SampledFrom([]int{0, 1, 1, 1, 2, 3}).Draw(t, "statuses") {
			events = append(events, drawStatus(t, len(events), events[i].ID, events[i].At))
		}
	}
	for range rapid.SampledFrom([]int{0, 0, 1}).Draw(t, "statuses of nobody") {
		events = append(events, drawStatus(t, len(events), "nobody", start))
	}
	return events
}

func drawStatus(t *rapid.T, n int, message string, sent time.Time) Event {
	delay := rapid.SampledFrom([]time.Duration{0, time.Second, 2 * time.Second, time.Hour, 5 * time.Hour, 23 * time.Hour, day, 47 * time.Hour,
		-time.Second, -time.Hour, -30 * time.Hour}).Draw(t, "delay")
	e := Event{ID: fmt.Sprintf("s%03d", n), Type: rapid.SampledFrom([]EventType{Delivered, Delivered, Delivered, Failed}).Draw(t, "status"),
		Message: message, At: sent.Add(delay)}
	if e.Type == Failed {
		return e
	}
	if rapid.Bool().Draw(t, "priced") {
		e.Pricing = &Pricing{
			Model: rapid.SampledFrom([]string{"PMP", "PMP", "PMP", "PMP", "CBP", ""}).Draw(t, "model"),
			Type: rapid.SampledFrom([]string{"regular", "regular", "free_customer_service", "free_entry_point", "free_group_customer_service",
				"free_of_a_new_kind", ""}).Draw(t, "type"),
			Category: rapid.SampledFrom([]string{"marketing", "utility", "service", "marketing_lite", "authentication_international", ""}).Draw(t, "verdict's category"),
		}
	}
	if rapid.IntRange(0, 2).Draw(t, "states an end") == 0 {
		e.EntryPointUntil = e.At.Add(rapid.SampledFrom([]time.Duration{-30 * time.Hour, -time.Second, 0, time.Second, time.Hour, 30 * time.Hour,
			100 * time.Hour, 5 * day}).Draw(t, "until"))
	}
	return e
}

// drawAccount is where an account's calendar may lie and how long its entry points may last. West of Greenwich days begin later
// and east of it earlier.
func drawAccount(t *rapid.T) Account {
	zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Kiritimati", "Europe/Berlin"}).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	hours := rapid.SampledFrom([]int{72, 72, 0, 1, 168}).Draw(t, "hours of an entry point")
	return Account{Zone: zone, Cards: shippedCards(t), EntryPoint: time.Duration(hours) * time.Hour}
}

func renamed(e Event, prefix string) Event {
	e.ID = prefix + e.ID
	if e.Message != "" {
		e.Message = prefix + e.Message
	}
	return e
}

// shuffled is the events in an order, and with copies, that the test draws.
func shuffled(t *rapid.T, events []Event) []Event {
	events = slices.Clone(events)
	for range rapid.IntRange(0, len(events)).Draw(t, "copies") {
		events = append(events, events[rapid.IntRange(0, len(events)-1).Draw(t, "copy of")])
	}
	seed := rapid.Uint64().Draw(t, "order")
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	return events
}
