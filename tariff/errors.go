package tariff

import (
	"fmt"
	"time"
)

// What `starter rate` exits with: the errors say it themselves (ExitCode), so that a command need not know them.
const (
	exitMissingPrice = 1
	exitMalformed    = 2 // usage, malformed events, malformed cards
)

// InputError is a malformed event: nothing is rated.
type InputError struct {
	Line   int    // the first bad line, counted from 1, blank lines included
	Field  string // the field at fault ("pricing.model" for one within); empty if the line is no JSON object at all
	Reason string
}

func (e *InputError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return fmt.Sprintf("line %d: %s: %s", e.Line, e.Field, e.Reason)
}

// ExitCode is 2: malformed input.
func (e *InputError) ExitCode() int { return exitMalformed }

// CardError is a malformed rate card, or a set of cards that contradict each other.
type CardError struct {
	File   string
	Line   int    // counted from 1; 0 if the fault is not in one line
	Field  string // heading or column
	Reason string
}

func (e *CardError) Error() string {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", where, e.Line)
	}
	if e.Field != "" {
		where += ": " + e.Field
	}
	return fmt.Sprintf("rate card %s: %s", where, e.Reason)
}

// ExitCode is 2: malformed input.
func (e *CardError) ExitCode() int { return exitMalformed }

// UsageError is a wish that cannot be meant: an unknown scheme or time zone.
type UsageError struct{ Reason string }

func (e *UsageError) Error() string { return e.Reason }

// ExitCode is 2: usage.
func (e *UsageError) ExitCode() int { return exitMalformed }

// MissingPrice is a message that should be charged and for which no card states a price. An empty field of a card is no price,
// and it is not zero.
type MissingPrice struct {
	Event    string // id of the message
	Scheme   string
	Card     string    // id of the card in effect; empty if the set has no card of the scheme
	Market   string    // the row that should have it; empty where prices do not depend on it
	NoMarket bool      // the price depends on a market, and the message names none
	Category string    // the column: the message's category or, where prices do not depend on it, the charge's kind
	At       time.Time // the instant of the charge that it is not
}

func (m MissingPrice) String() string {
	switch {
	case m.Card == "":
		return fmt.Sprintf("there is no rate card for %s (%s)", m.Scheme, m.Category)
	case m.NoMarket:
		return fmt.Sprintf("rate card %s has no price for %s without a market, and the message names none", m.Card, m.Category)
	case m.Market == "":
		return fmt.Sprintf("rate card %s has no price for %s", m.Card, m.Category)
	default:
		return fmt.Sprintf("rate card %s has no price for %s in market %s", m.Card, m.Category, m.Market)
	}
}

// MissingPriceError says that some messages could not be priced (Rating.Err).
type MissingPriceError struct {
	Missing []MissingPrice // at least one, ordered like the charges that they are not
}

func (e *MissingPriceError) Error() string {
	first := e.Missing[0]
	if len(e.Missing) == 1 {
		return fmt.Sprintf("%v, needed for event %q", first, first.Event)
	}
	return fmt.Sprintf("%v, needed for event %q; %d messages in all are without a price", first, first.Event, len(e.Missing))
}

// ExitCode is 1: a price is missing.
func (e *MissingPriceError) ExitCode() int { return exitMissingPrice }
