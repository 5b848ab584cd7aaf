package tariff

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"
)

// Events told shortly. A message is Ana's with the shop, and she is in Brazil, unless something is said about it.

func instant(at string) time.Time {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	return t
}

func ofAna(id string, kind EventType, at time.Time, more []func(*Event)) Event {
	e := Event{ID: id, Type: kind, At: at, Conversation: "ana", Number: "shop", Market: "BR"}
	for _, change := range more {
		change(&e)
	}
	return e
}

func asks(id string, at time.Time, more ...func(*Event)) Event {
	return ofAna(id, Inbound, at, more)
}

func answers(id string, at time.Time, more ...func(*Event)) Event {
	return ofAna(id, Freeform, at, more)
}

func sends(id, category string, at time.Time, more ...func(*Event)) Event {
	return ofAna(id, Template, at, append(more, func(e *Event) { e.Category = category }))
}

func arrives(message string, at time.Time, more ...func(*Event)) Event {
	e := Event{ID: fmt.Sprintf("%s-at-%d", message, at.UnixNano()), Type: Delivered, Message: message, At: at}
	for _, change := range more {
		change(&e)
	}
	return e
}

func byAd(e *Event) { e.EntryPoint = "ad" }

func until(at time.Time) func(*Event) { return func(e *Event) { e.EntryPointUntil = at } }

func verdict(kind, category string) func(*Event) {
	return func(e *Event) { e.Pricing = &Pricing{Model: "PMP", Type: kind, Category: category} }
}

func inConversation(name string) func(*Event) { return func(e *Event) { e.Conversation = name } }

func market(name string) func(*Event) { return func(e *Event) { e.Market = name } }

// charged is "event rule amount" of every charge, in order.
func charged(t require.TestingT, scheme string, a Account, events ...Event) []string {
	s, err := Lookup(scheme)
	require.NoError(t, err)
	if a.Cards == nil {
		a.Cards = shippedCards(t)
	}
	rating, err := Rate(s, events, a)
	require.NoError(t, err)
	require.NoError(t, rating.Err())
	list := []string{}
	for _, c := range rating.Charges {
		list = append(list, fmt.Sprintf("%s %s %v", c.Event, c.Rule, c.Money))
	}
	return list
}
