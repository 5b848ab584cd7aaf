package tariff

import (
	"bytes"
	"cmp"
	"time"
)

// EventType is what occurred. The order of the constants is the order of events at one instant.
type EventType uint8

// Messages of either side, and what became of one of the business. Zero is none of them.
const (
	Inbound   EventType = iota + 1 // the contact wrote
	Template                       // outbound, accepted by the provider
	Freeform                       // outbound, accepted by the provider
	Delivered                      // an outbound message arrived (also when only "read" was reported)
	Failed                         // an outbound message did not
)

var eventTypeNames = [...]string{Inbound: "inbound", Template: "template", Freeform: "freeform", Delivered: "delivered", Failed: "failed"}

func (t EventType) String() string {
	if t == 0 || int(t) >= len(eventTypeNames) {
		return "unknown"
	}
	return eventTypeNames[t]
}

// ParseEventType is the type of that name; false if there is none.
func ParseEventType(name string) (EventType, bool) {
	for t := Inbound; t <= Failed; t++ {
		if eventTypeNames[t] == name {
			return t, true
		}
	}
	return 0, false
}

// Outbound says whether this is a message of the business: template or free-form.
func (t EventType) Outbound() bool { return t == Template || t == Freeform }

// status says whether this is news about a message instead of a message.
func (t EventType) status() bool { return t == Delivered || t == Failed }

// Event is one fact that rating reads. Fields that do not apply to its type are empty.
type Event struct {
	ID   string
	At   time.Time // when it occurred by the provider's clock, to the nanosecond
	Type EventType

	// Of messages (inbound, template, free-form).
	Conversation string // one contact, one business number
	Number       string // the business number
	Market       string // the contact's country (two capital letters) or a market group; optional
	Category     string // of templates, with underscores: marketing, utility, authentication_international, ...

	// Of delivered and failed: the outbound event concerned.
	Message string

	Pricing         *Pricing  // of delivered, optional
	Campaign        string    // of outbound messages, optional; no rule reads it
	EntryPoint      string    // of inbound, optional: "ad", "page" or another word
	EntryPointUntil time.Time // of delivered, optional (else zero): the end that the provider states for a free entry point
}

// Pricing is the provider's own verdict on what it charges for a message. Any of its fields may be empty.
type Pricing struct{ Model, Type, Category string }

// compareEvents is the order of tariffs.md ("Order"), made total for copies of one event that differ ("Duplicates"): by
// instant, type, the message concerned, own id; then as text. It is 0 only for copies that say the same.
func compareEvents(a, b *Event) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Type, b.Type); c != 0 {
		return c
	}
	if c := cmp.Compare(a.concerns(), b.concerns()); c != 0 {
		return c
	}
	if c := cmp.Compare(a.ID, b.ID); c != 0 {
		return c
	}
	if a.same(b) {
		return 0
	}
	return bytes.Compare(a.appendJSON(nil), b.appendJSON(nil))
}

// concerns is the id of the message that an event is about: for a status the message it names.
func (e *Event) concerns() string {
	if e.Type.status() {
		return e.Message
	}
	return e.ID
}

// same says whether two copies of an event agree in everything that is read; times agree if they are the same instant.
func (e *Event) same(o *Event) bool {
	return e.ID == o.ID && e.At.Equal(o.At) && e.Type == o.Type &&
		e.Conversation == o.Conversation && e.Number == o.Number && e.Market == o.Market && e.Category == o.Category &&
		e.Message == o.Message && e.Pricing.same(o.Pricing) && e.Campaign == o.Campaign && e.EntryPoint == o.EntryPoint &&
		e.EntryPointUntil.Equal(o.EntryPointUntil)
}

func (p *Pricing) same(o *Pricing) bool {
	if p == nil || o == nil {
		return p == o
	}
	return *p == *o
}

// appendJSON appends the event as compact JSON: the fields read, in the order of tariffs.md's table, absent ones left out.
func (e *Event) appendJSON(dst []byte) []byte {
	o := object{dst: dst}
	o.text("id", e.ID)
	o.time("at", e.At)
	o.text("type", e.Type.String())
	o.text("conversation", e.Conversation)
	o.text("number", e.Number)
	o.text("market", e.Market)
	o.text("category", e.Category)
	o.text("message", e.Message)
	if e.Pricing != nil {
		o.key("pricing")
		p := object{dst: o.dst}
		p.text("model", e.Pricing.Model)
		p.text("type", e.Pricing.Type)
		p.text("category", e.Pricing.Category)
		o.dst = p.end()
	}
	o.text("campaign", e.Campaign)
	o.text("entry_point", e.EntryPoint)
	if !e.EntryPointUntil.IsZero() {
		o.time("entry_point_until", e.EntryPointUntil)
	}
	return o.end()
}
