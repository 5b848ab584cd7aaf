package people

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"reengage/db"
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
	// answered at once, or sent a template now.
	answered, template bool
}{
	{customer: customer{"Walter", "12025550111"}, ago: 2 * time.Hour, text: "Do you deliver on Saturdays?"},                // active
	{customer: customer{"Yolanda", "12025550112"}, ago: 5 * time.Hour, text: "Thank you!", answered: true},                 // active, answered
	{customer: customer{"Xaver", "12025550113"}, ago: 23*time.Hour + 20*time.Minute, text: "Is anybody there?"},            // expiring
	{customer: customer{"Veronica", "12025550114"}, ago: 30 * time.Hour, text: "I would like to return a lamp."},           // expired
	{customer: customer{"Ulrich", "12025550115"}, ago: 40 * time.Hour, text: "How much is the green one?", template: true}, // awaiting reply
}

// PlayBackDated lets customers write in the past, so that a fresh stack shows every state that can occur (W6).
func PlayBackDated(ctx context.Context, s *stack.Stack) error {
	business := NewBusiness(s)
	for _, c := range backDated {
		_, err := s.Simulator.Inbound(ctx, whatsapptest.Inbound{From: c.phone, Name: c.name, Text: c.text, At: s.Now().Add(-c.ago)})
		if err == nil && c.answered {
			err = business.Text(ctx, c.recipient(), "You are welcome.")
		}
		if err == nil && c.template {
			err = business.Template(ctx, c.recipient(), "spring_offer")
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
			err = business.Text(ctx, c.recipient(), "We will see to it.")
		}
		if err != nil && ctx.Err() == nil {
			log.Warn("a simulated customer was not heard", "error", err)
		}
	}
}
