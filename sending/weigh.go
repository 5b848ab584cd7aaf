package sending

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/ledger"
	"reengage/whatsapp/template"
	"reengage/workflows/contract"
)

// draft is a send on its way to being planned.
type draft struct {
	id       uuid.UUID
	origin   Origin
	text     string
	template *contract.Template
	fallback *contract.Template
	critical bool
	notAfter time.Time
	policy   *conversation.Policy
	campaign *place // of a campaign's message
	again    bool   // it was refused before
	// held: that the sender is paused does not refuse it. It stands in for one that was planned, and waits as that did.
	held bool
}

// automatic reports whether a policy wants it rather than a person.
func (o Origin) automatic() bool {
	return o == FromReengagement || o == FromCampaign || o == FromNudge
}

// bulk sends let others go first.
func (o Origin) bulk() bool { return o == FromReengagement || o == FromCampaign }

// ruling is what the gate says of a draft, with what has been found out on the way.
type ruling struct {
	verdict  conversation.Verdict
	category conversation.Category
	quote    *ledger.Quote
	// parameters and components are of a template: as they are kept, and as they go.
	parameters json.RawMessage
	components []template.SendComponent
}

// weigh asks the gate about a draft.
func (l *locked) weigh(ctx context.Context, d *draft) (ruling, error) {
	wish := conversation.Wish{Automatic: d.origin.automatic()}
	unfilled := d.origin == FromReengagement
	if d.campaign != nil {
		d.campaign.ask(&wish, l.now)
		unfilled = d.campaign.CampaignRecipient.Parameters == nil
	}
	var r ruling
	if d.template != nil {
		var err error
		if r, err = l.lookUp(ctx, &wish, *d.template, unfilled); err != nil {
			return r, err
		}
	}
	if d.campaign != nil {
		d.campaign.recategorised(&wish)
	}
	c := l.circumstances()
	if d.held {
		c.Permissions.SenderPaused = ""
	}
	if !d.notAfter.After(l.now) {
		r.verdict = tooLate(d.template != nil)
		return r, nil
	}
	if d.policy != nil && d.template != nil {
		if err := l.limits(ctx, &wish, d); err != nil {
			return r, err
		}
	}
	r.verdict = conversation.Gate(c, wish, l.now)
	if !r.verdict.Allows() || !wish.Automatic || d.template == nil {
		return r, nil
	}
	if err := l.price(ctx, &wish, &r, d); err != nil {
		return r, err
	}
	r.verdict = conversation.Gate(c, wish, l.now)
	return r, nil
}

// lookUp fills in what is known of a template, and whether its parameters fit. Those that are unfilled name the contact's fields.
func (l *locked) lookUp(ctx context.Context, w *conversation.Wish, t contract.Template, unfilled bool) (ruling, error) {
	c, err := FindCandidate(ctx, l.q, l.number.WabaID, t)
	if err != nil {
		return ruling{}, err
	}
	if unfilled && c.Unreadable == "" {
		c.Parameters, c.Unreadable = Fill(c.Parameters, l.contact)
	}
	c.ask(w)
	r := ruling{category: c.Category, parameters: storable(c.Parameters)}
	if c.Found && w.Parameters == "" {
		r.components = c.Template.Fill(c.Parameters)
	}
	return r, nil
}

// storable writes parameters as they are kept; nil if Postgres could not keep them: it knows no NUL.
func storable(p template.Parameters) json.RawMessage {
	raw, err := json.Marshal(p)
	if err != nil {
		return nil
	}
	return storableJSON(raw)
}

func storableJSON(raw json.RawMessage) json.RawMessage {
	if bytes.Contains(raw, []byte(`\u0000`)) {
		return nil
	}
	return raw
}

func storableText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// tooLate is the verdict on what should have gone before now. A free-form message that is late has missed its window, as
// far as whoever asked for it is concerned, so that its fallback goes instead.
func tooLate(template bool) conversation.Verdict {
	v := conversation.Verdict{Code: conversation.WindowClosed, Rule: "not_after", Sentence: "it could not be sent in time"}
	if template {
		v.Code = conversation.TooLate
	}
	return v
}
