package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/google/uuid"

	"reengage/gateway/api"
	"reengage/tariff"
)

// printCharges shows charges or groups and, always, one total for each currency.
func printCharges(s streams, charges []api.Charge, groupBy []string) error {
	if len(charges) == 0 {
		_, err := fmt.Fprintln(s.out, "No charges in this period.")
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	if len(groupBy) == 0 {
		fmt.Fprintln(t, "AT\tSCHEME\tRULE\tKIND\tMARKET\tCATEGORY\tAMOUNT\tCONVERSATION")
	} else {
		fmt.Fprintln(t, strings.ToUpper(strings.Join(groupBy, "\t"))+"\tCHARGES\tAMOUNT")
	}
	type total struct{ charges, micros int64 }
	totals := map[string]total{}
	for _, c := range charges {
		sum := totals[c.Currency]
		sum.micros += c.AmountMicros
		switch {
		case c.Charges != nil:
			sum.charges += *c.Charges
			for _, name := range groupBy {
				fmt.Fprintf(t, "%s\t", orNone(printable(groupName(c, name))))
			}
			fmt.Fprintf(t, "%d\t%s\n", *c.Charges, money(c.AmountMicros, c.Currency))
		default:
			kind := c.Kind
			sum.charges++
			if c.Reverses != nil {
				kind += fmt.Sprintf(" (reverses %d)", *c.Reverses)
				sum.charges -= 2
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", stamp(c.At), c.Scheme, c.Rule, kind, textOrNone(c.Market), textOrNone(c.Category),
				money(c.AmountMicros, c.Currency), c.ConversationID)
		}
		totals[c.Currency] = sum
	}
	if err := t.Flush(); err != nil {
		return err
	}
	currencies := make([]string, 0, len(totals))
	for currency := range totals {
		currencies = append(currencies, currency)
	}
	slices.Sort(currencies)
	for _, currency := range currencies {
		if _, err := fmt.Fprintf(s.out, "Total: %s, %s\n", plural(totals[currency].charges, "charge"), money(totals[currency].micros, currency)); err != nil {
			return err
		}
	}
	return nil
}

// groupName is the value of what charges are grouped by, as people know it.
func groupName(c api.Charge, by string) string {
	if by == "campaign" && c.Campaign != nil {
		return fmt.Sprintf("%s (%s)", shortened(c.Campaign.Name), c.Campaign.ID)
	}
	return c.Group(by)
}

// printDifferences shows what the provider says of a message and, beside it, what we would.
func printDifferences(s streams, items []api.VerdictDifference) error {
	if len(items) == 0 {
		_, err := fmt.Fprintln(s.out, "No differences in this period.")
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "DELIVERED\tNUMBER\tMARKET\tSCHEME\tVERDICT (P6)\tCHARGED\tOWN\tWOULD BE\tMESSAGE")
	for _, d := range items {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", stamp(&d.DeliveredAt), d.Number.ID, orNone(printable(d.Market)), d.Scheme,
			strings.TrimSpace(printable(d.Verdict.Type+" "+d.Verdict.Category)), money(d.Verdict.AmountMicros, d.Currency),
			d.Own.Rule+" "+printable(d.Own.Category), money(d.Own.AmountMicros, d.Currency), messageOf(d.WAMID, d.EventID))
	}
	return t.Flush()
}

// printUnpriced shows which price is missing for which message.
func printUnpriced(s streams, items []api.UnpricedMessage) error {
	if len(items) == 0 {
		_, err := fmt.Fprintln(s.out, "No messages without a price in this period.")
		return err
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "AT\tNUMBER\tSCHEME\tCARD\tMARKET\tCATEGORY\tCONVERSATION\tMESSAGE")
	for _, u := range items {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", stamp(&u.At), u.Number.ID, u.Scheme, orNone(u.Card), orNone(printable(u.Market)),
			printable(u.Category), u.ConversationID, messageOf(u.WAMID, u.EventID))
	}
	return t.Flush()
}

// messageOf names a message as its provider does, which can be asked about it; else as we do.
func messageOf(wamid *string, event uuid.UUID) string {
	if wamid == nil {
		return event.String()
	}
	return printable(*wamid)
}

func textOrNone(s *string) string {
	if s == nil {
		return none
	}
	return orNone(printable(*s))
}

func orNone(s string) string {
	if s == "" {
		return none
	}
	return s
}

func money(micros int64, currency string) tariff.Money {
	return tariff.Money{AmountMicros: micros, Currency: currency}
}
