package sending

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/conversation"
	"reengage/db"
	"reengage/intake"
	"reengage/workflows/contract"
)

// A campaign asks for a message by the id of its recipient (K3, K4). What is to be sent stands in rows, so that nobody who signals a
// conversation can have anything else sent, and the recipient's row moves in the transaction that decides.

// place is a recipient in its campaign, under its row's lock.
type place struct {
	db.ReadRecipientRow
	limits
	policy conversation.Policy
}

// limits is the part of campaign.Limits that a message has to keep to.
type limits struct {
	QuietHours   *conversation.QuietHours `json:"quiet_hours"`
	BudgetMicros *int64                   `json:"budget_micros"`
	TalkOver     bool                     `json:"talk_over"`
}

// place locks a recipient and reads what its campaign says; nil if there is no such recipient. Caps and budget are those of the
// number's policy as it is now; the quiet hours are the campaign's own, if it has any.
func (l *locked) place(ctx context.Context, recipient, campaign uuid.UUID) (*place, error) {
	row, err := l.q.ReadRecipient(ctx, recipient, campaign)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := place{ReadRecipientRow: row}
	if err := json.Unmarshal(row.Limits, &p.limits); err != nil {
		return nil, fmt.Errorf("a campaign's limits: %w", err)
	}
	var settings conversation.Settings
	if err := json.Unmarshal(l.number.Settings, &settings); err != nil {
		return nil, fmt.Errorf("a number's settings: %w", err)
	}
	p.policy = settings.Reengagement
	if p.limits.QuietHours != nil {
		p.policy.QuietHours = p.limits.QuietHours
	}
	return &p, nil
}

// placeOf is the place whose message a send is; nil if it is no campaign's.
func (l *locked) placeOf(ctx context.Context, row db.Send) (*place, error) {
	if row.CampaignID == nil {
		return nil, nil
	}
	p, err := l.place(ctx, row.ID, *row.CampaignID)
	if err == nil && p == nil {
		err = fmt.Errorf("a campaign's send without a recipient: %s", row.ID)
	}
	return p, err
}

// ask fills in what the gate wants to know of a campaign.
func (p *place) ask(w *conversation.Wish, now time.Time) {
	w.Automatic, w.NeedsOptIn, w.HoldBack = true, true, !p.TalkOver
	switch {
	case p.CampaignState != "running":
		w.Stopped = p.CampaignState
	case p.EndAt != nil && !now.Before(*p.EndAt):
		w.Stopped = conversation.CampaignEnded
	}
}

// recategorised has the gate stop what was launched by another category (K6): who has not opted in to the new one is not refused for
// good, and who has is not sent what it was not launched as. The campaign pauses as soon as it looks.
func (p *place) recategorised(w *conversation.Wish) {
	if w.Stopped == "" && w.Found && p.Category != nil && string(w.Category) != *p.Category {
		w.Stopped = conversation.TemplateRecategorised
	}
}

// over: nothing is to become of the recipient any more that has not become of it.
func (p *place) over() bool {
	return Recipient{State: p.CampaignRecipient.State}.Final()
}

// template is what is to be sent. The parameters were filled when the recipient was chosen, or are filled now.
func (p *place) template() *contract.Template {
	t := &contract.Template{Name: p.TemplateName, Language: p.TemplateLanguage, Parameters: p.CampaignRecipient.Parameters}
	if t.Parameters == nil {
		t.Parameters = p.Unfilled
	}
	return t
}

// planForCampaign is Plan of a campaign's message.
func (l *locked) planForCampaign(ctx context.Context, r PlanRequest) (PlanResult, error) {
	p, err := l.place(ctx, r.SendID, r.CampaignID)
	if err != nil {
		return PlanResult{}, err
	}
	if p == nil || p.Person != l.contact.ID || p.BusinessNumberID != l.number.ID { // not by us
		return PlanResult{Answer: contract.Answer{Fault: contract.FaultInvalidRequest}}, nil
	}
	d := draft{id: r.SendID, origin: FromCampaign, template: p.template(), campaign: p, policy: &p.policy,
		notAfter: l.now.Add(conversation.SendLasts)}
	if p.EndAt != nil && p.EndAt.After(l.now) {
		d.notAfter = earlier(d.notAfter, *p.EndAt)
	}
	if done, found, err := l.sentBefore(ctx, &d); found || err != nil {
		return done, err
	}
	l.facts = r.Facts.Merge(l.facts)
	if l.merged() { // its campaign asks the other conversation
		v := conversation.Verdict{Code: conversation.ConversationMerged}
		return PlanResult{Answer: contract.Answer{Fault: contract.FaultMergedElsewhere}}, l.refused(ctx, p, v)
	}
	ruling, err := l.weigh(ctx, &d)
	if err != nil {
		return PlanResult{}, err
	}
	if r.Verdict.Code == conversation.OptedOutOf && ruling.verdict.Allows() {
		ruling.verdict = r.Verdict // a word of the contact's that is not stored yet
	}
	answer := contract.Answer{SendID: &d.id, Verdict: ruling.verdict}
	if !ruling.verdict.Allows() {
		if _, err := l.record(ctx, &d, ruling, Refused); err != nil {
			return PlanResult{}, err
		}
		return PlanResult{Answer: answer}, l.refused(ctx, p, ruling.verdict)
	}
	planned, err := l.record(ctx, &d, ruling, Planned)
	if err != nil {
		return PlanResult{}, err
	}
	moved := db.MoveRecipientParams{ID: d.id, ConversationID: l.id, State: recipientPlanned}
	if ruling.quote != nil {
		moved.ReservedMicros = &ruling.quote.AmountMicros
	}
	return PlanResult{Answer: answer, Send: &planned}, l.q.MoveRecipient(ctx, moved)
}

// sentBefore finds what an earlier call has done. What was refused for now is decided anew; a result stays.
func (l *locked) sentBefore(ctx context.Context, d *draft) (PlanResult, bool, error) {
	row, err := l.q.FindSendOfRecipient(ctx, d.id, d.campaign.CampaignRecipient.CampaignID)
	none := errors.Is(err, pgx.ErrNoRows)
	switch {
	case err != nil && !none:
		return PlanResult{}, false, err
	case d.campaign.over():
		verdict := conversation.Verdict{Code: conversation.Code(orZero(d.campaign.CampaignRecipient.Code))}
		return PlanResult{Answer: contract.Answer{Verdict: verdict, Repeated: true}}, true, nil
	case none:
		return PlanResult{}, false, nil
	case State(row.State) == Refused:
		d.again = true
		return PlanResult{}, false, nil
	}
	l.results = true // whoever has asked again may not know them
	result, err := l.rebuilt(ctx, row)
	return result, true, err
}

// refreshResults has the recipients of this conversation follow their sends.
func (l *locked) refreshResults(ctx context.Context) error {
	if !l.results {
		return nil
	}
	l.results = false
	return intake.RefreshRecipients(ctx, l.q, []uuid.UUID{l.id}, nil)
}
