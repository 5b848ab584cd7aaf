package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"text/tabwriter"
	"time"

	"reengage/db"
	"reengage/devstack/stack"
	"reengage/ledger"
	"reengage/tariff"
)

// compare prints what the same conversations would have cost under every scheme, rated from the event log, and fails if a
// scheme has no price for something, or if what the number owes by comes to anything but what the ledger has posted.
func (p *player) compare(ctx context.Context, scheme string, posted int64) error {
	totals, err := p.whatIf(ctx)
	if err != nil {
		return fmt.Errorf("compare the schemes: %w", err)
	}
	fmt.Fprintf(p.out, "\nThe same conversations under every scheme:\n\n")
	t := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  scheme\tcharges\ttotal\tby rule")
	var wrong []error
	for _, s := range totals {
		if s.Unpriced > 0 {
			wrong = append(wrong, fmt.Errorf("%s has no price for %d messages", s.Scheme, s.Unpriced))
		}
		if len(s.Currencies) == 0 {
			fmt.Fprintf(t, "  %s\t0\tnothing\t\n", s.Scheme)
		}
		for _, sum := range s.Currencies {
			fmt.Fprintf(t, "  %s\t%d\t%s\t%s\n", s.Scheme, sum.Charges, money(sum.AmountMicros, sum.Currency), shares(sum))
			if s.Scheme == scheme && sum.AmountMicros != posted {
				wrong = append(wrong, fmt.Errorf("%s comes to %s and the ledger to %s", scheme, money(sum.AmountMicros, sum.Currency), money(posted, sum.Currency)))
			}
		}
	}
	return errors.Join(append(wrong, t.Flush())...)
}

func shares(sum tariff.CurrencyTotal) (text string) {
	for _, r := range sum.Rules {
		text += fmt.Sprintf("%s: %d, %.0f %%  ", r.Rule, r.Charges, r.Percent)
	}
	return text
}

// whatIf rates everything that the script has played, by every scheme.
func (p *player) whatIf(ctx context.Context) ([]tariff.SchemeTotal, error) {
	cards, err := tariff.ShippedCards()
	if err != nil {
		return nil, err
	}
	schemes, err := tariff.LookupAll(tariff.Names())
	if err != nil {
		return nil, err
	}
	number, err := db.New(p.stack.Pool).GetNumberByPhoneID(ctx, stack.BusinessNumber)
	if err != nil {
		return nil, err
	}
	all := tariff.NewComparison(schemes)
	book := ledger.New(p.stack.Pool, cards, tariff.DefaultEntryPoint, slog.New(slog.DiscardHandler))
	// A message of the script is 30 h late.
	question := ledger.WhatIf{Number: number.ID, From: p.begin.Add(-3 * 24 * time.Hour), To: p.stack.Now(), Schemes: schemes}
	err = book.WhatIf(ctx, question, func(s tariff.Scheme, r *tariff.Rating) error {
		all.Add(s, r)
		return nil
	})
	return all.Totals(), err
}
