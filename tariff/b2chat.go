package tariff

import "time"

// b2chat is B2Chat's tariff ("Managing session times for WhatsApp chats"): templates cost (B1), sessions do not (B2).
type b2chat struct{}

func (b2chat) Name() string { return "b2chat" }

func (b2chat) Version() int { return 1 }

// Memory is nothing: no message matters to another.
func (b2chat) Memory(time.Duration) time.Duration { return 0 }

func (b2chat) rate(t *traffic, b *bill) {
	for _, conversation := range t.conversations {
		for i := range conversation {
			if m := &conversation[i]; m.Type == Template && !m.failed {
				b.charge(m, TemplateSent, "B1")
			}
		}
	}
}
