package whatsapp

import "time"

// Status is what became of a message that the business sent.
type Status struct {
	// ID is the wamid of the message it speaks of.
	ID string
	// State as the provider names it: sent, delivered, read, failed, played.
	// Others are passed on. A read may come without a delivered.
	State string
	// At is the provider's clock, in UTC, to the second.
	At time.Time
	// Contact is the recipient, as far as it is stated; it may be unknown.
	Contact Contact
	// OpaqueData is what the sender gave as biz_opaque_callback_data.
	OpaqueData string
	// Conversation is stated for free entry points (W8); nil if not.
	Conversation *ConversationInfo
	// Pricing may stand on any one of a message's statuses and belongs to the
	// message (tariffs.md, Statuses); nil if not stated.
	Pricing *Verdict
	// Errors say why State is failed.
	Errors []Error
}

// ConversationInfo is the charging period that the provider puts a message in.
type ConversationInfo struct {
	ID string
	// ExpiresAt is its end; the zero time if not stated.
	ExpiresAt time.Time
	// Origin is what opened it: referral_conversion for a free entry point.
	Origin string
}

// Verdict is how the provider says it charges a message (P6), as it stands;
// whether it is readable is for rating to decide.
type Verdict struct {
	Billable bool
	Model    string // PMP or CBP
	Type     string // regular, free_customer_service, free_entry_point, ...
	Category string
}

// NumberError is an error that concerns the business number, not a message.
type NumberError struct{ Error }

func readStatuses(value *node, b book, add func(*node, Content)) {
	for _, n := range value.objects("statuses", true) {
		if s := readStatus(n, b); s != nil {
			add(n, s)
		}
	}
}

func readStatus(n *node, b book) *Status {
	id, ok := n.key("id")
	if !ok {
		return nil
	}
	state, ok := n.key("status")
	if !ok {
		return nil
	}
	at, ok := n.instant("timestamp")
	if !ok {
		return nil
	}
	s := &Status{
		ID:         id,
		State:      state,
		At:         at,
		Contact:    b.resolve(n.contact("recipient_id", "recipient_user_id")),
		OpaqueData: n.text("biz_opaque_callback_data"),
		Errors:     n.errors(),
	}
	if c := n.object("conversation"); c != nil {
		expires, _ := c.second("expiration_timestamp", false)
		s.Conversation = &ConversationInfo{
			ID:        c.text("id"),
			ExpiresAt: expires,
			Origin:    c.object("origin").text("type"),
		}
	}
	if p := n.object("pricing"); p != nil {
		s.Pricing = &Verdict{
			Billable: p.flag("billable"),
			Model:    p.text("pricing_model"),
			Type:     p.text("type"),
			Category: p.text("category"),
		}
	}
	return s
}
