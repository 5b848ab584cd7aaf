package tariff

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

// metaPMP is Meta's tariff per delivered message, rules P1 to P6, as it was from one day on:
//
//	                                  from 2025-07-01           from 2026-10-01
//	template, utility     P3          free in an open window    charged
//	template, any other   P2          charged                   charged
//	free-form             P4          free                      charged beyond 1,000 a month and number
//	by an entry point     P5          free                      free
//	Meta says otherwise   P6          as Meta says              as Meta says
type metaPMP struct {
	name           string
	utilityInside  bool // P3: charged also while the window is open
	serviceCharged bool // P4: charged beyond the allowance
}

var (
	metaPMP2025 = metaPMP{name: "meta-pmp-2025"}
	metaPMP2026 = metaPMP{name: "meta-pmp-2026", utilityInside: true, serviceCharged: true}
)

func (s metaPMP) Name() string { return s.name }

func (metaPMP) Version() int { return 1 }

// Memory is as long as a window or an entry point lasts.
func (metaPMP) Memory(entryPoint time.Duration) time.Duration { return max(day, entryPoint) }

func (s metaPMP) rate(t *traffic, b *bill) {
	var inbounds []time.Time
	for _, conversation := range t.conversations {
		inbounds = inbounds[:0]
		for i := range conversation {
			if m := &conversation[i]; m.Type == Inbound {
				inbounds = append(inbounds, m.At)
			}
		}
		free := entryPointsOf(conversation, b.account.EntryPoint, (*message).sentAt)
		for i := range conversation {
			m := &conversation[i]
			if len(m.deliveries) == 0 {
				continue // P1
			}
			a := assessed{message: m, at: m.deliveredAt()}
			a.own = s.own(&a, inbounds, free.frees(m, m.At))
			a.verdict = b.verdict(s.name, m, a.at)
			if m.Type == Template || !s.serviceCharged {
				b.conclude(&a)
				continue
			}
			// A verdict decides about the place as well, whatever P5 says (P6).
			if a.counts = a.own.rule != "P5"; a.verdict != nil {
				a.counts = a.verdict.Type != FreeEntryPoint
			}
			b.counted = append(b.counted, a)
		}
	}
}

// own is our computation, P2 to P5. A free-form message that P4 counts is still to be decided.
func (s metaPMP) own(a *assessed, inbounds []time.Time, entryPoint bool) outcome {
	m := a.message
	o := outcome{category: m.Category, kind: Regular, charged: true}
	switch {
	case m.Type == Freeform:
		o.rule, o.category, o.charged, o.kind = "P4", service, false, FreeCustomerService
	case m.Category == utility || strings.HasPrefix(m.Category, utility+"_"):
		o.rule = "P3"
		if !s.utilityInside && windowOpen(inbounds, a.at) {
			o.charged, o.kind = false, FreeCustomerService
		}
	default:
		o.rule = "P2"
	}
	if entryPoint {
		o.rule, o.charged, o.kind = "P5", false, FreeEntryPoint
	}
	return o
}

// windowOpen says whether the contact had written in the 24 h before an instant; inbounds are in order.
func windowOpen(inbounds []time.Time, at time.Time) bool {
	n := sort.Search(len(inbounds), func(i int) bool { return inbounds[i].After(at) })
	return n > 0 && dayFrom(inbounds[n-1]).contains(at)
}

// The categories that rules name.
const (
	utility = "utility"
	service = "service" // of free-form messages
)

// outcome is what one reading of the rules makes of a delivered message.
type outcome struct {
	rule     string
	category string
	kind     string // regular, free_customer_service, ... as verdicts have it
	charged  bool
}

// assessed is a delivered message with both readings: ours and, if there is one, Meta's.
type assessed struct {
	*message
	at      time.Time // its delivery
	own     outcome
	verdict *Pricing
	counts  bool // it takes a place in the allowance
}

func (a *assessed) position() Position { return Position{a.at, a.ID} }

// open says whether our own computation waits for where the allowance ends.
func (a *assessed) open() bool { return a.own.rule == "P4" }

// conclude charges a message as Meta says, else as we compute, and reports where the two differ.
func (b *bill) conclude(a *assessed) {
	o := a.own
	if a.verdict != nil {
		o = outcome{rule: "P6", category: a.verdict.Category, kind: a.verdict.Type, charged: a.verdict.Type == Regular}
		if o.category == "" {
			o.category = a.own.category // of a free message nobody need say it
		}
	}
	var price Money
	if o.charged {
		price = b.chargeFor(a.message, a.at, MessageDelivered, o.category, o.rule)
	}
	if a.verdict != nil && (o.charged != a.own.charged || o.charged && o.category != a.own.category) {
		b.differ(a, o, price)
	}
	if b.account.Detailed {
		q := b.account.quoteFor(b.priced, a.at, a.Market, o.category)
		b.decisions = append(b.decisions, Decision{Event: a.ID, At: a.at.UTC(), Market: q.market, Category: o.category, Type: o.kind, Rule: o.rule, Money: price})
	}
}

// differ notes a message that Meta and we see differently.
func (b *bill) differ(a *assessed, meta outcome, price Money) {
	d := Difference{Event: a.ID, Scheme: b.scheme, At: a.at.UTC(), Verdict: *a.verdict, VerdictMicros: price.AmountMicros,
		OwnRule: a.own.rule, OwnType: a.own.kind, OwnCategory: a.own.category}
	q := b.account.quoteFor(b.priced, a.at, a.Market, a.own.category)
	if d.Market = q.market; a.own.charged {
		d.OwnMicros = q.AmountMicros
	}
	if d.Currency = price.Currency; d.Currency == "" {
		d.Currency = q.Currency
	}
	b.differences = append(b.differences, d)
	b.report(VerdictDiffers, a.ID, fmt.Sprintf("Meta's verdict is %s; by %s it would be %s", meta.words(), a.own.rule, a.own.words()))
}

func (o outcome) words() string {
	if o.charged {
		return "charged as " + o.category
	}
	return "free"
}
