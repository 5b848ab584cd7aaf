package conversation_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/conversation"
)

// occurrence is something that happens to a conversation, at a whole minute.
type occurrence struct {
	at   time.Time
	what conversation.What
}

// life is a conversation drawn at random: its settings, what happens to it, and what becomes of its attempts.
type life struct {
	settings conversation.Settings
	loc      *time.Location
	happens  []occurrence // in order
	codes    []conversation.Code
	takes    []time.Duration // how long an attempt takes
	until    time.Time
}

func drawLife(t *rapid.T) life {
	l := life{until: monday.Add(6 * 24 * time.Hour)}
	l.loc = rapid.SampledFrom(zones(t)).Draw(t, "zone")
	l.settings = conversation.Settings{
		Reminders:    conversation.ReminderPolicy{Always: rapid.Bool().Draw(t, "always")},
		Reengagement: drawPolicy(t),
		KeptReplies: conversation.KeptReplies{Mode: rapid.SampledFrom([]conversation.KeptMode{"", "offer", "auto"}).Draw(t, "mode"),
			KeepFor: conversation.Duration(rapid.IntRange(1, 48).Draw(t, "keep for")) * conversation.Duration(time.Hour)},
	}
	if rapid.Bool().Draw(t, "nudge") {
		l.settings.Reminders.Nudge = &conversation.NudgePolicy{
			Lead: conversation.Duration(rapid.IntRange(1, 59).Draw(t, "nudge lead")) * conversation.Duration(time.Minute), Text: "Still there?"}
	}
	at := monday
	for i := range rapid.IntRange(1, 12).Draw(t, "occurrences") {
		at = at.Add(time.Duration(rapid.IntRange(0, 30*60).Draw(t, "pause")) * time.Minute)
		l.happens = append(l.happens, occurrence{at, drawWhat(t, at, i)})
	}
	l.codes = rapid.SliceOfN(rapid.SampledFrom([]conversation.Code{conversation.Allowed, conversation.Allowed, conversation.SenderPaused,
		conversation.QuietHoursNow, conversation.TooLate, conversation.FrequencyCapped, conversation.WaitADay, "unknown"}), 8, 8).Draw(t, "codes")
	l.takes = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.IntRange(0, 200).Draw(t, "takes")) * time.Minute
	}), 8, 8).Draw(t, "takes")
	return l
}

func zones(t require.TestingT) (zones []*time.Location) {
	for _, name := range []string{"UTC", "Asia/Kathmandu", "America/Sao_Paulo", "Australia/Lord_Howe"} {
		loc, err := time.LoadLocation(name)
		require.NoError(t, err)
		zones = append(zones, loc)
	}
	return zones
}

func drawPolicy(t *rapid.T) conversation.Policy {
	var p conversation.Policy
	delay := 0
	for range rapid.IntRange(0, 3).Draw(t, "attempts") {
		delay += rapid.IntRange(0, 30*60).Draw(t, "delay")
		p.Attempts = append(p.Attempts, conversation.AttemptPolicy{
			Delay:    conversation.Duration(delay) * conversation.Duration(time.Minute),
			Template: "come_back", Language: "en", Parameters: json.RawMessage(`{"body":["{{contact.name}}"]}`),
		})
	}
	if rapid.Bool().Draw(t, "quiet") {
		hours := drawQuietHours(t)
		p.QuietHours = &hours
	}
	p.MaxPerContact = rapid.SampledFrom([][]conversation.Cap{nil, {}, {{Max: 1, Per: aDay}}}).Draw(t, "caps")
	p.Budget = rapid.SampledFrom([]*conversation.Budget{nil, {DayMicros: 1}}).Draw(t, "budget")
	return p
}

func drawWhat(t *rapid.T, at time.Time, i int) conversation.What {
	id := fmt.Sprint(i)
	past := func() time.Time { return at.Add(-time.Duration(rapid.IntRange(0, 40*60).Draw(t, "ago")) * time.Minute) }
	switch rapid.IntRange(0, 14).Draw(t, "what") {
	case 0, 1, 2, 3, 4:
		return conversation.Inbound{ID: id, At: at, ReceivedAt: at, Type: "text"}
	case 5:
		return conversation.Inbound{ID: id, At: past(), ReceivedAt: at, Type: "text",
			Keyword: rapid.SampledFrom([]conversation.Keyword{"", "stop", "start"}).Draw(t, "keyword")}
	case 6:
		return conversation.Outbound{ID: id, At: at, Template: rapid.Bool().Draw(t, "template")}
	case 7:
		return conversation.Failed{ID: id, Facts: conversation.Facts{DisputedAt: at}}
	case 8:
		return conversation.ConsentChanged{Category: rapid.SampledFrom(conversation.Categories).Draw(t, "category"),
			OptedIn: rapid.Bool().Draw(t, "in"), Source: "form"}
	case 9:
		return conversation.PermissionsKnown{Permissions: conversation.Permissions{
			Marketing: rapid.SampledFrom([]conversation.Consent{"", "in", "out"}).Draw(t, "marketing"), Suppressed: "undeliverable"}}
	case 10:
		return conversation.ReplyKept{Kept: &conversation.Kept{ID: id, At: at, Until: at.Add(30 * time.Hour)}}
	case 11:
		return conversation.Closed{}
	case 12:
		return conversation.SettingsChanged{Settings: conversation.Settings{Reengagement: drawPolicy(t)}}
	case 13:
		f, _ := conversation.Facts{}.WithInbound(past())
		return conversation.FactsKnown{Facts: f}
	}
	return conversation.Merged{}
}

// effect is one with the moment of its decision.
type effect struct {
	At   time.Time
	What conversation.Effect
}

// seen is called with everything that was decided, and the state after it.
type seen func(now time.Time, what conversation.What, s conversation.State, effects []conversation.Effect)

// live plays a life as the workflow does: what has arrived, then the clock; between them it sleeps for as long as sleep says. It
// answers every attempt, after a while.
func (l life) live(sleep func(s conversation.State, now time.Time) time.Time, look seen) (conversation.State, []effect) {
	s := conversation.NewState(l.settings, time.Minute)
	s.Zone = conversation.ResolveZone(l.loc, monday)
	var all []effect
	happens, tried := slices.Clone(l.happens), 0
	for now := monday; now.Before(l.until); {
		decide := func(what conversation.What) {
			var effects []conversation.Effect
			s, effects = conversation.Step(s, conversation.Event{Now: now, What: what})
			look(now, what, s, effects)
			for _, e := range effects {
				all = append(all, effect{now, e})
				if r, ok := e.(conversation.Reengage); ok {
					ends := now.Add(time.Minute + l.takes[tried%len(l.takes)])
					happens = append(happens, occurrence{ends, conversation.AttemptEnded{WindowEnd: r.WindowEnd, Attempt: r.Attempt,
						Code: l.codes[tried%len(l.codes)], Until: ends.Add(time.Hour)}})
					slices.SortStableFunc(happens, func(a, b occurrence) int { return a.at.Compare(b.at) })
					tried++
				}
			}
		}
		for len(happens) > 0 && !happens[0].at.After(now) {
			next := happens[0]
			happens = happens[1:]
			decide(next.what)
		}
		decide(conversation.Tick{})
		wakes := sleep(s, now)
		if len(happens) > 0 && happens[0].at.Before(wakes) {
			wakes = happens[0].at
		}
		now = wakes
	}
	return s, all
}

// byNextWake sleeps until NextWake says; byTheMinute does not trust it.
func (l life) byNextWake(s conversation.State, now time.Time) time.Time {
	wake, ok := conversation.NextWake(s, now)
	if !ok || wake.At.After(l.until) {
		return l.until
	}
	return wake.At
}

func byTheMinute(_ conversation.State, now time.Time) time.Time { return now.Add(time.Minute) }

func TestWakingAtNextWakeAloneDoesWhatLookingEveryMinuteDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLife(t)
		state, effects := l.live(l.byNextWake, func(now time.Time, what conversation.What, s conversation.State, _ []conversation.Effect) {
			if _, ok := what.(conversation.Tick); !ok {
				return
			}
			if wake, ok := conversation.NextWake(s, now); ok {
				require.True(t, wake.At.After(now), "%s at %s is not ahead of %s", wake.Kind, wake.At, now)
				require.NotEmpty(t, wake.Why)
			}
		})
		everyMinute, everyEffect := l.live(byTheMinute, func(time.Time, conversation.What, conversation.State, []conversation.Effect) {})
		require.Equal(t, everyEffect, effects)
		require.Equal(t, everyMinute, state)
	})
}

func TestStateSurvivesJSONWithWhateverItHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLife(t)
		l.live(l.byNextWake, func(_ time.Time, _ conversation.What, s conversation.State, _ []conversation.Effect) {
			b, err := json.Marshal(s)
			require.NoError(t, err)
			var back conversation.State
			require.NoError(t, json.Unmarshal(b, &back))
			require.Equal(t, s, back)
			require.NoError(t, back.Settings.Validate())
		})
	})
}

func TestTheStateHandedInIsNotModified(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLife(t)
		var before conversation.State
		var kept []byte
		l.live(l.byNextWake, func(_ time.Time, _ conversation.What, s conversation.State, _ []conversation.Effect) {
			if kept != nil {
				again, err := json.Marshal(before)
				require.NoError(t, err)
				require.Equal(t, string(kept), string(again))
			}
			var err error
			before = s
			kept, err = json.Marshal(s)
			require.NoError(t, err)
		})
	})
}

// What the plan may never do, with the default stop rules, kept by a model that knows only what was heard.
func TestAnAttemptIsMadeOnlyWhileNobodyHasAnsweredOptedOutOrClosedAndNeverAtNight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLife(t)
		type attempt struct {
			windowEnd time.Time
			n         int
		}
		var last time.Time // of the contact's messages
		disputes := map[time.Time]bool{}
		var optedOut, closed, merged bool
		trying := map[time.Time]bool{}
		successes, made := map[time.Time]int{}, map[attempt]bool{}
		l.live(l.byNextWake, func(now time.Time, what conversation.What, s conversation.State, effects []conversation.Effect) {
			heard := func(at time.Time) {
				if at.After(last) {
					last, closed = at, false
				}
			}
			switch w := what.(type) {
			case conversation.Inbound:
				heard(w.At)
				if !merged && w.Keyword != "" {
					optedOut = w.Keyword == conversation.KeywordStop
				}
			case conversation.FactsKnown:
				heard(w.Facts.LastInboundAt)
			case conversation.Failed:
				disputes[w.Facts.DisputedAt] = true
			case conversation.ConsentChanged:
				if w.Category == conversation.Marketing {
					optedOut = !w.OptedIn
				}
			case conversation.PermissionsKnown:
				optedOut = w.Permissions.Marketing == conversation.OptedOut
			case conversation.Closed:
				closed = true
			case conversation.Merged:
				merged = true
			case conversation.AttemptEnded:
				trying[w.WindowEnd] = false
				if w.Code == conversation.Allowed {
					successes[w.WindowEnd]++
				}
			}
			for _, e := range effects {
				r, ok := e.(conversation.Reengage)
				if !ok {
					continue
				}
				require.False(t, optedOut, "after an opt-out")
				require.False(t, closed, "after a close by hand")
				require.False(t, merged, "after a merge")
				require.False(t, trying[r.WindowEnd], "while another is being tried")
				trying[r.WindowEnd] = true
				require.False(t, now.Before(r.WindowEnd), "before the end of the window that it follows")
				require.False(t, last.After(r.WindowEnd), "after an answer")
				require.False(t, last.Equal(r.WindowEnd) && !disputes[last], "after an answer in the second of the end")
				stillDisputed := false // what was written before a dispute leaves the window closed (W9)
				for at := range disputes {
					stillDisputed = stillDisputed || !at.Before(last)
				}
				require.True(t, stillDisputed || r.WindowEnd.Equal(last.Add(conversation.WindowLength)), "while the window is open, or following none")
				a := r.Policy.Attempts[r.Attempt]
				require.False(t, now.Before(r.WindowEnd.Add(time.Duration(a.Delay))), "before its delay")
				require.False(t, now.Before(r.DueAt), "before it was due")
				if q := r.Policy.QuietHours; q != nil {
					require.False(t, quietByTheClock(*q, now, l.loc), "at night, %s", now.In(l.loc))
				}
				require.Less(t, successes[r.WindowEnd], len(r.Policy.Attempts))
				require.False(t, made[attempt{r.WindowEnd, r.Attempt + 1}], "out of order")
				made[attempt{r.WindowEnd, r.Attempt}] = true
			}
			for end, n := range successes {
				require.LessOrEqual(t, n, 3, end)
			}
		})
	})
}

func TestAPlanIsNeverLeftBehindByMessagesOutOfOrder(t *testing.T) {
	settings := conversation.Settings{Reengagement: conversation.Policy{Attempts: []conversation.AttemptPolicy{
		{Delay: conversation.Duration(30 * 24 * time.Hour), Template: "come_back", Language: "en"}}}}
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) time.Time { return minutes(t, "at") }), 1, 8).Draw(t, "times")
		s, now := conversation.NewState(settings, time.Minute), monday
		var last time.Time
		for _, i := range rapid.Permutation(indexes(times)).Draw(t, "order") {
			// Heard of in time, decided on whenever somebody is there; the clock may or may not have been looked at between.
			now = later(now, times[i]).Add(time.Duration(rapid.IntRange(0, 30*60).Draw(t, "delay")) * time.Minute)
			last = later(last, times[i])
			s, _ = conversation.Step(s, conversation.Event{Now: now, What: conversation.Inbound{ID: fmt.Sprint(i), At: times[i], ReceivedAt: times[i], Type: "text"}})
			if rapid.Bool().Draw(t, "looks at the clock") {
				s, _ = conversation.Step(s, conversation.Event{Now: now, What: conversation.Tick{}})
			}
			if s.Plan != nil {
				require.Equal(t, last, s.Plan.LastInboundAt, "the plan does not know that the contact has written")
			}
		}
		s, _ = conversation.Step(s, conversation.Event{Now: now, What: conversation.Tick{}})
		end := last.Add(conversation.WindowLength)
		require.Equal(t, !now.Before(end), s.Plan != nil, "a plan if the last window has closed, and only then")
		if s.Plan != nil {
			require.Equal(t, end, s.Plan.WindowEnd)
		}
	})
}

func TestWhatMayBeSentIsWhatTheGateAllows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		consents := rapid.SampledFrom([]conversation.Consent{"", "in", "out"})
		maybe := rapid.SampledFrom([]string{"", "", "", "manual"})
		c := conversation.Circumstances{Facts: drawFacts(t), Permissions: conversation.Permissions{
			Marketing: consents.Draw(t, "marketing"), Utility: consents.Draw(t, "utility"), Authentication: consents.Draw(t, "authentication"),
			Suppressed: maybe.Draw(t, "suppressed"), SuppressedMarketing: maybe.Draw(t, "suppressed marketing"), SenderPaused: maybe.Draw(t, "paused")}}
		now := minutes(t, "now")
		can := conversation.SendableAt(c, now)
		freeform := conversation.Gate(c, conversation.Wish{}, now)
		require.Equal(t, freeform.Allows(), can.Freeform)
		var some bool
		var reasons []conversation.Code
		for _, category := range conversation.Categories {
			v := conversation.Gate(c, approved(category), now)
			some = some || v.Allows()
			reasons = append(reasons, v.Code)
		}
		require.Equal(t, some, can.Template)
		switch {
		case can.Freeform && can.Template:
			require.Empty(t, can.Reason)
		case can.Template:
			require.Equal(t, freeform.Code, can.Reason)
		default:
			require.Contains(t, reasons, can.Reason)
			require.NotEqual(t, conversation.Allowed, can.Reason)
		}
	})
}
