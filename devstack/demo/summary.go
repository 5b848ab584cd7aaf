package demo

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/tariff"
)

// summary prints what Postgres says became of each customer beside what the script wants, and fails where they differ.
func (p *player) summary(ctx context.Context) error {
	q := db.New(p.stack.Pool)
	conversations, err := q.SummarizeConversations(ctx)
	if err != nil {
		return fmt.Errorf("read the summary: %w", err)
	}
	charges, err := q.SummarizeCharges(ctx)
	if err != nil {
		return fmt.Errorf("read the charges: %w", err)
	}
	got, total, scheme := map[string]outcome{}, outcome{}, ""
	var micros int64
	owed := map[uuid.UUID]outcome{}
	for _, c := range charges {
		o := owed[c.ConversationID]
		if c.Kind == "customer_initiated" {
			o.customer += c.Charges
		} else {
			o.business += c.Charges
		}
		owed[c.ConversationID], micros, scheme = o, micros+c.AmountMicros, c.Scheme
	}
	var late int64
	for _, c := range conversations {
		o := owed[c.ID]
		o.windows, o.reminders = c.Windows, c.Reminders
		got[c.Name] = o
		late += c.Late + c.Missed
	}

	fmt.Fprintf(p.out, "\nRead back from Postgres (beside it what the script wants, where it differs):\n\n")
	t := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "contact\twindows\treminders\tcustomer-initiated\tbusiness-initiated\t")
	var wrong []error
	for _, c := range cast {
		o := got[c.name]
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t\n", c.name, cell(o.windows, c.want.windows), cell(o.reminders, c.want.reminders),
			cell(o.customer, c.want.customer), cell(o.business, c.want.business))
		if o != c.want {
			wrong = append(wrong, fmt.Errorf("%s: Postgres says %+v, the script %+v", c.name, o, c.want))
		}
		total = outcome{total.windows + o.windows, total.reminders + o.reminders, total.customer + o.customer, total.business + o.business}
	}
	fmt.Fprintf(t, "total\t%d\t%d\t%d\t%d\t\n", total.windows, total.reminders, total.customer, total.business)
	if err := t.Flush(); err != nil {
		return err
	}
	want := total.customer*customerMicros + total.business*businessMicros
	fmt.Fprintf(p.out, "\n%s: %d × %s customer-initiated + %d × %s business-initiated = %s\n", scheme,
		total.customer, money(customerMicros, "USD"), total.business, money(businessMicros, "USD"), money(micros, "USD"))
	wrong = append(wrong, p.compare(ctx, scheme, micros))
	if micros != want {
		wrong = append(wrong, fmt.Errorf("the ledger sums to %s, its charges to %s", money(micros, "USD"), money(want, "USD")))
	}
	if late > 0 {
		wrong = append(wrong, fmt.Errorf("%d reminders were late or missed", late))
	}
	notified := p.stack.Receiver.Came()
	fmt.Fprintf(p.out, "\n%d reminders reached the team's system, each with a valid signature\n", len(notified))
	if int64(len(notified)) != total.reminders || p.stack.Receiver.Forged() > 0 {
		wrong = append(wrong, fmt.Errorf("%d reminders were posted, %d with a wrong signature", len(notified), p.stack.Receiver.Forged()))
	}
	return errors.Join(wrong...)
}

func cell(got, want int64) string {
	if got == want {
		return fmt.Sprint(got)
	}
	return fmt.Sprintf("%d (want %d)", got, want)
}

func money(micros int64, currency string) string {
	return tariff.Money{AmountMicros: micros, Currency: currency}.String()
}
