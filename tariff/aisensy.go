package tariff

import "time"

// aisensy is AiSensy's tariff ("What are Session Messages?"), rules A1 to A4: a template is a template message wherever it
// stands (A2); every other message inside the window is a session message.
type aisensy struct{}

func (aisensy) Name() string { return "aisensy" }

func (aisensy) Version() int { return 1 }

// Memory is 24 h: the window's.
func (aisensy) Memory(time.Duration) time.Duration { return day }

func (aisensy) rate(t *traffic, b *bill) {
	for _, conversation := range t.conversations {
		var window span
		for i := range conversation {
			m := &conversation[i]
			switch {
			case m.failed: // A4
			case m.Type == Inbound:
				window = dayFrom(m.At) // A1
				b.charge(m, SessionIn, "A3")
			case m.Type == Template:
				b.charge(m, TemplateSent, "A2")
			case window.contains(m.At):
				b.charge(m, SessionOut, "A3")
			default: // A4
				b.report(FreeformOutsideWindow, m.ID, outsideWindow)
			}
		}
	}
}
