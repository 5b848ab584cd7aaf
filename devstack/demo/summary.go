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
	owed, micros, scheme := sumCharges(charges)
	got := map[string]outcome{}
	var wrong []error
	for _, c := range conversations {
		o := owed[c.ID]
		o.windows, o.reminders, o.reengagements, o.sends, o.refusals = c.Windows, c.Reminders, c.Reengagements, c.Sends, c.Refusals
		got[c.Name] = o
		if c.Late+c.Missed > 0 {
			wrong = append(wrong, fmt.Errorf("%s: %d reminders were late or missed", c.Name, c.Late+c.Missed))
		}
	}
	total, err := p.table(got)
	wrong = append(wrong, err)
	wrong = append(wrong, p.sending(ctx, total), p.results(ctx))

	want := total.customer*customerMicros + total.business*businessMicros
	fmt.Fprintf(p.out, "\n%s: %d × %s customer-initiated + %d × %s business-initiated = %s\n", scheme,
		total.customer, money(customerMicros, "USD"), total.business, money(businessMicros, "USD"), money(micros, "USD"))
	wrong = append(wrong, p.compare(ctx, scheme, micros))
	if micros != want {
		wrong = append(wrong, fmt.Errorf("the ledger sums to %s, its charges to %s", money(micros, "USD"), money(want, "USD")))
	}
	return errors.Join(append(wrong, p.notified(total.reminders))...)
}

// sumCharges counts what each conversation owes, by who has opened the session, and adds up all of it.
func sumCharges(charges []db.SummarizeChargesRow) (owed map[uuid.UUID]outcome, micros int64, scheme string) {
	owed = map[uuid.UUID]outcome{}
	for _, c := range charges {
		o := owed[c.ConversationID]
		if c.Kind == "customer_initiated" {
			o.customer += c.Charges
		} else {
			o.business += c.Charges
		}
		owed[c.ConversationID], micros, scheme = o, micros+c.AmountMicros, c.Scheme
	}
	return owed, micros, scheme
}

// table prints a row for each customer and returns the sum of all.
func (p *player) table(got map[string]outcome) (total outcome, err error) {
	fmt.Fprintf(p.out, "\nRead back from Postgres (beside it what the script wants, where it differs):\n\n")
	t := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "contact\t")
	for _, c := range columns {
		fmt.Fprint(t, c.name, "\t")
	}
	fmt.Fprintln(t)
	var wrong []error
	for _, c := range everybody() {
		o := got[c.name]
		if o != c.want {
			wrong = append(wrong, fmt.Errorf("%s: Postgres says %+v, the script %+v", c.name, o, c.want))
		}
		fmt.Fprint(t, c.name, "\t")
		for _, column := range columns {
			fmt.Fprint(t, cell(*column.of(&o), *column.of(&c.want)), "\t")
			*column.of(&total) += *column.of(&o)
		}
		fmt.Fprintln(t)
	}
	fmt.Fprint(t, "total\t")
	for _, column := range columns {
		fmt.Fprint(t, *column.of(&total), "\t")
	}
	fmt.Fprintln(t)
	return total, errors.Join(append(wrong, t.Flush())...)
}

var columns = []struct {
	name string
	of   func(*outcome) *int64
}{
	{"windows", func(o *outcome) *int64 { return &o.windows }},
	{"reminders", func(o *outcome) *int64 { return &o.reminders }},
	{"re-engagements", func(o *outcome) *int64 { return &o.reengagements }},
	{"sends", func(o *outcome) *int64 { return &o.sends }},
	{"refusals", func(o *outcome) *int64 { return &o.refusals }},
	{"customer-initiated", func(o *outcome) *int64 { return &o.customer }},
	{"business-initiated", func(o *outcome) *int64 { return &o.business }},
}

// notified fails unless each reminder has reached the team's system.
func (p *player) notified(reminders int64) error {
	var came int64
	for _, n := range p.stack.Receiver.Came() {
		if n.Type == "reminder.due" {
			came++
		}
	}
	fmt.Fprintf(p.out, "\n%d reminders reached the team's system, each with a valid signature\n", came)
	if came != reminders || p.stack.Receiver.Forged() > 0 {
		return fmt.Errorf("%d reminders were posted, %d with a wrong signature", came, p.stack.Receiver.Forged())
	}
	return nil
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
