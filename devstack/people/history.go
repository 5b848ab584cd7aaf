package people

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"reengage/conversation"
	"reengage/devstack/stack"
	"reengage/intake"
	"reengage/whatsapp/whatsapptest"
)

// past are customers of the last days: what they wrote, and the answers, were heard of when they were said, so that windows closed
// over it, some of them unanswered, and charges are from many days.
var past = []customer{
	{"Ludwig", "12025550131"}, {"Margaret", "12025550132"}, {"Nathaniel", "12025550133"}, {"Ophelia", "12025550134"},
	{"Percival", "12025550135"}, {"Quentin", "12025550136"}, {"Rosalind", "12025550137"}, {"Sebastian", "12025550138"},
}

// pastDays is how far back it goes.
const pastDays = 12

// said is a message of the past.
type said struct {
	kind       intake.Kind
	ago        time.Duration
	typ, text  string
	category   string
	customerNo int
}

// history is a pattern that differs by day and customer: who writes, who is answered and how, and who gets a template instead.
func history() (all []said) {
	for day := pastDays; day >= 2; day-- {
		for i := range past {
			if (day+i)%3 == 2 || (day*i)%5 == 4 {
				continue // has nothing to say on this day
			}
			ago := time.Duration(day)*24*time.Hour - time.Duration(i)*40*time.Minute
			all = append(all, said{kind: intake.Inbound, ago: ago, typ: "text", text: small[(day+i)%len(small)], customerNo: i})
			if (day*3+i)%4 > 0 {
				all = append(all, said{kind: intake.Outbound, ago: ago - 25*time.Minute, typ: "freeform", customerNo: i})
			}
			if (day+2*i)%5 == 0 {
				category := []string{"marketing", "utility"}[day%2]
				all = append(all, said{kind: intake.Outbound, ago: ago - 27*time.Hour, typ: "template", category: category, customerNo: i})
			}
		}
	}
	return all
}

// PlayHistory stores what was said before the stack was there, as if it had been there.
func PlayHistory(ctx context.Context, s *stack.Stack) error {
	store := intake.New(s.Pool, s.Clock, slog.New(slog.DiscardHandler))
	now := time.Now()
	for n, m := range history() {
		c := past[m.customerNo]
		heard := now.Add(-time.Duration(float64(m.ago) / s.Clock.Virtual(time.Second).Seconds()))
		_, err := store.Messages(ctx, intake.FromAPI, heard, []intake.Message{{
			Kind: m.kind, PhoneNumberID: stack.BusinessNumber, Who: intake.Identity{Phone: "+" + c.phone, Name: c.name},
			ID: fmt.Sprintf("past-%d", n), OccurredAt: s.Clock.At(now).Add(-m.ago), Type: m.typ, Text: m.text, Category: m.category,
		}})
		if err != nil {
			return fmt.Errorf("what %s said in the past: %w", c.name, err)
		}
	}
	return winBackSome(ctx, s)
}

// winBackSome has agents write to some of the past, of whom most answer at once.
func winBackSome(ctx context.Context, s *stack.Stack) error {
	business := NewBusiness(s)
	for i, c := range past[:5] {
		err := business.OptIn(ctx, c.recipient(), conversation.Marketing)
		if err == nil {
			err = business.SendTemplate(ctx, c.recipient(), Template{"come_back", []string{c.name}}, "")
		}
		if err == nil && i%2 == 0 {
			err = answer(ctx, s, c)
		}
		if err != nil {
			return fmt.Errorf("win back %s: %w", c.name, err)
		}
	}
	return nil
}

// answerWithin is how long a template may take to reach its customer, in real time.
const answerWithin = 30 * time.Second

// answer has a customer write once a message has reached them. Meta tells times in whole seconds, so the answer comes two later.
func answer(ctx context.Context, s *stack.Stack, c customer) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	for {
		for _, m := range s.Simulator.Messages() {
			if m.To == c.phone {
				_, err := s.Simulator.Inbound(ctx, whatsapptest.Inbound{From: c.phone, Name: c.name, Text: "Yes, please!", At: m.At.Add(2 * time.Second)})
				return err
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no message has reached the customer: %w", ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}
