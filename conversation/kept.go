package conversation

import "time"

// Kept is an agent's reply that waits for the contact's answer (sending.md, "Kept replies"). The text is not here.
type Kept struct {
	ID    string    `json:"id"`
	At    time.Time `json:"at"`    // when it was kept
	Until time.Time `json:"until"` // half-open
	// Mode is the policy's of when it was kept, so that a change of the policy never alters a decision already made. Empty:
	// the settings' (it was handed over by an earlier run).
	Mode KeptMode `json:"mode,omitempty"`
	// TemplateAt is when the template was accepted that it waits behind; zero: we have not heard that it was.
	TemplateAt time.Time `json:"template_at,omitzero"`
}

// replyKept keeps a reply, in place of the one before; nil: there is none any more.
func (d *decision) replyKept(k *Kept) {
	if d.Merged {
		return // nothing waits here any more
	}
	if k != nil {
		copied := *k
		k = &copied
		if k.Mode == "" {
			k.Mode = d.Settings.KeptReplies.Mode
		}
	}
	d.Kept = k
	d.templateOfKept()
}

// templateOfKept notes when the kept reply's template was accepted: the first one since it was kept. One that failed was not.
func (d *decision) templateOfKept() {
	k, accepted := d.Kept, d.Facts.TemplateAcceptedAt
	if k == nil {
		return
	}
	at := k.TemplateAt
	switch {
	case accepted.Before(k.At):
		at = time.Time{}
	case at.IsZero() || accepted.Before(at):
		at = accepted
	}
	if !at.Equal(k.TemplateAt) {
		copied := *k
		copied.TemplateAt = at
		d.Kept = &copied
	}
}

// releaseKept sends or offers the kept reply, now that the contact has answered. By itself it is sent only if the policy says
// so and the agent has written nothing since. A message from before the template was accepted is no answer to it; but of a
// template of which we do not know that it was accepted nobody can tell, so then the reply is offered.
func (d *decision) releaseKept(m Inbound) {
	k := d.Kept
	if k == nil || m.At.Before(k.At) || !m.At.Before(k.Until) {
		return
	}
	known := !k.TemplateAt.IsZero()
	if known && !m.At.After(k.TemplateAt) {
		return
	}
	d.Kept = nil
	mode := k.Mode
	if mode == "" {
		mode = d.Settings.KeptReplies.Mode
	}
	auto := mode == AutoKept && known && !d.Facts.LastOutboundAt.After(k.TemplateAt)
	d.do(ReleaseKept{ID: k.ID, Auto: auto})
	if auto {
		d.say("kept", "the contact has answered: the kept reply is to be sent")
	} else {
		d.say("kept", "the contact has answered: the kept reply is offered")
	}
}

func (d *decision) expireKept() {
	if d.Kept == nil || d.now.Before(d.Kept.Until) {
		return
	}
	d.do(ExpireKept{ID: d.Kept.ID})
	d.say("kept", "the kept reply has expired")
	d.Kept = nil
}
