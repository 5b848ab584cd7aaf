package console

import (
	"fmt"
	"slices"
	"time"

	"reengage/campaign"
	"reengage/whatsapp/template"
)

// blocking are the warnings with which a launch is refused.
var blocking = []campaign.WarningCode{campaign.WarnNobody, campaign.WarnTemplateNotFound, campaign.WarnTemplateNotApproved, campaign.WarnTemplateParameters,
	campaign.WarnAccountUnknown}

// quoteOf says what the API has quoted.
func quoteOf(q campaign.Quote) *quoteView {
	v := &quoteView{Recipients: int64(q.Recipients), Contacts: plural(int64(q.Contacts), "contact"), LeftOut: leftOutOf(q.LeftOut), Duration: lasts(q.Pace)}
	for _, m := range q.Markets {
		line := marketLine{Market: m.Market, Recipients: number(int64(m.Contacts)), Rule: m.Rule}
		if m.PriceMicros != nil {
			line.Price = money(*m.PriceMicros, m.Currency)
		}
		if m.AmountMicros != nil {
			line.Total = money(*m.AmountMicros, m.Currency)
		}
		v.Markets = append(v.Markets, line)
	}
	for _, t := range q.Totals {
		v.Totals = append(v.Totals, money(t.AmountMicros, t.Currency))
	}
	switch {
	case q.Unpriced > 0:
		v.Unpriced = plural(int64(q.Unpriced), "recipient") + " without a price"
	case q.UpperBound && q.WithWindow > 0:
		v.Unpriced = "less for some: " + plural(int64(q.WithWindow), "window") + " open"
	}
	for _, f := range q.Template.Findings {
		v.Findings = append(v.Findings, findingLine{f.Severity == template.Error, capital(f.Place), sentenceOf(f.Reason)})
	}
	for _, w := range q.Warnings {
		if slices.Contains(blocking, w.Code) {
			v.Blocked = append(v.Blocked, sentenceOf(w.Sentence))
		} else {
			v.Warnings = append(v.Warnings, sentenceOf(w.Sentence))
		}
	}
	return v
}

// leftOutOf lists who of the segment is no recipient, and why (K1).
func leftOutOf(l campaign.LeftOut) (lines []leftOutLine) {
	for _, part := range []struct {
		why string
		n   int
	}{{"have not opted in", l.NoOptIn}, {"have opted out", l.OptedOut}, {"may not be written to", l.Suppressed}, {"cannot be addressed by this number", l.Unreachable}} {
		if part.n > 0 {
			lines = append(lines, leftOutLine{part.why, number(int64(part.n))})
		}
	}
	return lines
}

// lasts is how long it would take, roughly.
func lasts(p campaign.Pace) string {
	if p.EndsAt == nil {
		return "no end"
	}
	return roughly(time.Duration(p.Seconds) * time.Second)
}

// roughly is a length of time as people estimate one.
func roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "a minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", (d+30*time.Second)/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", (d+30*time.Minute)/time.Hour)
	}
	return fmt.Sprintf("%d days", (d+12*time.Hour)/(24*time.Hour))
}

// customerOf is one of the samples, with the ways to the others on the page at here; nil if there is none.
func customerOf(samples []campaign.Sample, chosen int, here string) *customerView {
	if len(samples) == 0 {
		return nil
	}
	chosen = min(chosen, len(samples)-1)
	s := samples[chosen]
	v := &customerView{Name: s.Name, Detail: s.Phone, Shown: s.Shown, Problem: s.Problem, N: chosen + 1, Of: len(samples), Contact: chosen}
	if v.Name == "" {
		v.Name, v.Detail = s.Phone, ""
	}
	if v.Name == "" {
		v.Name = "Unknown contact"
	}
	if chosen > 0 {
		v.Before = fmt.Sprintf("%s?contact=%d", here, chosen-1)
	}
	if chosen < len(samples)-1 {
		v.Next = fmt.Sprintf("%s?contact=%d", here, chosen+1)
	}
	return v
}
