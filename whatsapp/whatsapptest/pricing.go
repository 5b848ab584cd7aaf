package whatsapptest

import (
	"slices"
	"strings"
	"time"
)

// serviceCharged is when free-form messages, and utility templates in an open
// window, ceased to be free. It is Meta's 1 October in UTC; the real one begins
// at midnight in the account's time zone.
var serviceCharged = time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC)

// freeServiceMessages is how many delivered free-form messages of a number are
// free in each month from then on.
const freeServiceMessages = 1000

// allowance names a number's count in a month, `2026-10`.
type allowance struct{ number, month string }

// priced reports whether a status carries a price: `sent` and the first that
// means delivered, never `failed`. To be called with s.mu held.
func (s *Simulator) priced(m *Message, state string) bool {
	switch state {
	case "sent", "delivered":
		return true
	case "read", "played":
		return !arrived(m)
	}
	return false
}

// arrived reports whether a status has said that the message was delivered.
func arrived(m *Message) bool {
	return slices.ContainsFunc(m.Statuses, func(state string) bool { return state != "sent" && state != "failed" })
}

// verdict states the price of a message whose status is about to be reported,
// as doc.go says, and counts the status if it is the first to say delivered.
// To be called with s.mu held.
func (s *Simulator) verdict(m *Message, at time.Time, state string) object {
	kind, category := "regular", m.Category
	count := allowance{m.Number, at.UTC().Format("2006-01")}
	old := at.Before(serviceCharged)
	switch {
	case !m.freeUntil.IsZero():
		kind, category = "free_entry_point", "referral_conversion"
	case m.Type != "template":
		if old || s.delivered[count] < freeServiceMessages {
			kind = "free_customer_service"
		}
		if state != "sent" && !arrived(m) {
			s.delivered[count]++
		}
	case old && strings.HasPrefix(category, "utility") && m.thread.open(at):
		kind = "free_customer_service"
	}
	return object{"billable": kind == "regular", "pricing_model": "PMP", "type": kind, "category": category}
}
