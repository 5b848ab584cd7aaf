package conversation_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
)

// playSending plays the commands about what is sent, and reports whether this is one:
//
//	policy          the number's policy for winning contacts back, as JSON; the other settings stay
//	zone            where the contact lives
//	consent         the contact opts `in` or `out`
//	suppress, pause the contact, or the business number; without a reason no longer
//	pending         how far a template has got whose fate is open; without a stage none
//	gate            asks whether something may be sent, and says on what the answer rests
//	attempt-ended   what came of the attempt that was asked for last; allowed: its template was accepted
//	keep            an agent keeps a reply; its template is accepted with `business type=template`
//	discard         an agent discards it
//	close, merge    somebody closes the conversation by hand; the contact turns out to be another
func (p *player) playSending(t *testing.T, d *datadriven.TestData) bool {
	if d.HasArg("at") && d.Cmd != "gate" {
		p.reach(arg(t, d, "at"))
	}
	switch d.Cmd {
	case "policy":
		s := p.state.Settings
		s.Reengagement = conversation.Policy{}
		require.NoError(t, json.Unmarshal([]byte(d.Input), &s.Reengagement), d.Pos)
		require.NoError(t, s.Validate(), d.Pos)
		p.decide(conversation.SettingsChanged{Settings: s})
	case "zone":
		loc, err := time.LoadLocation(text(t, d, "name"))
		require.NoError(t, err)
		p.state.Zone = conversation.ResolveZone(loc, march(t, "01-03T00:00:00"))
		return true
	case "consent":
		p.decide(conversation.ConsentChanged{Category: conversation.Category(text(t, d, "category")), OptedIn: d.HasArg("in"), Source: "form"})
	case "suppress", "pause":
		permissions, reason := p.state.Permissions, text(t, d, "reason")
		switch {
		case d.Cmd == "pause":
			permissions.SenderPaused = reason
		case d.HasArg("marketing"):
			permissions.SuppressedMarketing = reason
		default:
			permissions.Suppressed = reason
		}
		p.decide(conversation.PermissionsKnown{Permissions: permissions})
	case "pending":
		f := p.state.Facts
		f.TemplatePending = conversation.TemplatePending(text(t, d, "stage"))
		p.decide(conversation.FactsKnown{Facts: f})
	case "gate":
		p.gate(t, d)
		return true
	case "attempt-ended":
		require.NotNil(t, p.attempt, "%s: no attempt was asked for", d.Pos)
		ended := conversation.AttemptEnded{WindowEnd: p.attempt.WindowEnd, Attempt: p.attempt.Attempt, Code: conversation.Code(text(t, d, "code"))}
		if d.HasArg("until") {
			ended.Until = arg(t, d, "until")
		}
		if ended.Code == conversation.Allowed {
			p.decide(conversation.Outbound{ID: fmt.Sprint("attempt", p.now), At: p.now, Template: true})
		}
		p.decide(ended)
	case "keep":
		kept := &conversation.Kept{ID: text(t, d, "id"), At: p.now, Until: p.now.Add(p.state.Settings.KeptReplies.For())}
		p.decide(conversation.ReplyKept{Kept: kept})
	case "discard":
		p.decide(conversation.ReplyKept{})
	case "close":
		p.decide(conversation.Closed{})
	case "merge":
		p.decide(conversation.Merged{})
	default:
		return false
	}
	p.tick()
	return true
}

// gate asks about what=freeform or what=template. With `automatic` the number's policy holds as well: sent is how many
// templates the contact has been sent within each of its caps, written how often the contact has written, price and spent what
// it costs and what is spent of the day's budget.
func (p *player) gate(t *testing.T, d *datadriven.TestData) {
	now := arg(t, d, "at")
	w := conversation.Wish{Template: text(t, d, "what") == "template", Automatic: d.HasArg("automatic"), Known: true, Found: !d.HasArg("missing"),
		Category: conversation.Category(text(t, d, "category")), Status: text(t, d, "status"), Parameters: text(t, d, "parameters"),
		Unpriced: text(t, d, "unpriced")}
	if w.Template && w.Category == "" {
		w.Category = conversation.Marketing
	}
	if w.Status == "" {
		w.Status = "approved"
	}
	if w.Automatic {
		policy := p.state.Settings.Reengagement
		for _, c := range policy.Caps() {
			w.Caps = append(w.Caps, conversation.CapUse{Max: c.Max, Per: c.Per, Sent: number(t, d, "sent")})
		}
		if policy.QuietHours != nil {
			w.Quiet = &conversation.Quiet{Hours: *policy.QuietHours, Zone: p.state.Zone}
		}
		if policy.Budget != nil {
			w.Budget = &conversation.BudgetUse{PriceMicros: int64(number(t, d, "price")), Currency: "USD", Period: "day",
				LimitMicros: policy.Budget.DayMicros, SpentMicros: int64(number(t, d, "spent"))}
		}
		if d.HasArg("written") {
			w.Prior = &conversation.PriorInbound{Min: policy.MinInbound(), Messages: number(t, d, "written")}
		}
	}
	v := conversation.Gate(p.state.Circumstances(), w, now)
	facts, err := json.Marshal(v.Facts)
	require.NoError(t, err)
	fmt.Fprintf(&p.out, "%s: %s\n", v.Code, v.Sentence)
	if string(facts) != "{}" {
		fmt.Fprintf(&p.out, "  because of %s\n", facts)
	}
}

func (p *player) sendingEffect(e conversation.Effect) {
	switch e := e.(type) {
	case conversation.Reengage:
		p.attempt = &e
		fmt.Fprintf(&p.out, "-> send the template %s (%s)\n", e.Policy.Attempts[e.Attempt].Template, e.Policy.Attempts[e.Attempt].Language)
	case conversation.Nudge:
		fmt.Fprintf(&p.out, "-> write to the contact: %s\n", e.Text)
	case conversation.ReleaseKept:
		fmt.Fprintf(&p.out, "-> %s the kept reply %s\n", map[bool]string{true: "send", false: "offer"}[e.Auto], e.ID)
	case conversation.ExpireKept:
		fmt.Fprintf(&p.out, "-> the kept reply %s has expired\n", e.ID)
	case conversation.Explain:
		fmt.Fprintf(&p.out, "-> record %s: %s\n", e.Key, e.Code)
	}
}

func text(t *testing.T, d *datadriven.TestData, name string) (value string) {
	d.MaybeScanArgs(t, name, &value)
	return value
}

func number(t *testing.T, d *datadriven.TestData, name string) (value int) {
	d.MaybeScanArgs(t, name, &value)
	return value
}

func arg(t *testing.T, d *datadriven.TestData, name string) time.Time {
	var at string
	d.ScanArgs(t, name, &at)
	return march(t, at)
}
