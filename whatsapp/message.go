package whatsapp

import (
	"strings"
	"time"
)

// Message is something that a contact sent, or that happened to the contact.
type Message struct {
	// ID is the wamid. It contains the phone number: personal data.
	ID      string
	Contact Contact
	// At is the provider's clock (W3), in UTC, to the second.
	At time.Time
	// Type as the provider names it: text, image, video, audio, document,
	// sticker, location, contacts, interactive, button, order (which open a
	// window, W2), reaction, system, unsupported, errors, edit, ... (which do
	// not). Types that nobody has heard of are passed on.
	Type string
	// Subtype is the kind within the type: button_reply, list_reply, nfm_reply;
	// user_changed_number. Mostly empty.
	Subtype string
	// Text is whatever a person would read: the body, the caption, the title of
	// the chosen reply, a place's name. Empty if there is nothing to read.
	Text string
	// Payload is the id that the business gave to the button or row chosen.
	Payload string
	// Answers is the wamid of the message answered to; empty if none is named.
	Answers string
	// Referral is the ad or post the contact came from (W8); nil if none.
	Referral *Referral
	// System says what happened to the contact; nil but for type system.
	System *System
	// Errors explain type unsupported and the like.
	Errors []Error
}

// Referral is where a contact came from: SourceType is `ad` or `post`.
type Referral struct {
	SourceType string
	SourceID   string
	SourceURL  string
	Headline   string
	Body       string
	ClickID    string // ctwa_clid
}

// System is a change to the contact itself, mostly of its number. The message's
// own Contact is the identity before the change.
type System struct {
	// NewWaID and NewBSUID are the identity after it; either may be empty.
	NewWaID  string
	NewBSUID string
	// PreviousBSUID is the business-scoped id before it, if it changed.
	PreviousBSUID string
	// Marketing is `stop` or `resume` where the contact changed what it wants.
	Marketing string
}

func readMessages(value *node, b book, add func(*node, Content)) {
	for _, n := range value.objects("messages", true) {
		if m := readMessage(n, b); m != nil {
			add(n, m)
		}
	}
}

func readMessage(n *node, b book) *Message {
	i, ok := n.item(b, "type", "from")
	if !ok {
		return nil
	}
	m := &Message{ID: i.id, At: i.at, Type: i.kind, Contact: i.contact, Errors: n.errors()}
	m.Subtype, m.Text, m.Payload = readContent(n, i.kind)
	m.Answers = n.object("context").text("id")
	if r := n.object("referral"); r != nil {
		m.Referral = &Referral{
			SourceType: r.text("source_type"),
			SourceID:   r.label("source_id"),
			SourceURL:  r.text("source_url"),
			Headline:   r.text("headline"),
			Body:       r.text("body"),
			ClickID:    r.text("ctwa_clid"),
		}
	}
	if s := n.object("system"); s != nil {
		now := s.contact("wa_id", "user_id")
		if now.WaID == "" {
			now.WaID = s.contact("new_wa_id", "").WaID
		}
		m.System = &System{
			NewWaID:       now.WaID,
			NewBSUID:      now.BSUID,
			PreviousBSUID: s.text("previous_user_id"),
			Marketing:     s.text("marketing"),
		}
	}
	return m
}

// readContent reads what a person would see of a message, and what a program
// would. The member that holds it is named after the type.
func readContent(n *node, kind string) (subtype, text, payload string) {
	switch kind {
	case "text", "image", "video", "audio", "document", "sticker", "voice",
		"button", "interactive", "location", "reaction", "order", "system", "unsupported":
	case "contacts":
		var names []string
		for _, c := range n.objects("contacts", false) {
			names = append(names, c.object("name").text("formatted_name"))
		}
		return "", strings.Join(names, ", "), ""
	default:
		return "", "", ""
	}
	body := n.object(kind)
	switch kind {
	case "text":
		return "", body.text("body"), ""
	case "button":
		return "", body.text("text"), body.text("payload")
	case "interactive":
		return readReply(body)
	case "location":
		return "", joinText(body.text("name"), body.text("address")), ""
	case "reaction":
		return "", body.text("emoji"), ""
	case "order":
		return "", body.text("text"), ""
	case "system":
		return body.text("type"), body.text("body"), ""
	case "unsupported":
		return body.text("type"), "", ""
	}
	return "", body.text("caption"), ""
}

// readReply reads the choice that a contact made in an interactive message.
func readReply(body *node) (subtype, text, payload string) {
	subtype = body.text("type")
	switch subtype {
	case "button_reply", "list_reply":
		reply := body.object(subtype)
		return subtype, reply.text("title"), reply.text("id")
	case "nfm_reply":
		reply := body.object(subtype)
		return subtype, reply.text("body"), ""
	}
	return subtype, "", ""
}

func joinText(a, b string) string {
	if a != "" && b != "" {
		return a + ", " + b
	}
	return a + b
}
