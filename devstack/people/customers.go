package people

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"reengage/conversation"
	"reengage/db"
	"reengage/devstack/receiver"
	"reengage/devstack/stack"
	"reengage/whatsapp/whatsapptest"
)

// customer is an invented person with a number reserved for fiction.
type customer struct {
	name, phone string
}

func (c customer) recipient() Recipient { return Recipient{Name: c.name, Phone: c.phone} }

var regulars = []customer{
	{"Amelia", "12025550121"}, {"Benedict", "12025550122"}, {"Celeste", "12025550123"}, {"Dorothea", "12025550124"},
	{"Emil", "12025550125"}, {"Florence", "12025550126"}, {"Gustav", "12025550127"}, {"Henrietta", "12025550128"},
}

// backDated are customers whose message lies in the past, so that their conversation is in a certain state now.
var backDated = []struct {
	customer
	ago  time.Duration
	text string
	then func(*Business, context.Context, Recipient) error // what the business does now
}{
	{customer{"Walter", "12025550111"}, 2 * time.Hour, "Do you deliver on Saturdays?", nil},           // active
	{customer{"Yolanda", "12025550112"}, 5 * time.Hour, "Thank you!", reply},                          // active, answered
	{customer{"Xaver", "12025550113"}, 23*time.Hour + 20*time.Minute, "Is anybody there?", nil},       // expiring
	{customer{"Veronica", "12025550114"}, 30 * time.Hour, "I would like to return a lamp.", nil},      // expired
	{customer{"Ulrich", "12025550115"}, 40 * time.Hour, "How much is the green one?", winBack},        // awaiting reply
	{customer{"Theodora", "12025550116"}, 26 * time.Hour, "Is the desk lamp in stock again?", resume}, // resuming, for 10 min
	// In two minutes these are a window that a reminder has saved, and one that it has not.
	{customer{"Isolde", "12025550117"}, nearlyOver, "Can I still change my order?", replyOnceReminded},
	{customer{"Jasper", "12025550118"}, nearlyOver, "Do you also repair lamps?", nil},
}

func reply(b *Business, ctx context.Context, to Recipient) error {
	return b.Reply(ctx, to, "You are welcome.", "")
}

// nearlyOver is how long ago somebody wrote whose window closes in two minutes.
const nearlyOver = 24*time.Hour - 2*time.Minute

// replyOnceReminded waits for the reminder, which is late for a message that was told of so late (W7). On a fast clock the window may
// be over before.
func replyOnceReminded(b *Business, ctx context.Context, to Recipient) error {
	k, err := b.conversation(ctx, to)
	if err != nil {
		return err
	}
	reminded := func(n receiver.Notification) bool { return bytes.Contains(n.Data, []byte(k.ID)) }
	for over := b.stack.Now().Add(24*time.Hour - nearlyOver); b.stack.Now().Before(over); {
		if slices.ContainsFunc(b.stack.Receiver.Came(), reminded) {
			err := reply(b, ctx, to)
			if refusal := (*Refusal)(nil); errors.As(err, &refusal) {
				return nil
			}
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

func winBack(b *Business, ctx context.Context, to Recipient) error {
	if err := b.OptIn(ctx, to, conversation.Marketing); err != nil {
		return err
	}
	return b.SendTemplate(ctx, to, Template{"come_back", []string{to.Name}}, "")
}

func resume(b *Business, ctx context.Context, to Recipient) error {
	return b.ClaimResume(ctx, to, "Grace")
}

// PlayBackDated lets customers write in the past, so that a fresh stack shows every state that can occur (W6).
func PlayBackDated(ctx context.Context, s *stack.Stack) error {
	business := NewBusiness(s)
	for _, c := range backDated {
		_, err := s.Simulator.Inbound(ctx, whatsapptest.Inbound{From: c.phone, Name: c.name, Text: c.text, At: s.Now().Add(-c.ago)})
		if err == nil && c.then != nil {
			err = c.then(business, ctx, c.recipient())
		}
		if err != nil {
			return fmt.Errorf("back-dated %s: %w", c.name, err)
		}
	}
	return nil
}

// Remember tells a new simulator who has written within the day: its own memory ended with the last run, the stack's
// did not.
func Remember(ctx context.Context, s *stack.Stack) error {
	open, err := db.New(s.Pool).ListOpenPhones(ctx, s.Now())
	if err != nil {
		return fmt.Errorf("remember customers: %w", err)
	}
	for _, c := range open {
		s.Simulator.Remember(stack.BusinessNumber, c.Phone, c.LastInboundAt)
	}
	return nil
}

// How long customers are silent between two messages, in real time.
const (
	leastSilence = 10 * time.Second
	mostSilence  = 40 * time.Second
)

var small = []string{"Hello!", "Is my order on its way?", "Thanks.", "Could you call me?", "What does it cost?", "Until when are you open?"}

// ChatNowAndThen lets customers write until ctx ends; most of them are answered.
func ChatNowAndThen(ctx context.Context, s *stack.Stack, log *slog.Logger) {
	business := NewBusiness(s)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(leastSilence + rand.N(mostSilence-leastSilence)):
		}
		c := regulars[rand.IntN(len(regulars))]
		_, err := s.Simulator.Inbound(ctx, whatsapptest.Inbound{From: c.phone, Name: c.name, Text: small[rand.IntN(len(small))]})
		if err == nil && rand.IntN(3) > 0 {
			err = business.Reply(ctx, c.recipient(), "We will see to it.", "")
		}
		if err != nil && ctx.Err() == nil {
			log.Warn("a simulated customer was not heard", "error", err)
		}
	}
}
