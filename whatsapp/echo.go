package whatsapp

import "time"

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

func readEchoes(value *node, b book, add func(*node, Content)) {
	for _, n := range value.objects("message_echoes", true) {
		if e := readEcho(n, b); e != nil {
			add(n, e)
		}
	}
}

func readEcho(n *node, b book) *Echo {
	i, ok := n.item(b, "type", "to")
	if !ok {
		return nil
	}
	_, text, _ := readContent(n, i.kind)
	return &Echo{ID: i.id, Contact: i.contact, At: i.at, Type: i.kind, Text: text}
}
