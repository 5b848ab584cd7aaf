package sending

import (
	"context"
	"errors"
	"fmt"
	"time"

	"reengage/conversation"
	"reengage/db"
	"reengage/intake"
	"reengage/ledger"
)

// limits fills in what a policy bounds across conversations, except for money. The contact's plans wait for one another
// until this one is committed, so that two numbers do not both send the last one allowed. Where the contact lives is read
// anew, unlike the policy: quiet hours are about its night, not about what we took for that when the plan was made.
func (l *locked) limits(ctx context.Context, w *conversation.Wish, d *draft) error {
	if err := l.q.LockCaps(ctx, l.contact.ID); err != nil {
		return err
	}
	for _, c := range d.policy.Caps() {
		sent, err := l.q.CountTemplateSends(ctx, l.contact.ID, l.now.Add(-time.Duration(c.Per)))
		if err != nil {
			return err
		}
		w.Caps = append(w.Caps, conversation.CapUse{Max: c.Max, Per: c.Per, Sent: int(sent)})
	}
	if hours := d.policy.QuietHours; hours != nil {
		w.Quiet = &conversation.Quiet{Hours: *hours, Zone: intake.ZoneOf(l.contact, l.number, l.now)}
		d.notAfter = earlier(d.notAfter, w.Quiet.Next(l.now))
	}
	if d.origin != FromReengagement {
		return nil
	}
	least := d.policy.MinInbound()
	written, err := l.q.CountCountingInbound(ctx, l.id, int32(least))
	w.Prior = &conversation.PriorInbound{Min: least, Messages: int(written)}
	return err
}

// price quotes an automatic template and holds it against the policy's budget, which this plan then reserves from.
func (l *locked) price(ctx context.Context, w *conversation.Wish, r *ruling, d *draft) error {
	var budget *conversation.Budget
	if d.policy != nil {
		budget = d.policy.Budget
	}
	if budget != nil { // before the quote: what is reserved meanwhile counts
		if err := l.q.LockBudget(ctx, l.number.ID); err != nil {
			return err
		}
	}
	quote, err := l.Quoter.Quote(ctx, l.q, ledger.QuoteRequest{ConversationID: l.id, Category: string(r.category), At: l.now})
	var unpriced *ledger.UnpricedError
	var stuck *ledger.StuckError
	switch {
	case errors.As(err, &unpriced):
		if budget != nil {
			w.Unpriced = unpriced.Missing.String()
		}
		return nil
	case errors.As(err, &stuck):
		if budget != nil {
			w.Unpriced = "the number's tariff cannot be applied"
		}
		return nil
	case err != nil:
		return err
	}
	r.quote = &quote
	if budget != nil {
		w.Budget, err = l.budgetUse(ctx, *budget, quote)
	}
	return err
}

// budgetUse says what is left of the day and the month of the account's calendar, of the one that would be exhausted first. The
// limit is in the currency of the scheme that prices; what was reserved in another does not count.
func (l *locked) budgetUse(ctx context.Context, b conversation.Budget, quote ledger.Quote) (*conversation.BudgetUse, error) {
	loc, err := time.LoadLocation(l.number.AccountTimeZone)
	if err != nil {
		return nil, fmt.Errorf("the account's time zone: %w", err)
	}
	year, month, day := l.now.In(loc).Date()
	spent, err := l.q.SumQuoted(ctx, db.SumQuotedParams{BusinessNumberID: l.number.ID, Currency: &quote.Currency,
		Day: time.Date(year, month, day, 0, 0, 0, 0, loc), Month: time.Date(year, month, 1, 0, 0, 0, 0, loc)})
	if err != nil {
		return nil, err
	}
	var first *conversation.BudgetUse
	for _, u := range []conversation.BudgetUse{
		{Period: "day", LimitMicros: b.DayMicros, SpentMicros: spent.DayMicros},
		{Period: "month", LimitMicros: b.MonthMicros, SpentMicros: spent.MonthMicros},
	} {
		if u.LimitMicros != 0 && (first == nil || u.LimitMicros-u.SpentMicros < first.LimitMicros-first.SpentMicros) {
			u.PriceMicros, u.Currency = quote.AmountMicros, quote.Currency
			first = &u
		}
	}
	return first, nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
