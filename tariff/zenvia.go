package tariff

import "time"

// zenviaConversion is the tariff of Zenvia Conversion ("Why are Zenvia Conversion's sessions used?"), rules Z1 to Z7:
//
//	        opens                 24 h, whatever is said meanwhile             next message
//	────────●───────────────────────────────────────────────────────)──────────●────────►
//	        customer, if the contact wrote or its window is open               opens the next
//	        business otherwise
type zenviaConversion struct{}

func (zenviaConversion) Name() string { return "zenvia-conversion" }

func (zenviaConversion) Version() int { return 1 }

// Memory is 24 h: neither a billing session nor a window outlives the last message by more.
func (zenviaConversion) Memory(time.Duration) time.Duration { return day }

func (zenviaConversion) rate(t *traffic, b *bill) {
	for _, conversation := range t.conversations {
		var session, window span
		for i := range conversation {
			m := &conversation[i]
			if m.failed {
				continue // Z7: it was not sent
			}
			if m.Type == Inbound {
				window = dayFrom(m.At)
			}
			if session.contains(m.At) {
				continue // Z3, and by Z1 it extends nothing
			}
			session = dayFrom(m.At) // Z2
			switch {
			case m.Type == Inbound:
				b.charge(m, CustomerInitiated, "Z4")
			case window.contains(m.At):
				b.charge(m, CustomerInitiated, "Z5")
			default:
				b.charge(m, BusinessInitiated, "Z6")
				if m.Type == Freeform {
					b.report(FreeformOutsideWindow, m.ID, outsideWindow)
				}
			}
		}
	}
}
