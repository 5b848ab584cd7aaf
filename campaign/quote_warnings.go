package campaign

import (
	"fmt"

	"reengage/sending"
)

// warn says what somebody should know before the launch.
func (q *quoting) warn() {
	q.warnOfTemplate()
	if q.number.SenderPausedAt != nil {
		q.warning(WarnSenderPaused, nil, "the business number is paused and sends nothing")
	}
	if !q.number.Configured {
		q.warning(WarnNumberNotConfigured, nil, "the business number has not been set up")
	}
	if q.Recipients == 0 {
		q.warning(WarnNobody, nil, "nobody in the segment may be sent to")
		return
	}
	if n := q.Incomplete; n > 0 {
		q.warning(WarnIncomplete, &n, "%d would be refused, because a field of theirs is empty and has no fallback: %s", n, q.Holes[0].Field)
	}
	q.warnOfMoney()
	q.warnOfTime()
	q.warning(WarnNotPredicted, nil, "whom the number's caps keep out, and who is held back because they wait for an answer, is found out when their turn comes")
}

func (q *quoting) warnOfTemplate() {
	switch {
	case q.number.WabaID == "":
		q.warning(WarnAccountUnknown, nil, "nobody knows the number's WhatsApp business account yet, and so not its templates")
		return
	case !q.Template.Found:
		q.warning(WarnTemplateNotFound, nil, "the number's account has no such template in this language")
		return
	case q.Template.Status != "approved":
		q.warning(WarnTemplateNotApproved, nil, "the template is %s", q.Template.Status)
	}
	if q.Template.Quality == "red" || q.Template.Quality == "yellow" {
		q.warning(WarnTemplateQuality, nil, "people have complained of the template: its quality is %s, and the provider may pause it", q.Template.Quality)
	}
	if q.template.Unreadable != "" {
		q.warning(WarnTemplateParameters, nil, "%s", q.template.Unreadable)
	} else if wrong := q.template.Template.Problems(sending.Example(q.campaign.Parameters)); len(wrong) > 0 {
		q.warning(WarnTemplateParameters, nil, "the parameters do not fit the template: %s", wrong[0].Sentence)
	}
}

// warnOfMoney is about budgets, which are in the currency of the number's scheme.
func (q *quoting) warnOfMoney() {
	if n := q.Unpriced; n > 0 {
		q.warning(WarnUnpriced, &n, "%d are in markets for which no rate card states a price, so that the total is too small; a budget refuses them", n)
	}
	if q.Scheme == "" {
		n := q.sendable()
		q.warning(WarnUnpriced, &n, "the number's tariff cannot be applied, so that nobody can say what it costs; a budget refuses everybody")
		return
	}
	if len(q.Totals) == 0 {
		return
	}
	total := q.Totals[0]
	if budget := q.campaign.Limits.BudgetMicros; budget != nil && *budget < total.AmountMicros {
		n := reaches(*budget, total)
		q.warning(WarnBudgetTooSmall, &n, "the budget suffices for about %d of %d; the campaign then pauses", n, total.Contacts)
	}
	if b := q.policy.Budget; b != nil && (b.DayMicros > 0 && b.DayMicros < total.AmountMicros || b.MonthMicros > 0 && b.MonthMicros < total.AmountMicros) {
		least := b.MonthMicros
		if least == 0 || b.DayMicros > 0 && b.DayMicros < least {
			least = b.DayMicros
		}
		n := reaches(least, total)
		q.warning(WarnNumberBudget, &n, "the number's own budget, which its re-engagement shares, suffices for at most about %d of %d a day or month; the campaign then pauses", n, total.Contacts)
	}
}

// reaches is for how many of a total a budget suffices, at their average price.
func reaches(budget int64, t Total) int {
	return int(float64(budget) / float64(t.AmountMicros) * float64(t.Contacts))
}

func (q *quoting) warnOfTime() {
	end := q.campaign.EndAt
	switch {
	case q.Pace.EndsAt == nil:
		q.warning(WarnNeverEnds, nil, "at this pace it would take more than ten years, or never come to an end")
	case !end.IsZero() && q.Pace.EndsAt.After(end):
		n := q.table.by(end, q.sendable())
		q.warning(WarnEndsTooEarly, &n, "its end comes first: it reaches about %d of %d", n, q.sendable())
	}
}

func (q *quoting) warning(code WarningCode, contacts *int, sentence string, args ...any) {
	q.Warnings = append(q.Warnings, Warning{Code: code, Sentence: fmt.Sprintf(sentence, args...), Contacts: contacts})
}
