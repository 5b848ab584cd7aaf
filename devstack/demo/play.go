package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"reengage/devstack/people"
	"reengage/devstack/stack"
	"reengage/whatsapp/whatsapptest"
)

// Play plays the script on a running stack, prints what happens as it happens, and compares in the end. Its error says
// what did not come out as the script says.
func Play(ctx context.Context, s *stack.Stack, out io.Writer) error {
	p := &player{stack: s, business: people.NewBusiness(s), begin: s.Now(), out: out}
	if err := s.Simulator.Script(whatsapptest.Rule{
		Match: whatsapptest.Match{Template: "old_offer"}, Do: "status", Times: -1, Status: "failed", Code: 131026,
	}); err != nil {
		return err
	}
	if err := s.Simulator.SetCrowd(crowds...); err != nil {
		return err
	}
	if err := p.configure(ctx); err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	var watcher sync.WaitGroup
	watcher.Go(func() { p.watch(watching) })

	for _, turn := range turns() {
		if err := p.until(ctx, turn.line.at); err != nil {
			return err
		}
		if err := p.play(ctx, turn.customer, turn.line); err != nil {
			return fmt.Errorf("%s %s: %w", turn.customer.name, turn.line.do, err)
		}
	}
	p.say("the last line has been played; waiting for the windows to close")
	if err := p.until(ctx, lasts); err != nil {
		return err
	}
	if err := p.settled(ctx); err != nil {
		return err
	}
	stop()
	watcher.Wait() // its lines come before the summary
	return p.summary(ctx)
}

// player plays the script and tells of it.
type player struct {
	stack    *stack.Stack
	business *people.Business
	begin    time.Time // virtual
	campaign people.Campaign
	mu       sync.Mutex
	out      io.Writer
}

// turn is one customer's line.
type turn struct {
	customer customer
	line     line
}

func turns() []turn {
	var all []turn
	for _, c := range append(everybody(), office) {
		for _, l := range c.lines {
			all = append(all, turn{c, l})
		}
	}
	slices.SortStableFunc(all, func(a, b turn) int { return cmp.Compare(a.line.at, b.line.at) })
	return all
}

// until waits for a moment of the virtual clock.
func (p *player) until(ctx context.Context, at time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(p.stack.Clock.Wait(p.begin.Add(at), time.Now())):
		return nil
	}
}

func (p *player) play(ctx context.Context, c customer, l line) error {
	to := people.Recipient{Name: c.name, Phone: c.phone, BSUID: c.bsuid}
	p.say("%s", l.tell(c.name))
	switch l.do {
	case writes, writesTwice, writesLate, reacts:
		return p.write(ctx, c, l)
	case imports:
		return p.importContacts(ctx)
	case launches:
		return p.launch(ctx)
	}
	return p.expect(l, p.serve(ctx, to, l))
}

// tell is the line in words. What is going to be refused is only tried.
func (l line) tell(name string) string {
	did := string(l.do)
	if l.refused != "" {
		did = strings.Replace(did, "is ", "is to be ", 1)
	}
	text := cmp.Or(l.template.Name, string(l.category), l.text)
	if l.do == kept {
		text += ": " + l.text
	}
	if text == "" {
		return name + " " + did
	}
	return name + " " + did + ": " + text
}

// serve has the business do something for a customer.
func (p *player) serve(ctx context.Context, to people.Recipient, l line) error {
	switch l.do {
	case optsIn:
		return p.business.OptIn(ctx, to, l.category)
	case answered:
		return p.business.Reply(ctx, to, l.text, "")
	case templated:
		return p.business.SendTemplate(ctx, to, l.template, "")
	case kept:
		return p.business.Keep(ctx, to, l.text, l.template)
	case closed:
		return p.business.Close(ctx, to)
	case answeredElsewhere:
		return p.business.TextElsewhere(ctx, to, l.text)
	case sentElsewhere, failingElsewhere:
		return p.business.TemplateElsewhere(ctx, to, l.text)
	}
	return fmt.Errorf("nobody knows how to do that")
}

// expect takes a refusal for what it must be.
func (p *player) expect(l line, err error) error {
	var refusal *people.Refusal
	switch {
	case l.refused == "":
		return err
	case err == nil:
		return fmt.Errorf("it must be refused as %s", l.refused)
	case errors.As(err, &refusal) && refusal.Code == string(l.refused):
		return nil
	}
	return fmt.Errorf("it must be refused as %s: %w", l.refused, err)
}

func (p *player) write(ctx context.Context, c customer, l line) error {
	message := whatsapptest.Inbound{From: c.phone, BSUID: c.bsuid, Name: c.name, Text: l.text}
	switch l.do {
	case reacts:
		message.Type = "reaction"
	case writesLate:
		message.At = p.begin.Add(l.occurred)
	}
	wamid, err := p.stack.Simulator.Inbound(ctx, message)
	if err == nil && l.do == writesTwice {
		message.ID = wamid
		_, err = p.stack.Simulator.Inbound(ctx, message)
	}
	return err
}

// say prints a line with the virtual time.
func (p *player) say(format string, args ...any) {
	p.at(p.stack.Now(), format, args...)
}

func (p *player) at(t time.Time, format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, "%s  %s\n", p.day(t), fmt.Sprintf(format, args...))
}

// day is a moment of the virtual clock, counted from the script's beginning.
func (p *player) day(t time.Time) string {
	since := t.Sub(p.begin)
	return fmt.Sprintf("day %d %02d:%02d", int(since.Hours())/24+1, int(since.Hours())%24, int(since.Minutes())%60)
}
