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

// Echo is a free-form message that the business sent from the WhatsApp Business
// app, on a number that it shares with the API.
type Echo struct {
	// ID is the wamid.
	ID string
	// Contact is the person it was sent to.
	Contact Contact
	// At is the provider's clock, in UTC, to the second.
	At time.Time
	// Type and Text are those of Message.
	Type string
	Text string
}

func readCalls(value *node, b book, add func(*node, Content)) {
	for _, n := range value.objects("calls", true) {
		if c := readCall(n, b); c != nil {
			add(n, c)
		}
	}
}

func readCall(n *node, b book) *Call {
	id, ok := n.key("id")
	if !ok {
		return nil
	}
	event, ok := n.key("event")
	if !ok {
		return nil
	}
	at, ok := n.instant("timestamp")
	if !ok {
		return nil
	}
	direction := n.text("direction")
	phoneName, bsuidName := "from", "from_user_id"
	if direction == "BUSINESS_INITIATED" {
		phoneName, bsuidName = "to", "to_user_id"
	}
	contact, ok := n.sender(b, phoneName, bsuidName)
	if !ok {
		return nil
	}
	return &Call{ID: id, Event: event, Direction: direction, Contact: contact, At: at}
}

func readEchoes(value *node, b book, add func(*node, Content)) {
	for _, n := range value.objects("message_echoes", true) {
		if e := readEcho(n, b); e != nil {
			add(n, e)
		}
	}
}

func readEcho(n *node, b book) *Echo {
	id, ok := n.key("id")
	if !ok {
		return nil
	}
	at, ok := n.instant("timestamp")
	if !ok {
		return nil
	}
	kind, ok := n.key("type")
	if !ok {
		return nil
	}
	contact, ok := n.sender(b, "to", "to_user_id")
	if !ok {
		return nil
	}
	_, text, _ := readContent(n, kind)
	return &Echo{ID: id, Contact: contact, At: at, Type: kind, Text: text}
}
