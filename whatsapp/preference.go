package whatsapp

import "time"

// Preference is a contact's wish about a category of messages, expressed in the
// app. It concerns the business, whichever of its numbers carried it.
type Preference struct {
	Contact Contact
	// Category is marketing_messages so far.
	Category string
	// Value is stop or resume; others are passed on.
	Value  string
	Detail string
	// At is the provider's clock, in UTC, to the second.
	At time.Time
}

func readPreferences(value *node, b book, entryAt time.Time, add func(*node, Content)) {
	for _, n := range value.objects("user_preferences", true) {
		if p := readPreference(n, b, entryAt); p != nil {
			add(n, p)
		}
	}
}

func readPreference(n *node, b book, entryAt time.Time) *Preference {
	contact, ok := n.sender(b, "wa_id", "user_id")
	if !ok {
		return nil
	}
	value, ok := n.key("value")
	if !ok {
		return nil
	}
	at := entryAt
	if n.get("timestamp") != nil || entryAt.IsZero() {
		if at, ok = n.instant("timestamp"); !ok {
			return nil
		}
	}
	return &Preference{
		Contact:  contact,
		Category: n.text("category"),
		Value:    value,
		Detail:   n.text("detail"),
		At:       at,
	}
}
