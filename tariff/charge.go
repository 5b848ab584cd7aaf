package tariff

import (
	"cmp"
	"time"
)

// Kind is what a charge is for.
type Kind string

// The kinds that the schemes here produce.
const (
	CustomerInitiated Kind = "customer_initiated" // a billing session opened by the contact, or while it may be answered
	BusinessInitiated Kind = "business_initiated" // a billing session opened by the business

	TemplateSent Kind = "template"    // a template, whatever became of it on its way
	SessionIn    Kind = "session_in"  // a message of the contact inside its window
	SessionOut   Kind = "session_out" // a free-form message inside the window

	MessageDelivered   Kind = "message"      // a message that arrived, at Meta's price of its category
	ConversationOpened Kind = "conversation" // 24 h of messages of one category, opened by the first that arrived
	Fee                Kind = "fee"          // what a reseller adds for each message
)

// Charge is an amount owed, and why. Scheme, kind and event together name it.
type Charge struct {
	Scheme   string
	Card     string // id of the rate card that priced it
	Event    string // id of the message that caused it; of a session, its opener
	Kind     Kind
	Category string // only where the price depends on it
	Market   string // the card's row; only where the price depends on it
	Money           // never zero, never negative
	At       time.Time
	Rule     string // the clause that produced it: "Z4"

	set *Cards
}

// PricedBy is the set of cards that the price was found in: Account.Cards or one that is pinned.
func (c *Charge) PricedBy() *Cards { return c.set }

// compareCharges is the order in which charges are listed: by instant, event, kind.
func compareCharges(a, b *Charge) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Event, b.Event); c != 0 {
		return c
	}
	return cmp.Compare(a.Kind, b.Kind)
}

// AppendJSON appends the charge as compact JSON with the fields in the contract's order; those that do not apply are left out.
func (c Charge) AppendJSON(dst []byte) []byte {
	o := object{dst: dst}
	o.text("scheme", c.Scheme)
	o.text("card", c.Card)
	o.text("event", c.Event)
	o.text("kind", string(c.Kind))
	o.text("category", c.Category)
	o.text("market", c.Market)
	o.integer("amount_micros", c.AmountMicros)
	o.text("currency", c.Currency)
	o.time("at", c.At)
	o.text("rule", c.Rule)
	return o.end()
}

// The problems that rating reports. None of them stops it.
const (
	ConflictingDuplicate  = "conflicting_duplicate"   // copies of one event differ; the first in order counts
	StatusWithoutMessage  = "status_without_message"  // a status whose message is unknown or not outbound; it is ignored
	FreeformOutsideWindow = "freeform_outside_window" // a free-form message that should not have been possible
	VerdictIgnored        = "verdict_ignored"         // a status whose verdict cannot be read (P6)
	VerdictDiffers        = "verdict_differs"         // a message that Meta and we see differently; Meta's word counts (P6)
)

const outsideWindow = "a free-form message was accepted although the contact had not written in the 24 h before"

// Problem is something odd about an event that a person should see.
type Problem struct {
	Problem string // one of the names above
	Event   string // id of the event
	Detail  string // a sentence
}

// compareProblems is the order in which problems are listed: by event.
func compareProblems(a, b Problem) int {
	if c := cmp.Compare(a.Event, b.Event); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Problem, b.Problem); c != 0 {
		return c
	}
	return cmp.Compare(a.Detail, b.Detail)
}

// AppendJSON appends the problem as compact JSON.
func (p Problem) AppendJSON(dst []byte) []byte {
	o := object{dst: dst}
	o.text("problem", p.Problem)
	o.text("event", p.Event)
	o.text("detail", p.Detail)
	return o.end()
}
