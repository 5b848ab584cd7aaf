package conversation

import "time"

// Kept is an agent's reply that waits for the contact's answer (sending.md, "Kept replies"). The text is not here.
type Kept struct {
	ID    string    `json:"id"`
	At    time.Time `json:"at"`    // when it was kept
	Until time.Time `json:"until"` // half-open
}

// releaseKept sends or offers the kept reply, now that the contact has answered. Sent by itself it is only if the settings
// say so and the agent has written nothing since: then the template is the last that we have said.
func (d *decision) releaseKept(m Inbound) {
	k := d.Kept
	if k == nil || m.At.Before(k.At) || !m.At.Before(k.Until) {
		return
	}
	d.Kept = nil
	auto := d.Settings.KeptReplies.Mode == AutoKept && !d.Facts.LastOutboundAt.After(d.Facts.TemplateAcceptedAt)
	d.do(ReleaseKept{ID: k.ID, Auto: auto})
	if auto {
		d.say("kept", "the contact has answered: the kept reply is sent")
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
