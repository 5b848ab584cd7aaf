package conversation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/conversation"
)

// drawForecast draws settings with all that a forecast looks at, and a contact.
func drawForecast(t *rapid.T) (conversation.Settings, conversation.Example) {
	loc := rapid.SampledFrom(zones(t)).Draw(t, "contact's zone")
	s := conversation.Settings{Reengagement: drawPolicy(t)}
	s.Reminders.Always = rapid.Bool().Draw(t, "always")
	minute := conversation.Duration(time.Minute)
	for range rapid.IntRange(0, 3).Draw(t, "leads") {
		s.Reminders.Leads = append(s.Reminders.Leads, minute*conversation.Duration(rapid.IntRange(30, 23*60).Draw(t, "lead")))
	}
	if rapid.Bool().Draw(t, "nudge") {
		s.Reminders.Nudge = &conversation.NudgePolicy{Lead: minute * conversation.Duration(rapid.IntRange(1, 29).Draw(t, "nudge lead")), Text: "Still there?"}
	}
	if rapid.Bool().Draw(t, "working hours") {
		s.WorkingHours = &conversation.WorkingHours{Zone: conversation.ResolveZone(rapid.SampledFrom(zones(t)).Draw(t, "people's zone"), monday)}
		for d := range s.WorkingHours.Week {
			if rapid.IntRange(0, 3).Draw(t, "works") > 0 {
				from := rapid.IntRange(0, 94).Draw(t, "from")
				s.WorkingHours.Week[d] = []conversation.Period{{From: quarterHour(from), To: quarterHour(rapid.IntRange(from+1, 95).Draw(t, "to"))}}
			}
		}
	}
	return s, conversation.Example{LastInboundAt: monday.Add(time.Duration(rapid.IntRange(0, 24*60).Draw(t, "at")) * time.Minute),
		Zone: conversation.ResolveZone(loc, monday), Messages: rapid.IntRange(0, 2).Draw(t, "messages"),
		Permissions: conversation.Permissions{Marketing: conversation.OptedIn}}
}

// lived is what happens, found by handing Step every minute and counting what has been sent by hand.
func lived(s conversation.Settings, e conversation.Example) (all []string) {
	state := conversation.NewState(s, time.Minute)
	state.Zone, state.Permissions = e.Zone, e.Permissions
	var sent []time.Time
	now := e.LastInboundAt
	var decide func(conversation.What)
	decide = func(w conversation.What) {
		open := !state.WatchedUntil.IsZero()
		var effects []conversation.Effect
		state, effects = conversation.Step(state, conversation.Event{Now: now, What: w})
		if open && state.WatchedUntil.IsZero() {
			all = append(all, "window_closes "+now.String())
		}
		for _, effect := range effects {
			switch effect := effect.(type) {
			case conversation.Remind:
				all = append(all, fmt.Sprintf("reminder %s %v", now, effect.Leads))
			case conversation.Nudge:
				all = append(all, "nudge "+now.String())
				decide(conversation.Outbound{ID: "nudge", At: now})
			case conversation.Reengage:
				code := allowedByHand(effect.Policy, e, sent, now)
				if code == conversation.Allowed {
					sent = append(sent, now)
				}
				all = append(all, fmt.Sprintf("attempt %s %d %s", now, effect.Attempt+1, code))
				decide(conversation.AttemptEnded{WindowEnd: effect.WindowEnd, Attempt: effect.Attempt, Code: code})
				decide(conversation.Tick{})
			}
		}
	}
	decide(conversation.Inbound{ID: "a", At: now, ReceivedAt: now, Type: "text"})
	for decide(conversation.Tick{}); state.Waiting(); decide(conversation.Tick{}) {
		now = now.Add(time.Minute)
	}
	return all
}

func allowedByHand(p conversation.Policy, e conversation.Example, sent []time.Time, now time.Time) conversation.Code {
	if e.Messages < p.MinInbound() {
		return conversation.TooFewInbound
	}
	for _, c := range p.Caps() {
		within := 0
		for _, at := range sent {
			if now.Sub(at) < time.Duration(c.Per) {
				within++
			}
		}
		if within >= c.Max {
			return conversation.FrequencyCapped
		}
	}
	return conversation.Allowed
}

func TestAForecastIsWhatStepDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, e := drawForecast(t)
		require.NoError(t, s.Validate())
		var foreseen []string
		for _, f := range conversation.Foresee(s, e) {
			line := fmt.Sprintf("%s %s", f.Kind, f.At)
			switch f.Kind {
			case conversation.ForeseenReminder:
				line += fmt.Sprint(" ", f.Leads)
			case conversation.ForeseenAttempt:
				line += fmt.Sprintf(" %d %s", f.Attempt, f.Verdict.Code)
			}
			foreseen = append(foreseen, line)
			require.NotEmpty(t, f.Sentence)
		}
		require.Equal(t, lived(s, e), foreseen)
	})
}

func TestAForecastSaysWhyEachThingIsWhenItIs(t *testing.T) {
	s := conversation.Settings{
		WorkingHours: &conversation.WorkingHours{Week: [7][]conversation.Period{1: {{From: "09:00", To: "18:00"}}}},
		Reengagement: conversation.Policy{QuietHours: &conversation.QuietHours{From: "20:00", To: "09:00"},
			Attempts: []conversation.AttemptPolicy{{Delay: 0, Template: "a", Language: "en"}, {Delay: conversation.Duration(12 * time.Hour), Template: "a", Language: "en"},
				{Delay: conversation.Duration(25 * time.Hour), Template: "a", Language: "en"}}},
	}
	e := conversation.Example{LastInboundAt: monday.Add(10 * time.Hour), Messages: 1} // Monday at 19:00
	e.Templates = marketing(3)
	say := func() (lines []string) {
		for _, f := range conversation.Foresee(s, e) {
			lines = append(lines, f.At.Format("Mon 15:04 ")+f.Sentence)
		}
		return lines
	}
	require.Equal(t, []string{
		"Tue 18:00 1 h before the window closes: nobody works then, and nobody has since the contact's last message, so it is not moved",
		"Tue 19:00 24 h after the contact's last message: from now on only a template may be sent",
		"Tue 19:00 as soon as the window has closed; it would not be sent: the window is closed and the contact has not opted in to marketing messages",
		"Wed 09:00 12 h after the window has closed lies in the contact's quiet hours, so it waits until 09:00; it would not be sent: the window is closed and the contact has not opted in to marketing messages",
		"Thu 09:00 25 h after the window has closed lies in the contact's quiet hours, so it waits until 09:00; it would not be sent: the window is closed and the contact has not opted in to marketing messages",
	}, say())

	e.LastInboundAt = monday.Add(8 * time.Hour) // Monday at 17:00
	e.Permissions.Marketing = conversation.OptedIn
	require.Equal(t, []string{
		"Mon 17:30 1 h before the window closes nobody works, so it comes 30 min before the end of the last working period before that",
		"Tue 17:00 24 h after the contact's last message: from now on only a template may be sent",
		"Tue 17:00 as soon as the window has closed",
		"Wed 09:00 12 h after the window has closed lies in the contact's quiet hours, so it waits until 09:00; it would not be sent: templates that the contact has been sent within 24 h: 1; the policy allows 1",
		"Wed 18:00 25 h after the window has closed",
	}, say())
}

func marketing(n int) []conversation.KnownTemplate {
	var all []conversation.KnownTemplate
	for range n {
		all = append(all, conversation.KnownTemplate{Known: true, Found: true, Status: "approved", Category: conversation.Marketing})
	}
	return all
}

func TestAnAttemptMayWaitForADayButNotIntoQuietHours(t *testing.T) {
	s := oneAttempt
	e := conversation.Example{LastInboundAt: monday, Messages: 1}
	last := func() conversation.Foreseen {
		all := conversation.Foresee(s, e)
		return all[len(all)-1]
	}
	require.Equal(t, last().At.Add(24*time.Hour), last().NotAfter)
	s.Reengagement.QuietHours = &conversation.QuietHours{From: "21:00", To: "08:00"}
	require.Equal(t, time.Date(2026, 3, 3, 21, 0, 0, 0, time.UTC), last().NotAfter)
	e.Messages = 0
	require.Zero(t, last().NotAfter, "it is not sent")
}

// worksByTheClock looks at the clock on the people's wall, in a week in which it is not moved.
func worksByTheClock(w *conversation.WorkingHours, at time.Time) bool {
	if w == nil {
		return true
	}
	wall := at.Add(time.Duration(w.Zone[0].Seconds) * time.Second)
	for _, p := range w.Week[wall.Weekday()] {
		if p.From <= wall.Format("15:04") && wall.Format("15:04") < p.To {
			return true
		}
	}
	return false
}

func TestStretchesAreWhatTheClocksSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, e := drawForecast(t)
		hours := drawQuietHours(t)
		quiet := &conversation.Quiet{Hours: hours, Zone: e.Zone}
		from, to := e.LastInboundAt, e.LastInboundAt.Add(50*time.Hour)
		within := func(all []conversation.Stretch, at time.Time) bool {
			for _, x := range all {
				if !at.Before(x.From) && at.Before(x.To) {
					return true
				}
			}
			return false
		}
		nights, work := quiet.Stretches(from, to), s.WorkingHours.Stretches(from, to)
		for at := from; at.Before(to); at = at.Add(15 * time.Minute) {
			_, isQuiet := quiet.Until(at)
			require.Equal(t, isQuiet, within(nights, at), at)
			require.Equal(t, worksByTheClock(s.WorkingHours, at), within(work, at), at)
		}
		for _, x := range append(nights, work...) {
			require.True(t, x.From.Before(x.To))
			require.False(t, x.From.Before(from) || x.To.After(to))
		}
	})
}
