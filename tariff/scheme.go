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
	// Version changes with the rules: what was charged under another version is not silently charged anew.
	Version() int
	// Memory is how long a message, its delivery or the end that the provider states for an entry point can matter to later ones
	// of its conversation: after a gap longer than this, a conversation is rated as if nothing had gone before. The ledger reads
	// back no further. It is given the length of a free entry point (P5).
	Memory(entryPoint time.Duration) time.Duration
	// rate writes what the scheme charges for the traffic into the bill, in any order.
	rate(*traffic, *bill)
}

// registry has every scheme by its name.
var registry = byName(zenviaConversion{}, sirena{}, b2chat{}, aisensy{}, metaCBP{}, metaPMP2025, metaPMP2026, twilio, gupshup)

func byName(schemes ...Scheme) map[string]Scheme {
	m := make(map[string]Scheme, len(schemes))
	for _, s := range schemes {
		m[s.Name()] = s
	}
	return m
}

// Lookup is the scheme of that name; else a *UsageError that lists those there are. Meta is not one of them: it is a name for
// whichever is in force.
func Lookup(name string) (Scheme, error) {
	if s, ok := registry[name]; ok {
		return s, nil
	}
	reason := fmt.Sprintf("unknown scheme %q", name)
	if name == Meta {
		reason += " (a business number can be assigned to it, but whichever of Meta's is in force is the scheme)"
	}
	return nil, &UsageError{Reason: reason + "; there are " + strings.Join(Names(), ", ")}
}

// Names lists all schemes, sorted.
func Names() []string { return slices.Sorted(maps.Keys(registry)) }
