package tariff

import (
	"slices"
	"strings"
	"time"
)

// Meta's tariffs, per message and per conversation, and what resellers add. Each rule's clauses can be left out.

// naiveFees is what resellers add to which scheme (M1).
var naiveFees = map[string]struct {
	base   string
	micros int64
}{"twilio": {"meta-pmp-2026", 5_000}, "gupshup": {"meta-pmp-2026", 1_000}}

// naivePeriod is a free entry point: its answer and the time that it makes free.
type naivePeriod struct {
	answer   string
	from, to time.Time // none if it does not end after it begins
}

// periods are the free entry points of a conversation (P5, C3).
func (n *naive) periods(conversation []told, from func(told) time.Time) (list []naivePeriod) {
	if n.lacks("P5: an entry point makes free") || n.lacks("C3: an entry point makes free") {
		return nil
	}
	for i, click := range conversation {
		if click.EntryPoint == "" || click.EntryPoint != "ad" && n.lacks("W8: any entry point counts") {
			continue
		}
		for _, m := range conversation[i:] {
			if !m.Type.Outbound() || len(m.deliveries) == 0 && !(n.lacks("P5: the answer is the first that was delivered") && !m.failed) {
				continue
			}
			if within24h(click.At, m.At) || n.lacks("P5: it must be answered within 24 h") || n.lacks("W8: it must be answered within 24 h") {
				begins := from(m)
				if n.lacks("W8: its time runs from the answer") {
					begins = click.At
				}
				ends := begins.Add(n.entryPoint)
				if n.lacks("W8: its length is configured") {
					ends = begins.Add(24 * time.Hour)
				}
				stated := slices.IndexFunc(m.deliveries, func(d Event) bool { return !d.EntryPointUntil.IsZero() })
				if stated >= 0 && !n.lacks("P5: a stated end wins") && !n.lacks("C3: a stated end wins") && !n.lacks("W8: a stated end wins") {
					ends = m.deliveries[stated].EntryPointUntil
				}
				list = append(list, naivePeriod{m.ID, begins, ends})
			}
			break
		}
	}
	return list
}

func (p naivePeriod) contains(at time.Time) bool { return !at.Before(p.from) && at.Before(p.to) }

// naiveInForce is which of Meta's schemes is in force.
func (n *naive) inForce(at time.Time) string {
	switch today := at.In(n.zone).Format(time.DateOnly); {
	case today >= "2026-10-01":
		return "meta-pmp-2026"
	case today >= "2025-07-01":
		return "meta-pmp-2025"
	default:
		return "meta-cbp-2024"
	}
}

// naiveAssessed is a delivered message with both readings.
type naiveAssessed struct {
	told
	at                time.Time
	category, rule    string // our reading
	charged           bool
	free              string // as which it is free
	verdict           *Pricing
	takesAPlace       bool
	number, yearMonth string
}

func (n *naive) perMessage(scheme string) {
	var all []naiveAssessed
	for _, conversation := range n.conversations {
		periods := n.periods(conversation, func(m told) time.Time { return m.At })
		for _, m := range conversation {
			if len(m.deliveries) == 0 && !(n.lacks("P1: only what was delivered") && m.Type.Outbound()) {
				continue
			}
			all = append(all, n.assess(scheme, conversation, m, periods))
		}
	}
	for _, a := range all {
		n.conclude(scheme, n.counted(scheme, a, all))
	}
}

func (n *naive) assess(scheme string, conversation []told, m told, periods []naivePeriod) naiveAssessed {
	a := naiveAssessed{told: m, at: m.At, category: m.Category, charged: true, number: m.Number}
	if len(m.deliveries) > 0 && !n.lacks("P1: at the delivery time") {
		a.at = m.deliveries[0].At
	}
	a.yearMonth = a.at.In(n.zone).Format("2006-01")
	if n.lacks("P4: by month of delivery") {
		a.yearMonth = m.At.In(n.zone).Format("2006-01")
	}
	isUtility := m.Type == Template && (m.Category == "utility" || strings.HasPrefix(m.Category, "utility_") && !n.lacks("P3: utility_ is utility"))
	window := n.windowOpen(conversation, a.at)
	if n.lacks("P3: the window counts at delivery") {
		window = n.windowOpen(conversation, m.At)
	}
	free := func(as string) { a.charged, a.free = false, as }
	switch {
	case m.Type == Freeform:
		a.rule, a.category = "P4", "service"
		if scheme == "meta-pmp-2025" && !n.lacks("P4: in 2025 all are free") {
			free("free_customer_service")
		}
	case isUtility:
		a.rule = "P3"
		if window && (scheme == "meta-pmp-2025" && !n.lacks("P3: in 2025 free inside the window") || scheme == "meta-pmp-2026" && n.lacks("P3: in 2026 charged inside the window")) {
			free("free_customer_service")
		}
	default:
		a.rule = "P2"
		if window && n.lacks("P2: charged inside the window too") {
			free("free_customer_service")
		}
	}
	entry := slices.ContainsFunc(periods, func(p naivePeriod) bool {
		at := m.At
		if n.lacks("P5: the message's own time counts") {
			at = a.at
		}
		return p.contains(at) || p.answer == m.ID && !n.lacks("P5: the answer is free")
	})
	if entry {
		a.rule = "P5"
		free("free_entry_point")
	}
	a.verdict = n.verdict(scheme, m, a.at)
	a.takesAPlace = m.Type == Freeform && scheme == "meta-pmp-2026" && a.rule != "P5"
	if a.verdict != nil && m.Type == Freeform && scheme == "meta-pmp-2026" {
		a.takesAPlace = a.verdict.Type != "free_entry_point" || n.lacks("P6: free_entry_point takes no place")
	}
	return a
}

// verdict is Meta's, if it may be read.
func (n *naive) verdict(scheme string, m told, at time.Time) (first *Pricing) {
	if n.lacks("P6: verdicts are read") || n.inForce(at) != scheme && !n.lacks("P6: only those given under the scheme in force") {
		return nil
	}
	for _, d := range m.deliveries {
		p := d.Pricing
		switch {
		case p == nil:
			continue
		case p.Model == "PMP" && slices.Contains([]string{"free_customer_service", "free_entry_point", "free_group_customer_service"}, p.Type),
			p.Model == "PMP" && p.Type == "regular" && p.Category != "":
			if first == nil {
				first = p
			}
		case n.lacks("P6: unreadable ones are skipped") && first == nil && p.Category != "":
			first = p
		case !n.lacks("P6: unreadable ones are reported"):
			n.problems = append(n.problems, "verdict_ignored "+d.ID)
		}
	}
	return first
}

// counted decides a message that the allowance is about (P4).
func (n *naive) counted(scheme string, a naiveAssessed, all []naiveAssessed) naiveAssessed {
	if a.rule != "P4" || scheme != "meta-pmp-2026" {
		return a
	}
	before := 0
	for _, o := range all {
		earlier := o.at.Before(a.at) || o.at.Equal(a.at) && o.ID < a.ID
		if n.lacks("P4: in order of delivery") {
			earlier = o.At.Before(a.At) || o.At.Equal(a.At) && o.ID < a.ID
		}
		if o.takesAPlace && (o.number == a.number || n.lacks("P4: by number")) && (o.yearMonth == a.yearMonth) && earlier {
			before++
		}
	}
	if before < n.allowance && !n.lacks("P4: the first thousand are free") {
		a.charged, a.free = false, "free_customer_service"
	}
	return a
}

func (n *naive) conclude(scheme string, a naiveAssessed) {
	charged, category, rule, as := a.charged, a.category, a.rule, a.free
	if charged {
		as = "regular"
	}
	if a.verdict != nil {
		charged, rule, as = a.verdict.Type == "regular", "P6", a.verdict.Type
		if a.verdict.Category != "" {
			category = a.verdict.Category
		}
	}
	var price Money
	if charged {
		price = n.chargeFor(scheme, a.told, a.at, MessageDelivered, category, rule)
	}
	for _, d := range a.deliveries {
		if n.lacks("P1: at most once") && charged && d.ID != a.deliveries[0].ID {
			n.chargeFor(scheme, a.told, d.At, MessageDelivered, category, rule)
		}
	}
	_, row, _, _ := naivePrice(scheme, a.at, n.zone, a.Market, category)
	n.decisions = append(n.decisions, Decision{Event: a.ID, At: a.at.UTC(), Market: row, Category: category, Type: as, Rule: rule, Money: price})
	if a.verdict == nil || charged == a.charged && (!charged || category == a.category) {
		return
	}
	_, row, own, _ := naivePrice(scheme, a.at, n.zone, a.Market, a.category)
	d := Difference{Event: a.ID, Scheme: n.scheme, At: a.at.UTC(), Market: row, Verdict: *a.verdict, VerdictMicros: price.AmountMicros,
		OwnRule: a.rule, OwnType: a.free, OwnCategory: a.category, Currency: own.Currency}
	if a.charged {
		d.OwnType, d.OwnMicros = "regular", own.AmountMicros
	}
	n.differences = append(n.differences, d)
	if !n.lacks("P6: what differs is reported") {
		n.report("verdict_differs", a.told)
	}
}

func (n *naive) perConversation() {
	for _, conversation := range n.conversations {
		first := func(m told) time.Time {
			if n.lacks("C3: its time runs from the delivery") {
				return m.At
			}
			return m.deliveries[0].At
		}
		periods := n.periods(conversation, first)
		var delivered []told
		for _, m := range conversation {
			if len(m.deliveries) > 0 {
				delivered = append(delivered, m)
			}
		}
		slices.SortFunc(delivered, func(a, b told) int {
			if c := a.deliveries[0].At.Compare(b.deliveries[0].At); c != 0 {
				return c
			}
			return strings.Compare(a.ID, b.ID)
		})
		type opener struct {
			category string
			at       time.Time
		}
		var opened []opener
		for _, m := range delivered {
			at, category := m.deliveries[0].At, m.Category
			if n.lacks("C1: from the delivery") {
				at = m.At
			}
			if m.Type == Freeform && !n.lacks("C2: free-form messages open nothing that costs") {
				continue
			}
			if m.Type == Freeform {
				category = "utility"
			}
			if n.lacks("C1: each category has its own conversations") {
				category = "any"
			}
			inPeriod := func(p naivePeriod) bool {
				when := at
				if n.lacks("C3: what is delivered meanwhile counts") {
					when = m.At
				}
				return p.contains(when) || p.answer == m.ID && !n.lacks("C3: the answer is free")
			}
			if slices.ContainsFunc(periods, inPeriod) {
				continue
			}
			inside := slices.ContainsFunc(opened, func(o opener) bool {
				closed := func(p naivePeriod) bool {
					return p.from.Before(p.to) && p.from.After(o.at) && !p.from.After(at) && !n.lacks("C3: it closes what is open")
				}
				return o.category == category && within24h(o.at, at) && !slices.ContainsFunc(periods, closed)
			})
			if inside && !n.lacks("C1: charged once in 24 h") {
				continue
			}
			opened = append(opened, opener{category, at})
			column := m.Category
			if m.Type == Freeform {
				column = "utility"
			}
			n.chargeFor(n.scheme, m, at, ConversationOpened, column, "C1")
		}
	}
}

// fees are what a reseller adds (M1).
func (n *naive) fees(base string, micros int64) {
	for _, conversation := range n.conversations {
		for _, m := range conversation {
			if m.failed && !n.lacks("M1: none for a failed message") || m.Type == Inbound && n.lacks("M1: one for what comes in") || n.lacks("M1: one for every message") {
				continue
			}
			_, _, price, _ := naivePrice(base, m.At, n.zone, "BR", "marketing")
			n.charges = append(n.charges, Charge{Scheme: n.scheme, Card: n.scheme, Event: m.ID, Kind: Fee,
				Money: Money{AmountMicros: micros, Currency: price.Currency}, At: m.At.UTC(), Rule: "M1"})
		}
	}
}
