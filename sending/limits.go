package sending

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

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
	if w.Quiet = l.quietOf(d.policy); w.Quiet != nil {
		d.notAfter = earlier(d.notAfter, w.Quiet.Next(l.now))
	}
	if d.campaign != nil {
		var err error
		w.AlreadySent, err = l.q.SentInCampaign(ctx, l.contact.ID, d.campaign.CampaignRecipient.CampaignID, d.id)
		return err
	}
	if d.origin != FromReengagement {
		return nil
	}
	least := d.policy.MinInbound()
	written, err := l.q.CountCountingInbound(ctx, l.id, int32(least))
	w.Prior = &conversation.PriorInbound{Min: least, Messages: int(written)}
	return err
}

// quietOf are a policy's quiet hours where the contact lives; nil: it has none.
func (l *locked) quietOf(p *conversation.Policy) *conversation.Quiet {
	if p.QuietHours == nil {
		return nil
	}
	return &conversation.Quiet{Hours: *p.QuietHours, Zone: intake.ZoneOf(l.contact, l.number, l.now)}
}

// price quotes an automatic template and holds it against the budgets of the policy and of the campaign, which this plan then
// reserves from.
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
	ofCampaign, err := l.campaignBudget(ctx, d.campaign)
	if err != nil {
		return err
	}
	bounded := budget != nil || ofCampaign != nil
	quote, err := l.Quoter.Quote(ctx, l.q, ledger.QuoteRequest{ConversationID: l.id, Category: string(r.category), At: l.now})
	var unpriced *ledger.UnpricedError
	var stuck *ledger.StuckError
	switch {
	case errors.As(err, &unpriced):
		if bounded {
			w.Unpriced = unpriced.Missing.String()
		}
		return nil
	case errors.As(err, &stuck):
		if bounded {
			w.Unpriced, w.UnpricedForAll = "the number's tariff cannot be applied", true
		}
		return nil
	case err != nil:
		return err
	}
	if w.Unpriced, err = l.otherCurrency(ctx, d.campaign, ofCampaign, quote); err != nil || w.Unpriced != "" {
		w.UnpricedForAll = true
		return err
	}
	r.quote = &quote
	var uses []conversation.BudgetUse
	if budget != nil {
		if uses, err = l.budgetUse(ctx, *budget, quote); err != nil {
			return err
		}
	}
	if ofCampaign != nil {
		uses = append(uses, *ofCampaign)
	}
	w.Budget = exhaustedFirst(uses, quote)
	return nil
}

// campaignBudget is what is left of a campaign's own budget, held until this plan has reserved from it; nil: it has none.
func (l *locked) campaignBudget(ctx context.Context, p *place) (*conversation.BudgetUse, error) {
	if p == nil || p.BudgetMicros == nil {
		return nil, nil
	}
	reserved, err := l.q.LockCampaignBudget(ctx, p.CampaignRecipient.CampaignID)
	return &conversation.BudgetUse{Period: "campaign", LimitMicros: *p.BudgetMicros, SpentMicros: reserved}, err
}

// otherCurrency says why a quote cannot be held against a campaign's budget: the number's scheme has changed since the campaign has begun
// to reserve, and amounts of two currencies add up to nothing. Empty: it can.
func (l *locked) otherCurrency(ctx context.Context, p *place, of *conversation.BudgetUse, quote ledger.Quote) (string, error) {
	if of == nil || of.SpentMicros == 0 {
		return "", nil
	}
	currency, err := l.q.FindCampaignCurrency(ctx, p.CampaignRecipient.CampaignID)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && currency == quote.Currency {
		return "", nil
	}
	return fmt.Sprintf("the campaign's budget is being spent in %s, and the number's scheme charges in %s now", currency, quote.Currency), err
}

// exhaustedFirst is the budget of which least is left; nil if there is none.
func exhaustedFirst(uses []conversation.BudgetUse, quote ledger.Quote) *conversation.BudgetUse {
	var first *conversation.BudgetUse
	for _, u := range uses {
		if first == nil || u.LimitMicros-u.SpentMicros < first.LimitMicros-first.SpentMicros {
			u.PriceMicros, u.Currency = quote.AmountMicros, quote.Currency
			first = &u
		}
	}
	return first
}

// budgetUse says what is left of the day and the month of the account's calendar, where they are bounded. The limit is in the currency
// of the scheme that prices; what was reserved in another does not count.
func (l *locked) budgetUse(ctx context.Context, b conversation.Budget, quote ledger.Quote) (uses []conversation.BudgetUse, err error) {
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
	for _, u := range []conversation.BudgetUse{
		{Period: "day", LimitMicros: b.DayMicros, SpentMicros: spent.DayMicros},
		{Period: "month", LimitMicros: b.MonthMicros, SpentMicros: spent.MonthMicros},
	} {
		if u.LimitMicros != 0 {
			uses = append(uses, u)
		}
	}
	return uses, nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
