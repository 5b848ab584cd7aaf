package conversation

import (
	"fmt"
	"slices"
	"time"
)

// Step decides what follows from one event: the next state, and what is to be done, in order. It never fails: an event
// that means nothing here changes nothing. The state handed in is not modified.
//
// Only a Tick acts on the clock. Whoever drives Step hands it everything that has arrived before each Tick, so that a
// message that has extended the window is never overtaken by the window's end.
func Step(s State, e Event) (State, []Effect) {
	d := decision{State: s, now: e.Now}
	switch w := e.What.(type) {
	case Inbound:
		d.inbound(w)
	case Outbound:
		d.outbound(w)
	case Failed:
		d.failed(w)
	case FactsKnown:
		d.Facts = d.Facts.Merge(w.Facts)
		if d.watch() {
			d.say("W1", "window open until %s", stamp(d.WatchedUntil))
		}
	case SettingsChanged:
		d.Settings = w.Settings
		d.say("W7", "settings changed")
	case Tick:
		d.clock()
	}
	return d.State, d.effects
}

// decision is a Step under way.
type decision struct {
	State
	now     time.Time
	effects []Effect
}

func (d *decision) do(e Effect) { d.effects = append(d.effects, e) }

func (d *decision) say(rule, format string, args ...any) {
	d.do(Decided{Rule: rule, Text: fmt.Sprintf(format, args...)})
}

func (d *decision) inbound(m Inbound) {
	switch {
	case !d.remember(m.ID):
		return
	case !Counts(m.Type):
		d.say("W2", "a message of type %q does not open the window", m.Type)
		return
	}
	d.Spans = addToSpans(d.Spans, m.At)
	d.Facts, _ = d.Facts.WithInbound(m.At)
	d.openedFromSpans()
	d.bill(m.At)

	deadline := m.At.Add(WindowLength)
	arrivedInTime := m.ReceivedAt.Before(deadline)
	switch {
	case d.watch():
		d.say("W1", "window open until %s", stamp(d.WatchedUntil))
	case d.Facts.WindowOpen(d.now):
		d.say("W1", "a message of %s leaves the window open until %s", stamp(m.At), stamp(d.WatchedUntil))
	case d.Facts.Disputed():
		d.say("W9", "a message from before the dispute does not open the window")
	case arrivedInTime && deadline.Equal(d.Facts.ExpiresAt):
		// We heard of it in time, and nobody was there to act: the clock will find its reminders missed.
		d.WatchedUntil, d.Reminded = deadline, nil
	default:
		d.say("W4", "a message of %s came too late to open a window", stamp(m.At))
	}
}

// openedFromSpans takes OpenedAt from the latest chain, unless the row knows of an earlier beginning of the same one.
func (d *decision) openedFromSpans() {
	last := d.Spans[len(d.Spans)-1]
	if last.Last.Equal(d.Facts.LastInboundAt) && last.First.Before(d.Facts.OpenedAt) {
		d.Facts.OpenedAt = last.First
	}
}

func (d *decision) outbound(m Outbound) {
	if !d.remember(m.ID) {
		return
	}
	d.Facts = d.Facts.WithOutbound(m.At, m.Template)
	if m.Template {
		d.do(Bill{}) // some schemes charge every one (S2, B1, A2)
		d.say("W6", "a template was sent at %s", stamp(m.At))
		return
	}
	d.bill(m.At)
	d.say("W7", "answered at %s", stamp(m.At))
}

func (d *decision) failed(f Failed) {
	if !d.remember(f.ID) {
		return
	}
	wasOpen := d.Facts.WindowOpen(d.now)
	// The row has computed these again without the failed message, so they may go back.
	d.Facts.LastOutboundAt, d.Facts.TemplateAcceptedAt = f.Facts.LastOutboundAt, f.Facts.TemplateAcceptedAt
	d.Facts = d.Facts.Merge(f.Facts)
	if wasOpen && d.Facts.Disputed() {
		d.WatchedUntil, d.Reminded = time.Time{}, nil
		d.say("W9", "the provider considers the window closed since %s", stamp(d.Facts.DisputedAt))
		return
	}
	d.say("W7", "an outbound message failed")
}

// bill asks for billing if a message at t may have opened a session: no earlier one of this run can have one open.
func (d *decision) bill(t time.Time) {
	if !d.BillingSessionFrom.IsZero() && !t.Before(d.BillingSessionFrom) && t.Before(d.BillingSessionFrom.Add(WindowLength)) {
		return
	}
	d.BillingSessionFrom = later(d.BillingSessionFrom, t)
	d.do(Bill{})
}

// watch takes on the window if it is open and ends later than what is watched already, and reports whether it did.
func (d *decision) watch() bool {
	if !d.Facts.WindowOpen(d.now) || !d.Facts.ExpiresAt.After(d.WatchedUntil) {
		return false
	}
	d.WatchedUntil, d.Reminded = d.Facts.ExpiresAt, nil
	return true
}

// clock acts on whatever has become due: reminders first, then the end of the window.
func (d *decision) clock() {
	if d.WatchedUntil.IsZero() {
		return
	}
	closed := !d.now.Before(d.WatchedUntil)
	if d.Settings.Reminders.Always || d.Facts.Unanswered() {
		d.remind()
	}
	if closed {
		d.say("W5", "the window closed at %s", stamp(d.WatchedUntil))
		d.WatchedUntil, d.Reminded = time.Time{}, nil
	}
}

func (d *decision) remind() {
	for _, due := range Reminders(d.Settings, d.WatchedUntil) {
		if due.At.After(d.now) || slices.Contains(d.Reminded, due.Leads[0]) {
			continue
		}
		outcome := OutcomeAt(due.At, d.WatchedUntil, d.now, d.LateAfter)
		d.do(Remind{Deadline: d.WatchedUntil, Leads: due.Leads, DueAt: due.At, At: d.now, Outcome: outcome,
			Always: d.Settings.Reminders.Always})
		d.say("W7", "reminder %s before the end: %s", due.Leads[0], outcome)
		d.Reminded = append(slices.Clone(d.Reminded), due.Leads...)
	}
}

// OutcomeAt says what a reminder that fires at now is: missed once the window has closed, late if it fires more than
// lateAfter after it was due (W7).
func OutcomeAt(dueAt, deadline, now time.Time, lateAfter time.Duration) Outcome {
	switch {
	case !now.Before(deadline):
		return Missed
	case now.Sub(dueAt) > lateAfter:
		return Late
	default:
		return Sent
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
