package whatsapp

import "time"

// Call is an event of a voice call.
type Call struct {
	// ID is the call's; all its events carry it.
	ID string
	// Event is connect or terminate; others are passed on.
	Event string
	// Direction is USER_INITIATED or BUSINESS_INITIATED; may be empty.
	Direction string
	// Contact is the person, whichever side called.
	Contact Contact
	// At is the provider's clock, in UTC, to the second.
	At time.Time
}

// Inbound reports whether the event counts as an inbound message (W2): a call
// that the contact made, counted once, when it connects.
func (c *Call) Inbound() bool {
	return c.Event == "connect" && c.Direction == "USER_INITIATED"
}

func readCalls(value *node, b book, add func(*node, Content)) {
	for _, n := range value.objects("calls", true) {
		if c := readCall(n, b); c != nil {
			add(n, c)
		}
	}
}

func readCall(n *node, b book) *Call {
	direction, side := n.text("direction"), "from"
	if direction == "BUSINESS_INITIATED" {
		side = "to"
	}
	i, ok := n.item(b, "event", side)
	if !ok {
		return nil
	}
	return &Call{ID: i.id, Event: i.kind, Direction: direction, Contact: i.contact, At: i.at}
}
