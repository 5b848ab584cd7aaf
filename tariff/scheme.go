package tariff

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Scheme is the rules of one tariff. The schemes are those of this package (Lookup).
type Scheme interface {
	// Name is what the scheme is called in commands, charges and cards: "zenvia-conversion".
	Name() string
	// Memory is how long a message can matter to later ones of its conversation: after a gap longer than this, a conversation is
	// rated as if nothing had gone before. The ledger reads back no further.
	Memory() time.Duration
	// rate writes what the scheme charges for the traffic into the bill, in any order.
	rate(*traffic, *bill)
}

// registry has every scheme by its name.
var registry = byName(zenviaConversion{})

func byName(schemes ...Scheme) map[string]Scheme {
	m := make(map[string]Scheme, len(schemes))
	for _, s := range schemes {
		m[s.Name()] = s
	}
	return m
}

// Lookup is the scheme of that name; else a *UsageError that lists those there are.
func Lookup(name string) (Scheme, error) {
	if s, ok := registry[name]; ok {
		return s, nil
	}
	return nil, &UsageError{Reason: fmt.Sprintf("unknown scheme %q; there is %s", name, strings.Join(names(), ", "))}
}

// names lists all schemes, sorted.
func names() []string { return slices.Sorted(maps.Keys(registry)) }

// Rate says what a scheme charges for a set of events, in any order and with any number of copies; account is the time zone on
// whose days cards start (nil: UTC). The events are neither changed nor kept. Charges are ordered by instant, event and kind,
// problems by event.
//
// A *MissingPriceError comes with everything that could be priced beside it. Any other error (a *UsageError: cards in several
// currencies) comes alone.
func Rate(s Scheme, events []Event, cards *Cards, account *time.Location) ([]Charge, []Problem, error) {
	refs := make([]*Event, len(events))
	for i := range events {
		refs[i] = &events[i]
	}
	return rate(s, refs, cards, account)
}

// rate is Rate for events that may be reordered.
func rate(s Scheme, events []*Event, cards *Cards, account *time.Location) ([]Charge, []Problem, error) {
	if account == nil {
		account = time.UTC
	}
	b := &bill{scheme: s.Name(), cards: cards.byScheme[s.Name()], account: account}
	if err := oneCurrency(b.scheme, b.cards); err != nil {
		return nil, nil, err
	}
	t := newTraffic(events)
	s.rate(t, b)
	return b.settle(t.problems)
}
