package conversation_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
)

// TestScenarios plays testdata/scenarios: text files in which a product owner can read what happens to a conversation.
// Run with -rewrite to write down what happens now. All times are in 2026 and UTC, in March unless they name another month:
// 02T09:00:00 is the 2nd of March, nine, and 10-25T01:00:00 the 25th of October, one.
func TestScenarios(t *testing.T) {
	datadriven.Walk(t, "testdata/scenarios", func(t *testing.T, path string) {
		p := &player{state: conversation.NewState(conversation.Settings{}, time.Minute)}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string { return p.play(t, d) })
	})
}

// player drives Step as the workflow does: what has arrived first, then the clock.
type player struct {
	state   conversation.State
	now     time.Time
	out     strings.Builder
	lastOut string                 // the id of the business's last message
	attempt *conversation.Reengage // the one asked for last
	asleep  bool                   // nobody decides; what arrives gathers, and comes before the clock
}

func (p *player) play(t *testing.T, d *datadriven.TestData) string {
	p.out.Reset()
	var id, messageType, at, received string
	d.MaybeScanArgs(t, "id", &id)
	d.MaybeScanArgs(t, "type", &messageType)
	if d.HasArg("received") {
		d.ScanArgs(t, "received", &received)
	}
	switch d.Cmd {
	case "settings":
		var s conversation.Settings
		require.NoError(t, json.Unmarshal([]byte(d.Input), &s), d.Pos)
		require.NoError(t, s.Validate(), d.Pos)
		if s.WorkingHours != nil {
			zone := "UTC"
			d.MaybeScanArgs(t, "zone", &zone)
			loc, err := time.LoadLocation(zone)
			require.NoError(t, err)
			s.WorkingHours.Zone = conversation.ResolveZone(loc, march(t, "01T00:00:00"))
		}
		p.decide(conversation.SettingsChanged{Settings: s})
		p.tick()
	case "contact": // the contact writes; it reaches us at once unless `received` says when
		d.ScanArgs(t, "at", &at)
		occurred := march(t, at)
		p.reach(occurred)
		if received != "" {
			p.reach(march(t, received))
		}
		if messageType == "" {
			messageType = "text"
		}
		if id == "" {
			id = at + messageType
		}
		clamped, _ := conversation.ClampOccurred(occurred, p.receipt(t, received, occurred))
		var keyword string
		d.MaybeScanArgs(t, "keyword", &keyword)
		p.decide(conversation.Inbound{ID: id, At: clamped, ReceivedAt: p.receipt(t, received, occurred), Type: messageType,
			Keyword: conversation.Keyword(keyword)})
		p.tick()
	case "business": // the business writes: a free-form message, or type=template
		d.ScanArgs(t, "at", &at)
		p.reach(march(t, at))
		p.lastOut = "out" + at
		p.decide(conversation.Outbound{ID: p.lastOut, At: march(t, at), Template: messageType == "template"})
		p.tick()
	case "failed": // the provider reports that the last message of the business did not arrive
		d.ScanArgs(t, "at", &at)
		p.reach(march(t, at))
		if d.HasArg("of") { // overtaking its message
			var of string
			d.ScanArgs(t, "of", &of)
			p.lastOut = "out" + of
		}
		f := p.state.Facts
		f.LastOutboundAt, f.TemplateAcceptedAt = time.Time{}, time.Time{}
		if d.HasArg("disputed") {
			f.DisputedAt = march(t, at)
		}
		p.decide(conversation.Failed{ID: "failed" + at, Message: p.lastOut, Facts: f})
		p.tick()
	case "asleep": // nobody decides until then: the worker is down
		d.ScanArgs(t, "until", &at)
		p.now, p.asleep = march(t, at), true
		return ""
	case "wait":
		d.ScanArgs(t, "until", &at)
		p.asleep = false
		p.reach(march(t, at))
		p.tick()
	case "status":
		d.ScanArgs(t, "at", &at)
		f := p.state.Facts
		can := conversation.SendableAt(p.state.Circumstances(), march(t, at))
		return fmt.Sprintf("%s, free-form %s\n", conversation.Status(f, march(t, at)), map[bool]string{true: "allowed", false: "blocked"}[can.Freeform])
	default:
		if !p.playSending(t, d) {
			d.Fatalf(t, "unknown command %s", d.Cmd)
		}
	}
	return p.out.String()
}

func (p *player) receipt(t *testing.T, received string, occurred time.Time) time.Time {
	if received == "" {
		return occurred
	}
	return march(t, received)
}

// reach lets the clock run until then, waking at the moments that NextWake names.
func (p *player) reach(until time.Time) {
	if p.asleep {
		return
	}
	for {
		wake, ok := conversation.NextWake(p.state, p.now)
		if !ok || wake.At.After(until) {
			break
		}
		p.now = later(p.now, wake.At)
		before := p.out.Len()
		p.decide(conversation.Tick{})
		if p.out.Len() > before {
			fmt.Fprintf(&p.out, "  (at %s)\n", p.now.Format("02T15:04:05"))
		}
	}
	p.now = later(p.now, until)
}

func (p *player) tick() {
	if !p.asleep {
		p.decide(conversation.Tick{})
	}
}

func (p *player) decide(w conversation.What) {
	next, effects := conversation.Step(p.state, conversation.Event{Now: p.now, What: w})
	p.state = next
	for _, e := range effects {
		switch e := e.(type) {
		case conversation.Decided:
			fmt.Fprintf(&p.out, "%s: %s\n", e.Rule, e.Text)
		case conversation.Bill:
			fmt.Fprintf(&p.out, "-> bill\n")
		case conversation.Remind:
			fmt.Fprintf(&p.out, "-> remind the team, %s (due %s)\n", e.Outcome, e.DueAt.Format("02T15:04:05"))
		default:
			p.sendingEffect(e)
		}
	}
}

func march(t *testing.T, s string) time.Time {
	t.Helper()
	if strings.Count(s, "-") == 0 {
		s = "03-" + s
	}
	at, err := time.Parse("2006-01-02T15:04:05", "2026-"+s)
	require.NoError(t, err)
	return at
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
