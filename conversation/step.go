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
		d.factsKnown(w.Facts)
	case PermissionsKnown:
		d.permissionsKnown(w.Permissions)
	case ConsentChanged:
		d.consent(w)
	case AttemptEnded:
		d.attemptEnded(w)
	case ReplyKept:
		d.replyKept(w.Kept)
	case Closed:
		d.closed()
	case Merged:
		d.merged()
	case SettingsChanged:
		d.settings(w.Settings)
	case Tick:
		d.tick()
	}
	return d.State, d.effects
}

// tick acts on the clock, once everything that has arrived is decided on.
func (d *decision) tick() {
	if d.Merged {
		return
	}
	d.watch()
	d.clock()
	d.pursue()
	d.expireKept()
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
	if d.Merged {
		return
	}
	d.take(m)
	d.reachable()
	d.keyword(m.Keyword)
	d.answered()
	d.releaseKept(m)
}

// reachable lifts the suppression that ends by itself: whoever writes can be written to.
func (d *decision) reachable() {
	if d.Permissions.Suppressed == Undeliverable {
		d.Permissions.Suppressed = ""
		d.say("gate", "the contact has written, so it can be written to again")
	}
}

// factsKnown joins what the row knows. It may know of a dispute (W9) that no message has told us about.
func (d *decision) factsKnown(f Facts) {
	d.Facts = d.Facts.Merge(f)
	if d.watching() && d.Facts.Disputed() {
		d.disputed()
	}
	d.answered()
	d.templateOfKept()
}

// disputed ends the window at once: the provider considers it closed (W9).
func (d *decision) disputed() {
	at := d.Facts.DisputedAt
	if d.watching() && !at.Before(d.WatchedUntil) {
		d.clock() // it had closed by itself
		return
	}
	d.say("W9", "the provider considers the window closed since %s", stamp(at))
	end := d.Facts.ExpiresAt
	d.WatchedUntil, d.Reminded = time.Time{}, nil
	if d.Left.Equal(end) {
		d.Left = at // it is the same window
	}
	d.plan(at, d.Facts.LastInboundAt)
}

// take lets a message extend what is watched, or begin to watch its window. Messages come in the order in which they
// occurred, so one that begins another window finds the earlier one complete.
func (d *decision) take(m Inbound) {
	deadline := m.At.Add(WindowLength)
	if !d.WatchedUntil.IsZero() && !m.At.Before(d.WatchedUntil) {
		d.clock() // the earlier window closed meanwhile, its reminders sent or missed
	}
	switch {
	case d.Facts.Disputed():
		d.say("W9", "a message from before the dispute does not open the window")
	case d.now.Before(deadline) && deadline.After(d.WatchedUntil):
		d.watchUntil(deadline)
	case d.now.Before(deadline):
		d.say("W1", "a message of %s leaves the window open until %s", stamp(m.At), stamp(d.WatchedUntil))
	case !m.ReceivedAt.Before(deadline):
		d.say("W4", "a message of %s came too late to open a window", stamp(m.At))
	case deadline.After(d.WatchedUntil):
		// We heard of it in time, but nobody was there to act: the clock will find its reminders missed.
		d.WatchedUntil, d.Reminded = deadline, nil
	}
}

func (d *decision) watchUntil(deadline time.Time) {
	d.WatchedUntil, d.Reminded = deadline, nil
	d.say("W1", "window open until %s", stamp(deadline))
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
	d.templateOfKept()
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
	if f.Message != "" {
		d.remember(f.Message) // if it is heard of only now, it is no answer
	}
	wasOpen := d.Facts.WindowOpen(d.now)
	// The row has computed these again without the failed message, so they may go back.
	d.Facts.LastOutboundAt, d.Facts.TemplateAcceptedAt = f.Facts.LastOutboundAt, f.Facts.TemplateAcceptedAt
	d.Facts = d.Facts.Merge(f.Facts)
	d.templateOfKept()
	d.chosenNotToDeliver(f.Code)
	if wasOpen && d.Facts.Disputed() {
		d.disputed()
		return
	}
	// A reminder that was refused because of this answer is due again; one that was sent is refused by its key.
	d.Reminded = nil
	d.say("W7", "an outbound message failed")
}

// settings takes new ones. A lead that is new, and whose moment has passed, is not due any more: nobody wanted it then.
func (d *decision) settings(s Settings) {
	before := d.Settings.Reminders.leads()
	d.Settings = s
	for _, due := range remaining(d.State) {
		if due.At.After(d.now) {
			continue
		}
		for _, lead := range due.Leads {
			if !slices.Contains(before, lead) {
				d.Reminded = append(slices.Clone(d.Reminded), lead)
			}
		}
	}
	d.say("W7", "settings changed")
}

// bill asks for billing if a message at t may have opened a session: no earlier one of this run can have one open.
func (d *decision) bill(t time.Time) {
	if !d.BillingSessionFrom.IsZero() && !t.Before(d.BillingSessionFrom) && t.Before(d.BillingSessionFrom.Add(WindowLength)) {
		return
	}
	d.BillingSessionFrom = later(d.BillingSessionFrom, t)
	d.do(Bill{})
}

// watch takes on a window that the row knows of and no message has told us about yet.
func (d *decision) watch() {
	if d.Merged || !d.Facts.WindowOpen(d.now) || !d.Facts.ExpiresAt.After(d.WatchedUntil) {
		return
	}
	if !d.WatchedUntil.IsZero() && !d.Facts.OpenedAt.Before(d.WatchedUntil) {
		d.clock()
	}
	d.watchUntil(d.Facts.ExpiresAt)
}

// clock acts on whatever has become due: reminders first, then the end of the window.
func (d *decision) clock() {
	if !d.watching() {
		return
	}
	closed := !d.now.Before(d.WatchedUntil)
	if d.Settings.Reminders.Always || d.Facts.Unanswered() {
		d.remind()
	}
	if !closed {
		d.nudge()
		return
	}
	end := d.WatchedUntil
	d.say("W5", "the window closed at %s", stamp(end))
	d.WatchedUntil, d.Reminded = time.Time{}, nil
	d.plan(end, end.Add(-WindowLength))
}

// nudge has the contact itself reminded, once for a deadline, if nobody has answered it (W7).
func (d *decision) nudge() {
	n := d.Settings.Reminders.Nudge
	if n == nil || d.Nudged.Equal(d.WatchedUntil) || !d.Facts.Unanswered() || d.leftAlone() ||
		d.now.Before(d.WatchedUntil.Add(-time.Duration(n.Lead))) {
		return
	}
	d.Nudged = d.WatchedUntil
	d.do(Nudge{Deadline: d.WatchedUntil, Text: n.Text})
	d.say("W7", "the contact is nudged %s before the end", time.Duration(n.Lead))
}

// closed leaves this window alone: its reminders are not sent, and nobody is won back after it. The window may be one that
// only the row knows of yet.
func (d *decision) closed() {
	d.watch()
	if d.watching() {
		d.Left = d.WatchedUntil
	}
	if d.Plan != nil && d.Plan.Policy.Stops(StopOnClose) {
		d.endPlan(StopOnClose, "somebody has closed the conversation")
	}
	d.say("close", "somebody has closed the conversation")
}

// merged hands everything to another conversation (W10): what is in flight is settled, nothing else is begun.
func (d *decision) merged() {
	d.Merged = true
	d.WatchedUntil, d.Reminded, d.Plan, d.Kept = time.Time{}, nil, nil, nil
	d.say("W10", "the contact has become part of another; that conversation goes on")
}

// permissionsKnown takes over what the row knows. It may know of an opt-out that no message has told us about.
func (d *decision) permissionsKnown(p Permissions) {
	d.Permissions = p
	d.optedOut()
}

func (d *decision) consent(c ConsentChanged) {
	d.Permissions = d.Permissions.WithConsent(c.Category, c.OptedIn)
	if c.OptedIn {
		d.say("consent", "the contact has opted in to %s messages (%s)", c.Category, c.Source)
		return
	}
	d.say("consent", "the contact has opted out of %s messages (%s)", c.Category, c.Source)
	d.optedOut()
}

func (d *decision) optedOut() {
	if d.Permissions.Marketing == OptedOut && d.Plan != nil && d.Plan.Policy.Stops(StopOnOptOut) {
		d.endPlan(StopOnOptOut, "the contact has opted out of marketing messages")
	}
}

// keyword follows what the text of a message asks for; it has been recorded with the message.
func (d *decision) keyword(k Keyword) {
	switch k {
	case KeywordStop:
		d.consent(ConsentChanged{Category: Marketing, Source: "keyword"})
	case KeywordStart:
		d.consent(ConsentChanged{Category: Marketing, OptedIn: true, Source: "keyword"})
	}
}

func (d *decision) remind() {
	for _, due := range remaining(d.State) {
		if due.At.After(d.now) {
			continue
		}
		outcome := OutcomeAt(due.At, d.WatchedUntil, d.now, d.LateAfter)
		d.do(Remind{Deadline: d.WatchedUntil, Leads: due.Leads, DueAt: due.At, At: d.now, Outcome: outcome,
			Always: d.Settings.Reminders.Always})
		d.say("W7", "reminder %s before the end: %s", due.Leads[0], outcome)
		d.Reminded = append(slices.Clone(d.Reminded), due.Leads...)
	}
}

// remaining are the reminders of the watched window without the leads that have been acted on. A window that is left alone
// has none, whatever is set or fails afterwards.
func remaining(s State) []Due {
	if !s.watching() || s.leftAlone() {
		return nil
	}
	var left []Due
	for _, due := range Reminders(s.Settings, s.WatchedUntil) {
		due.Leads = slices.DeleteFunc(due.Leads, func(lead time.Duration) bool { return slices.Contains(s.Reminded, lead) })
		if len(due.Leads) > 0 {
			left = append(left, due)
		}
	}
	return left
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
