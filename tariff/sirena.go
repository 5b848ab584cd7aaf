package tariff

import "time"

// sirena is Sirena's tariff ("Why are Sirena's sessions used?"), rules S1 to S4:
//
//	inbound   template                    less than 24 h since either      24 h or more
//	●─────────●───────────────────────────●────────────────────────────────)──●──────────►
//	customer  business, always            inbound: free, extends              customer
type sirena struct{}

func (sirena) Name() string { return "sirena" }

func (sirena) Version() int { return 1 }

// Memory is 24 h: a session ends when nothing has extended it for that long.
func (sirena) Memory(time.Duration) time.Duration { return day }

func (sirena) rate(t *traffic, b *bill) {
	for _, conversation := range t.conversations {
		var session span
		for i := range conversation {
			m := &conversation[i]
			switch m.Type {
			case Template:
				b.charge(m, BusinessInitiated, "S2") // also if it failed
			case Inbound:
				if !session.contains(m.At) {
					b.charge(m, CustomerInitiated, "S3")
				}
			default:
				continue // S4
			}
			session = dayFrom(m.At) // S1
		}
	}
}
