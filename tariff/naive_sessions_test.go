package tariff

import (
	"slices"
	"time"
)

// The tariffs of the providers that bill by session or template. Each rule's clauses can be left out.

func (n *naive) zenvia() {
	for _, conversation := range n.conversations {
		var openers []time.Time
		var previous time.Time
		for _, m := range conversation {
			if m.failed && !n.lacks("Z7: a failed message opens nothing") {
				continue
			}
			inside := slices.ContainsFunc(openers, func(o time.Time) bool { return within24h(o, m.At) })
			if n.lacks("Z1: nothing extends a session") {
				inside = len(openers) > 0 && within24h(previous, m.At)
			}
			previous = m.At
			if m.Type == Freeform && n.lacks("Z2: free-form messages open sessions too") ||
				m.Type == Template && n.lacks("Z2: templates open sessions too") {
				continue
			}
			if inside && !(m.Type == Template && n.lacks("Z3: templates are free inside a session")) &&
				!(m.Type != Template && n.lacks("Z3: messages are free inside a session")) {
				continue
			}
			if !inside {
				openers = append(openers, m.At)
			}
			open := n.windowOpen(conversation, m.At)
			switch {
			case m.Type == Inbound && n.lacks("Z4: an inbound opener is customer-initiated"):
				n.charge(m, BusinessInitiated, "Z6")
			case m.Type == Inbound:
				n.charge(m, CustomerInitiated, "Z4")
			case open && !n.lacks("Z5: an open window makes it customer-initiated"):
				n.charge(m, CustomerInitiated, "Z5")
			case n.lacks("Z6: any other opener is business-initiated"):
				n.charge(m, CustomerInitiated, "Z6")
			default:
				n.charge(m, BusinessInitiated, "Z6")
				if m.Type == Freeform && !n.lacks("Z6: a free-form opener outside the window is reported") {
					n.report("freeform_outside_window", m)
				}
			}
		}
	}
}

func (n *naive) sirena() {
	for _, conversation := range n.conversations {
		var extended []time.Time // by what keeps a session open
		for _, m := range conversation {
			inside := slices.ContainsFunc(extended, func(at time.Time) bool { return within24h(at, m.At) })
			if m.Type == Freeform {
				if n.lacks("S4: free-form messages are not charged") {
					n.charge(m, BusinessInitiated, "S4")
				}
				if n.lacks("S1: free-form messages extend nothing") {
					extended = append(extended, m.At)
				}
				continue
			}
			switch {
			case m.Type == Template && m.failed && n.lacks("S2: a failed template is charged too"):
			case m.Type == Template && inside && n.lacks("S2: a template inside a session is charged too"):
			case m.Type == Template:
				n.charge(m, BusinessInitiated, "S2")
			case !inside && n.lacks("S3: an inbound message outside a session is charged"):
			case !inside || n.lacks("S3: inside a session it is free"):
				n.charge(m, CustomerInitiated, "S3")
			}
			switch {
			case m.Type == Inbound && inside && n.lacks("S1: an inbound message extends a session"):
			case m.Type == Template && n.lacks("S1: a template opens and extends a session"):
			case m.failed && n.lacks("S2: a failed template counts for S1"):
			default:
				extended = append(extended, m.At)
			}
		}
	}
}

func (n *naive) b2chat() {
	for _, conversation := range n.conversations {
		for _, m := range conversation {
			switch {
			case m.Type == Template && n.lacks("B1: a template is charged"):
			case m.Type == Template && (!m.failed || n.lacks("B1: a failed one is not")):
				n.charge(m, TemplateSent, "B1")
			case m.Type == Inbound && n.lacks("B2: messages that come in cost nothing"),
				m.Type == Freeform && n.lacks("B2: messages that go out cost nothing"):
				n.charge(m, TemplateSent, "B2")
			}
		}
	}
}

func (n *naive) aisensy() {
	for _, conversation := range n.conversations {
		for i, m := range conversation {
			open := n.windowOpen(conversation, m.At)
			if n.lacks("A1: the latest inbound message counts") {
				first := slices.IndexFunc(conversation, func(m told) bool { return m.Type == Inbound })
				open = first >= 0 && within24h(conversation[first].At, m.At)
			}
			if n.lacks("A1: the window lasts 24 h") {
				open = slices.ContainsFunc(conversation[:i], func(m told) bool { return m.Type == Inbound })
			}
			switch {
			case m.failed && !n.lacks("A4: a failed message is not charged"):
			case m.Type == Template && open && n.lacks("A2: a template is charged as one inside the window too"):
				n.charge(m, SessionOut, "A3")
			case m.Type == Template && !open && n.lacks("A2: a template is charged outside the window"):
			case m.Type == Template:
				n.charge(m, TemplateSent, "A2")
			case m.Type == Inbound && n.lacks("A3: incoming messages have a rate of their own"):
				n.charge(m, SessionOut, "A3")
			case m.Type == Inbound:
				n.charge(m, SessionIn, "A3")
			case open && n.lacks("A3: outgoing messages inside the window are charged"):
			case open:
				n.charge(m, SessionOut, "A3")
			case n.lacks("A4: outside any window nothing is charged"):
				n.charge(m, SessionOut, "A4")
			case n.lacks("A4: it is reported"):
			default:
				n.report("freeform_outside_window", m)
			}
		}
	}
}
