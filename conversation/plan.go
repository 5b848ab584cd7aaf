package conversation

import (
	"fmt"
	"time"
)

// Plan is how a contact is won back after one window has closed: the policy as it was then, so that a change of the
// policy never alters a decision already made.
type Plan struct {
	WindowEnd     time.Time `json:"window_end"`      // which window it follows; its identity
	LastInboundAt time.Time `json:"last_inbound_at"` // the contact's last message then; a later one is an answer
	Policy        Policy    `json:"policy"`
	Next          int       `json:"next"`   // index of the attempt to be made next
	DueAt         time.Time `json:"due_at"` // of that attempt
	// Trying: the attempt is being planned or sent; nothing is due until we hear of it.
	Trying bool `json:"trying,omitempty"`
}

// How long an attempt waits that cannot be made for a reason that passes.
const (
	pausedRetry = time.Hour      // the sender is paused: nothing is dropped because of that, nor because night has fallen meanwhile
	chosenRetry = 24 * time.Hour // 131049: Meta chose not to deliver, and would again if asked sooner
)

// plan begins to win the contact back, now that the window has closed at end. Off unless the settings have attempts. Whatever
// would stop the plan at once keeps it from being made, and that is recorded as well.
func (d *decision) plan(end, lastInbound time.Time) {
	policy := d.Settings.Reengagement
	if len(policy.Attempts) == 0 || d.Merged {
		return
	}
	p := Plan{WindowEnd: end, LastInboundAt: lastInbound, Policy: policy}
	switch {
	case p.answeredBy(d.Facts) && policy.Stops(StopOnAnswer):
		d.explain(end, "not_planned", string(StopOnAnswer), "the contact has written again, so it is not won back")
		return
	case d.Left.Equal(end) && policy.Stops(StopOnClose):
		d.explain(end, "not_planned", string(StopOnClose), "somebody has closed the conversation, so the contact is not won back")
		return
	case d.Permissions.Marketing == OptedOut && policy.Stops(StopOnOptOut):
		d.explain(end, "not_planned", string(OptedOutOf), "the contact has opted out of marketing messages, so it is not won back")
		return
	}
	if d.Plan != nil { // nothing of what has happened since stops it, but there is one plan at a time
		d.explain(d.Plan.WindowEnd, "stopped", "superseded", "another window has closed: a new plan takes the place of this one")
	}
	p.DueAt = d.outOfQuiet(policy, end.Add(time.Duration(policy.Attempts[0].Delay)))
	d.Plan = &p
	d.explain(end, "planned", "planned", fmt.Sprintf("the window has closed: attempts to win the contact back: %d, the first at %s",
		len(policy.Attempts), stamp(d.Plan.DueAt)))
}

// pursue makes the attempt that has become due. If nobody was there when it was, it may be night by now.
func (d *decision) pursue() {
	if d.Plan == nil || d.Plan.Trying || d.now.Before(d.Plan.DueAt) {
		return
	}
	p := *d.Plan
	if at := d.outOfQuiet(p.Policy, d.now); at.After(d.now) {
		p.DueAt = at
		d.putOff(p, "it is outside the hours in which the contact may be written to")
		return
	}
	p.Trying = true
	d.Plan = &p
	d.do(Reengage{WindowEnd: p.WindowEnd, Attempt: p.Next, DueAt: p.DueAt, Policy: p.Policy})
	d.say("policy", "re-engagement attempt %d of %d", p.Next+1, len(p.Policy.Attempts))
}

// attemptEnded goes on with the plan after an attempt, whatever came of it.
func (d *decision) attemptEnded(e AttemptEnded) {
	if d.Plan == nil || !d.Plan.WindowEnd.Equal(e.WindowEnd) || d.Plan.Next != e.Attempt {
		return // the plan has ended meanwhile
	}
	p := *d.Plan
	p.Trying = false
	d.Plan = &p
	d.say("policy", "re-engagement attempt %d: %s", e.Attempt+1, e.Code)
	switch e.Code {
	case QuietHoursNow:
		p.DueAt = later(e.Until, d.now.Add(time.Second))
	case SenderPaused, TooLate: // too late: it was planned, and held up until it could go no more
		p.DueAt = d.outOfQuiet(p.Policy, d.now.Add(pausedRetry))
	default:
		if p.Next++; p.Next == len(p.Policy.Attempts) {
			d.Plan = nil
			d.explain(e.WindowEnd, "done", "done", "all attempts to win the contact back have been made")
			return
		}
		at := p.WindowEnd.Add(time.Duration(p.Policy.Attempts[p.Next].Delay))
		if e.Code == WaitADay {
			at = later(at, d.now.Add(chosenRetry))
		}
		p.DueAt = d.outOfQuiet(p.Policy, at)
	}
	d.explain(e.WindowEnd, fmt.Sprintf("%d/%s", p.Next, stamp(p.DueAt)), "next", fmt.Sprintf("attempt %d: %s; attempt %d is due at %s",
		e.Attempt+1, e.Code, p.Next+1, stamp(p.DueAt)))
}

// notDelivered is the provider's error for a message that it chose not to deliver, and would not either if it came again soon.
const notDelivered = 131049

// chosenNotToDeliver puts the next attempt off if the provider did not deliver a message, which it mostly says by a status, when
// the attempt has long ended.
func (d *decision) chosenNotToDeliver(code int) {
	if code != notDelivered || d.Plan == nil || d.Plan.Trying {
		return
	}
	p := *d.Plan
	p.DueAt = d.outOfQuiet(p.Policy, later(p.DueAt, d.now.Add(chosenRetry)))
	d.putOff(p, "the provider chose not to deliver the last template")
}

// putOff moves the next attempt of the plan to another moment.
func (d *decision) putOff(p Plan, why string) {
	if p.DueAt.Equal(d.Plan.DueAt) {
		return
	}
	d.Plan = &p
	d.explain(p.WindowEnd, fmt.Sprintf("%d/%s", p.Next, stamp(p.DueAt)), "next",
		fmt.Sprintf("%s: attempt %d is due at %s", why, p.Next+1, stamp(p.DueAt)))
}

// answered ends the plan if the contact has written since the window closed that it follows.
func (d *decision) answered() {
	if d.Plan != nil && d.Plan.answeredBy(d.Facts) && d.Plan.Policy.Stops(StopOnAnswer) {
		d.endPlan(StopOnAnswer, "the contact has answered")
	}
}

// answeredBy reports whether the contact has written after the message whose window the plan follows. It may have done so
// before that window's end, if we hear of it late: then the window had not closed. But if the provider says that it had (W9),
// only what was written after its end is an answer; a message at its own end is outside of it (W5), one at a dispute is not.
func (p Plan) answeredBy(f Facts) bool {
	at, ownEnd := f.LastInboundAt, p.LastInboundAt.Add(WindowLength)
	return at.After(p.LastInboundAt) && (!f.Disputed() || at.After(p.WindowEnd) || !at.Before(ownEnd))
}

func (d *decision) endPlan(rule StopRule, sentence string) {
	end := d.Plan.WindowEnd
	d.Plan = nil
	d.explain(end, "stopped", string(rule), sentence+", so it is not won back any more")
}

// explain has a decision about a plan recorded, and says it.
func (d *decision) explain(windowEnd time.Time, step, code, sentence string) {
	d.do(Explain{Key: fmt.Sprintf("reengagement/%s/%s", stamp(windowEnd), step), Subject: "reengagement", Rule: "policy",
		Code: code, Sentence: sentence, Plan: d.Plan})
	d.say("policy", "%s", sentence)
}

// outOfQuiet moves a moment that lies within a policy's quiet hours to their end.
func (d *decision) outOfQuiet(policy Policy, at time.Time) time.Time {
	if policy.QuietHours == nil {
		return at
	}
	if end, quiet := (&Quiet{Hours: *policy.QuietHours, Zone: d.Zone}).Until(at); quiet {
		return end
	}
	return at
}
