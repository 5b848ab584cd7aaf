package tariff

import "time"

// The types of Meta's verdicts, and of its invoices' lines.
const (
	Regular             = "regular" // charged, at the verdict's category
	FreeCustomerService = "free_customer_service"
	FreeEntryPoint      = "free_entry_point"
	FreeGroup           = "free_group_customer_service"
)

// readable says whether a verdict can be read (P6).
func (p *Pricing) readable() bool {
	if p.Model != "PMP" {
		return false
	}
	switch p.Type {
	case Regular:
		return p.Category != ""
	case FreeCustomerService, FreeEntryPoint, FreeGroup:
		return true
	}
	return false
}

// verdict is Meta's on a delivered message: that of its first delivery with a readable one, if the scheme was in force at the
// delivery time; else nil. Those that cannot be read are reported (P6).
func (b *bill) verdict(scheme string, m *message, delivered time.Time) *Pricing {
	var first *Pricing
	read, inForce := false, false
	for _, e := range m.deliveries {
		if e.Pricing == nil {
			continue
		}
		if !read {
			read, inForce = true, InForce(delivered, b.account.Zone) == scheme
		}
		switch {
		case !inForce:
			return nil
		case !e.Pricing.readable():
			b.report(VerdictIgnored, e.ID, "the verdict cannot be read: it needs model PMP, a known type and, if that is regular, a category")
		case first == nil:
			first = e.Pricing
		}
	}
	return first
}

// Difference is a message that Meta's verdict and our own computation (P2 to P5) see differently: in being charged, or in
// category. The charge follows the verdict.
type Difference struct {
	Event         string // the message
	Scheme        string
	At            time.Time // its delivery
	Market        string    // the card's row
	Verdict       Pricing
	VerdictMicros int64 // what is charged (P6)
	OwnRule       string
	OwnType       string // as verdicts have it
	OwnCategory   string
	OwnMicros     int64 // what would be charged without the verdict; 0 also if no card states a price
	Currency      string
}

// Decision is what became of a delivered message under Meta's schemes per message.
type Decision struct {
	Event    string
	At       time.Time // its delivery
	Market   string    // the card's row
	Category string
	Type     string // as verdicts have it: Regular, ...
	Rule     string // P2 to P6
	Money           // zero if free or without a price
}
