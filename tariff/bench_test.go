package tariff

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// chats is traffic as it is: 64 conversations at a time, each of eight messages within half an hour, coming back days later.
func chats(i, conversations int) int { return (i/(8*64)*64 + i%64) % conversations }

// scattered is the worst: every message in another conversation, hours after the last one there, so that every second opens a
// session and nothing that is needed is near.
func scattered(i, conversations int) int { return i * 7919 % conversations }

// ordinaryTraffic is n events in order, each once, every outbound message delivered.
func ordinaryTraffic(n int, conversation func(i, conversations int) int) []Event {
	events := make([]Event, 0, n)
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	conversations := n/50 + 1
	for i := 0; len(events) < n; i++ {
		at := start.Add(time.Duration(i) * 3 * time.Second)
		e := Event{ID: fmt.Sprintf("0190f000-0000-7000-8000-%012d", i), At: at, Number: "shop", Market: "BR",
			Conversation: fmt.Sprintf("0190f000-0000-7000-9000-%012d", conversation(i, conversations))}
		switch i % 4 {
		case 0, 2:
			e.Type = Inbound
			events = append(events, e)
			continue
		case 1:
			e.Type = Freeform
		case 3:
			e.Type, e.Category = Template, "utility"
		}
		events = append(events, e, Event{ID: "d" + e.ID, At: at.Add(time.Second), Type: Delivered, Message: e.ID})
	}
	return events[:n]
}

func jsonLines(events []Event) []byte {
	var lines []byte
	for i := range events {
		lines = append(events[i].appendJSON(lines), '\n')
	}
	return lines
}

func shippedCards(t require.TestingT) *Cards {
	cards, err := ShippedCards()
	require.NoError(t, err)
	return cards
}

func perSecond(b *testing.B, n int) {
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkRateOrderedEvents(b *testing.B) {
	chats, scattered := ordinaryTraffic(1_000_000, chats), ordinaryTraffic(1_000_000, scattered)
	for _, name := range Names() {
		b.Run(name+"/chats", func(b *testing.B) { benchmarkRate(b, name, chats) })
		b.Run(name+"/scattered", func(b *testing.B) { benchmarkRate(b, name, scattered) })
	}
}

func BenchmarkRateOneConversation(b *testing.B) {
	benchmarkRate(b, "zenvia-conversion", ordinaryTraffic(40, scattered))
}

func benchmarkRate(b *testing.B, name string, events []Event) {
	s, err := Lookup(name)
	require.NoError(b, err)
	account := Account{Cards: shippedCards(b), EntryPoint: DefaultEntryPoint}
	b.ReportAllocs()
	for b.Loop() {
		_, err := Rate(s, events, account)
		require.NoError(b, err)
	}
	perSecond(b, len(events))
}

func BenchmarkReader(b *testing.B) {
	events := ordinaryTraffic(100_000, chats)
	lines := jsonLines(events)
	b.SetBytes(int64(len(lines)))
	b.ReportAllocs()
	for b.Loop() {
		r := NewReader(bytes.NewReader(lines))
		var e Event
		n := 0
		for r.Read(&e) == nil {
			n++
		}
		require.Equal(b, len(events), n)
	}
	perSecond(b, len(events))
}

func BenchmarkRateStream(b *testing.B) {
	lines := jsonLines(ordinaryTraffic(1_000_000, chats))
	b.SetBytes(int64(len(lines)))
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, RateStream(bytes.NewReader(lines), io.Discard, io.Discard, Options{Scheme: "zenvia-conversion", EntryPointHours: 72}))
	}
	perSecond(b, 1_000_000)
}
