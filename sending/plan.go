package sending

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/db"
	"reengage/whatsapp"
	"reengage/workflows/contract"
)

// Plan records a send, planned or refused, with the answer to the request that asked for it. A repetition gets the first
// answer; only an automatic send that was refused is decided anew, because a policy asks again once the quiet hours, or the
// sender's pause, are over. The error is intake.ErrUnknownConversation or whatever keeps the database away.
func (s *Sender) Plan(ctx context.Context, r PlanRequest) (PlanResult, error) {
	var result PlanResult
	s.crash("plan.before")
	err := s.locking(ctx, r.ConversationID, func(l *locked) error {
		var err error
		if result, err = l.plan(ctx, r); err != nil {
			return err
		}
		if err := l.refresh(ctx); err != nil {
			return err
		}
		result.Facts = l.facts
		result.Send.know(l.facts)
		s.crash("plan.before_commit")
		return nil
	})
	s.crash("plan.after_commit")
	return result, err
}

func (l *locked) plan(ctx context.Context, r PlanRequest) (PlanResult, error) {
	if r.Origin == FromCampaign {
		return l.planForCampaign(ctx, r)
	}
	d := draft{id: r.SendID, origin: r.Origin, text: r.Text, template: r.Template, fallback: r.Fallback, critical: r.Critical,
		notAfter: r.NotAfter, policy: r.Policy}
	if d.notAfter.IsZero() {
		d.notAfter = l.now.Add(conversation.SendLasts)
	}
	if done, found, err := l.repeated(ctx, r, &d); found || err != nil {
		return done, err
	}
	l.facts = r.Facts.Merge(l.facts)
	if l.merged() { // no answer to keep: asked once more, the other conversation decides
		return PlanResult{Answer: contract.Answer{Fault: contract.FaultMergedElsewhere}}, nil
	}
	fault, err := l.prepare(ctx, r, &d)
	if err != nil || fault != "" {
		return l.answer(ctx, r, PlanResult{Answer: contract.Answer{Fault: fault}}, err)
	}
	ruling, err := l.weigh(ctx, &d)
	if err != nil {
		return PlanResult{}, err
	}
	// Of what the workflow says, only a word of the contact's may be news to the database: it can have been signalled from
	// outside a moment ago. Of all else the rows know at least as much.
	if r.Verdict.Code == conversation.OptedOutOf && ruling.verdict.Allows() {
		ruling.verdict = r.Verdict
	}
	result, err := l.carryOut(ctx, r, &d, ruling)
	return l.answer(ctx, r, result, err)
}

// prepare reports what keeps a request from being decided at all, and fetches the text of a kept reply.
func (l *locked) prepare(ctx context.Context, r PlanRequest, d *draft) (fault string, err error) {
	switch {
	case r.KeptReplyID != nil:
		return l.takeKept(ctx, *r.KeptReplyID, d)
	case r.Template == nil && whatsapp.CheckText(r.Text) != nil,
		r.KeepText != "" && (r.Template == nil || whatsapp.CheckText(r.KeepText) != nil),
		r.Template != nil && !nameable(*r.Template), r.Fallback != nil && !nameable(*r.Fallback):
		return contract.FaultInvalidRequest, nil
	}
	return "", nil
}

// nameable: a template that could exist, as far as the database can write down.
func nameable(t contract.Template) bool {
	return t.Name != "" && t.Language != "" && storableText(t.Name) && storableText(t.Language) && len(t.Name)+len(t.Language) < 1024
}

// carryOut records what has been ruled, and what goes with it.
func (l *locked) carryOut(ctx context.Context, r PlanRequest, d *draft, ruling ruling) (PlanResult, error) {
	answer := contract.Answer{SendID: &d.id, Verdict: ruling.verdict}
	switch {
	case ruling.verdict.Allows():
		planned, err := l.record(ctx, d, ruling, Planned)
		if err != nil {
			return PlanResult{}, err
		}
		result := PlanResult{Answer: answer, Send: &planned}
		if r.KeptReplyID != nil {
			return result, l.keptSent(ctx, *r.KeptReplyID, d.id)
		}
		if r.KeepText != "" {
			result.Kept, err = l.keep(ctx, d.id, r.KeepText, r.KeepFor)
			id := uuid.MustParse(result.Kept.ID)
			result.Answer.KeptReplyID = &id
		}
		return result, err
	case r.KeptReplyID != nil:
		return PlanResult{Answer: contract.Answer{KeptReplyID: r.KeptReplyID, Verdict: ruling.verdict}},
			l.offer(ctx, *r.KeptReplyID, r.RequestID, ruling.verdict)
	case ruling.verdict.Code == conversation.WindowClosed && d.fallback != nil:
		return l.fallBackAtOnce(ctx, d, ruling)
	}
	_, err := l.record(ctx, d, ruling, Refused)
	return PlanResult{Answer: answer}, err
}

// fallBackAtOnce plans the template in place of a free-form message whose window has closed before it was asked for. The
// answer names the message, and says what the gate says of the template.
func (l *locked) fallBackAtOnce(ctx context.Context, d *draft, freeform ruling) (PlanResult, error) {
	fallback, verdict, err := l.planFallback(ctx, d.id, *d.fallback, false)
	if err != nil {
		return PlanResult{}, err
	}
	answer := contract.Answer{SendID: &d.id, Verdict: verdict}
	if fallback == nil {
		_, err := l.record(ctx, d, freeform, Refused)
		return PlanResult{Answer: answer}, err
	}
	failed, err := l.record(ctx, d, freeform, Failed)
	if err != nil {
		return PlanResult{}, err
	}
	failed.Fallback = fallback
	return PlanResult{Answer: answer, Send: &failed}, l.q.ReplaceSend(ctx, fallback.SendID, d.id)
}

// planFallback plans the template that goes instead; nil if the gate refuses it, which is recorded as a send as well. held:
// a paused sender does not refuse it.
func (l *locked) planFallback(ctx context.Context, of uuid.UUID, t contract.Template, held bool) (*Result, conversation.Verdict, error) {
	d := draft{id: uuid.NewSHA1(of, []byte("fallback")), origin: FromFallback, template: &t, notAfter: l.now.Add(conversation.SendLasts), held: held}
	ruling, err := l.weigh(ctx, &d)
	if err != nil {
		return nil, ruling.verdict, err
	}
	if !ruling.verdict.Allows() {
		_, err := l.record(ctx, &d, ruling, Refused)
		return nil, ruling.verdict, err
	}
	planned, err := l.record(ctx, &d, ruling, Planned)
	return &planned, ruling.verdict, err
}

// record writes the send down, with the decision that led to it.
func (l *locked) record(ctx context.Context, d *draft, r ruling, state State) (Result, error) {
	p := db.RecordSendParams{ID: d.id, ConversationID: l.id, BusinessNumberID: l.number.ID, ContactID: l.contact.ID,
		Origin: string(d.origin), Type: "freeform", Critical: d.critical, State: string(state), PlannedAt: l.now, NotAfter: d.notAfter,
		Category: orNil(string(r.category))}
	if d.template != nil {
		stored := contract.Template{Name: d.template.Name, Language: d.template.Language, Parameters: r.parameters}
		p.Type, p.Template, p.TemplateName = "template", encode(stored), &d.template.Name
	} else {
		p.Text = &d.text
	}
	if f := d.fallback; f != nil {
		p.Fallback = encode(storableTemplate(*f))
	}
	if state != Planned {
		p.Reason = orNil(string(r.verdict.Code))
	}
	if q := r.quote; q != nil {
		p.QuotedScheme, p.QuotedMicros, p.QuotedCurrency = &q.Scheme, &q.AmountMicros, &q.Currency
	}
	if d.campaign != nil {
		p.CampaignID = &d.campaign.CampaignRecipient.CampaignID
	}
	attempts, err := l.q.RecordSend(ctx, p)
	if err != nil {
		return Result{}, err
	}
	attempt := 1
	if len(attempts) > 0 {
		attempt = int(attempts[0]) // a later one, of what was refused after it had been tried
	}
	key := "send/" + d.id.String() + "/plan"
	if d.again {
		key += "/" + l.now.Format(time.RFC3339Nano)
	}
	l.moved = l.moved || d.template != nil
	l.afterCommit(func() { l.count.ruled(ctx, d.origin, state, string(r.verdict.Code)) })
	reason := conversation.Code("")
	if state != Planned {
		reason = r.verdict.Code
	}
	return Result{SendID: d.id, State: state, Attempt: attempt, Reason: reason, Template: d.template != nil, Critical: d.critical},
		l.decide(ctx, key, "send", r.verdict, &d.id)
}

// storableTemplate drops parameters that cannot be kept; the gate will say that they are missing.
func storableTemplate(t contract.Template) contract.Template {
	if !json.Valid(t.Parameters) || storableJSON(t.Parameters) == nil {
		t.Parameters = nil
	}
	return t
}

// encode writes what cannot fail to be written.
func encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("sending: " + err.Error()) // only our own types of strings and numbers come here
	}
	return raw
}
