package conversation_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/conversation"
)

// oneAttempt wins contacts back an hour after their windows have closed.
var oneAttempt = conversation.Settings{Reengagement: conversation.Policy{Attempts: []conversation.AttemptPolicy{
	{Delay: conversation.Duration(time.Hour), Template: "come_back", Language: "en"}}}}

// told is a conversation to which all this has happened, each at once.
func told(settings conversation.Settings, now time.Time, what ...conversation.What) (conversation.State, []conversation.Effect) {
	s := conversation.NewState(settings, time.Minute)
	var all []conversation.Effect
	for _, w := range what {
		var effects []conversation.Effect
		s, effects = conversation.Step(s, conversation.Event{Now: now, What: w})
		all = append(all, effects...)
	}
	return s, all
}

func inbound(id string, at time.Time) conversation.Inbound {
	return conversation.Inbound{ID: id, At: at, ReceivedAt: at, Type: "text"}
}

// The row can be ahead of the run: a message is stored, not yet signalled, and the agent who has read it acts.
func TestCloseMeansTheWindowThatOnlyTheRowKnowsOf(t *testing.T) {
	for name, before := range map[string][]conversation.What{
		"a first message":  {conversation.FactsKnown{Facts: written()}},
		"a later message":  {inbound("a", opens.Add(-time.Hour)), conversation.Tick{}, conversation.FactsKnown{Facts: written()}},
		"a message at all": {inbound("a", opens)},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := told(oneAttempt, opens.Add(time.Minute), append(before, conversation.Closed{}, conversation.Tick{}, inbound("b", opens))...)
			require.True(t, s.Waiting())
			s, effects := conversation.Step(s, conversation.Event{Now: closes, What: conversation.Tick{}})
			for _, e := range effects {
				_, reminds := e.(conversation.Remind)
				require.False(t, reminds)
			}
			require.Nil(t, s.Plan)
		})
	}
}

func TestAnOptOutThatOnlyTheRowKnowsOfEndsThePlan(t *testing.T) {
	s, _ := told(oneAttempt, opens, inbound("a", opens))
	s, _ = conversation.Step(s, conversation.Event{Now: closes, What: conversation.Tick{}})
	require.NotNil(t, s.Plan)
	s, _ = conversation.Step(s, conversation.Event{Now: closes, What: conversation.PermissionsKnown{
		Permissions: conversation.Permissions{Marketing: conversation.OptedOut}}})
	require.Nil(t, s.Plan)
}

func TestADisputeOfAWindowThatOnlyTheRowKnowsOfBeginsThePlan(t *testing.T) {
	now := opens.Add(time.Hour)
	s, _ := told(oneAttempt, now, conversation.FactsKnown{Facts: written()}, conversation.Failed{ID: "f", Facts: disputed(now)})
	require.NotNil(t, s.Plan)
	require.Equal(t, now, s.Plan.WindowEnd)
}

func TestADisputeAfterTheWindowsOwnEndIsNoSecondEnd(t *testing.T) {
	s, _ := told(oneAttempt, opens, inbound("a", opens), conversation.Tick{})
	s, effects := conversation.Step(s, conversation.Event{Now: closes.Add(time.Minute), What: conversation.FactsKnown{Facts: disputed(closes.Add(time.Second))}})
	require.Equal(t, closes, s.Plan.WindowEnd)
	require.Contains(t, effects, conversation.Effect(conversation.Decided{Rule: "W5", Text: "the window closed at 2026-03-03T09:00:00Z"}))
}

// W9 and what ends a plan, at one second either side of the window's own end and of a dispute.
func TestWhatWasWrittenBeforeTheProviderClosedTheWindowIsNoAnswer(t *testing.T) {
	for _, c := range []struct {
		name           string
		disputed, said time.Time
		answers        bool
	}{
		{"a second before the window's own end", closes.Add(time.Hour), closes.Add(-time.Second), false},
		{"at the window's own end", closes.Add(time.Hour), closes, true},
		{"a second before the dispute", opens.Add(time.Hour), opens.Add(time.Hour - time.Second), false},
		{"in the second of the dispute", opens.Add(time.Hour), opens.Add(time.Hour), false},
		{"a second after the dispute", opens.Add(time.Hour), opens.Add(time.Hour + time.Second), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _ := told(oneAttempt, opens, inbound("a", opens), conversation.Tick{})
			at := later(closes, c.disputed) // the end of the window, unless the dispute comes first
			if c.disputed.Before(closes) {
				at = c.disputed
			}
			for _, w := range []conversation.What{conversation.Tick{}, conversation.FactsKnown{Facts: disputed(c.disputed)}} {
				s, _ = conversation.Step(s, conversation.Event{Now: at, What: w})
			}
			require.NotNil(t, s.Plan)
			s, _ = conversation.Step(s, conversation.Event{Now: at.Add(time.Second), What: inbound("b", c.said)})
			require.Equal(t, c.answers, s.Plan == nil)
		})
	}
}

func TestAMergedConversationWaitsForNothing(t *testing.T) {
	now := opens.Add(time.Hour)
	kept := &conversation.Kept{ID: "k", At: now, Until: now.Add(time.Hour)}
	for name, what := range map[string][]conversation.What{
		"nothing":              {},
		"a reply that is kept": {conversation.ReplyKept{Kept: kept}},
		"a close":              {conversation.Closed{}},
		"a dispute":            {conversation.Failed{ID: "f", Facts: disputed(now)}},
		"a message":            {inbound("b", now)},
		"what the row knows":   {conversation.FactsKnown{Facts: written()}},
		"an attempt's end":     {conversation.AttemptEnded{WindowEnd: closes}},
	} {
		t.Run(name, func(t *testing.T) {
			all := append([]conversation.What{inbound("a", opens), conversation.ReplyKept{Kept: kept}, conversation.Merged{}}, what...)
			s, _ := told(oneAttempt, now, append(all, conversation.Tick{})...)
			require.False(t, s.Waiting())
			_, ok := conversation.NextWake(s, now)
			require.False(t, ok)
		})
	}
}

func TestWhatComesNextIsWhatWillHappen(t *testing.T) {
	settings := conversation.Settings{Reminders: conversation.ReminderPolicy{
		Nudge: &conversation.NudgePolicy{Lead: conversation.Duration(2 * time.Hour), Text: "Still there?"}}}
	unanswered, _ := told(settings, opens, inbound("a", opens), conversation.Tick{})
	require.Equal(t, &conversation.Next{Kind: conversation.WakeNudge, At: closes.Add(-2 * time.Hour)}, conversation.NextOf(unanswered, opens))
	expiring := &conversation.Next{Kind: conversation.WakeExpiring, At: closes.Add(-time.Hour)}
	answered, _ := told(settings, opens, inbound("a", opens), conversation.Tick{}, conversation.Outbound{ID: "b", At: opens})
	require.Equal(t, expiring, conversation.NextOf(answered, opens))
	left, _ := told(settings, opens, inbound("a", opens), conversation.Tick{}, conversation.Closed{})
	require.Equal(t, expiring, conversation.NextOf(left, opens))
	planned, _ := told(oneAttempt, opens, inbound("a", opens), conversation.Tick{})
	planned, _ = conversation.Step(planned, conversation.Event{Now: closes, What: conversation.Tick{}})
	require.Equal(t, &conversation.Next{Kind: conversation.WakeReengage, At: closes.Add(time.Hour)}, conversation.NextOf(planned, closes))
	kept, _ := told(conversation.Settings{}, opens, conversation.ReplyKept{Kept: &conversation.Kept{ID: "k", At: opens, Until: closes}})
	require.Equal(t, &conversation.Next{Kind: conversation.WakeKept, At: closes}, conversation.NextOf(kept, opens))
}

func TestAKeptReplyHandedOverWithoutItsModeHasTheSettings(t *testing.T) {
	s := conversation.NewState(conversation.Settings{KeptReplies: conversation.KeptReplies{Mode: conversation.AutoKept}}, time.Minute)
	s.Kept = &conversation.Kept{ID: "k", At: opens, Until: closes}
	s, _ = conversation.Step(s, conversation.Event{Now: opens, What: conversation.FactsKnown{Facts: conversation.Facts{TemplateAcceptedAt: opens, LastOutboundAt: opens}}})
	_, effects := conversation.Step(s, conversation.Event{Now: opens.Add(time.Minute), What: inbound("a", opens.Add(time.Minute))})
	require.Contains(t, effects, conversation.Effect(conversation.ReleaseKept{ID: "k", Auto: true}))
}

func TestAPolicysDefaults(t *testing.T) {
	var p conversation.Policy
	require.Equal(t, []conversation.Cap{{Max: 1, Per: aDay}, {Max: 2, Per: week}}, p.Caps())
	require.Equal(t, 1, p.MinInbound())
	for _, rule := range []conversation.StopRule{conversation.StopOnAnswer, conversation.StopOnOptOut, conversation.StopOnClose} {
		require.True(t, p.Stops(rule), rule)
	}
	require.Equal(t, 7*24*time.Hour, conversation.KeptReplies{}.For())
}

// Settings travel as JSON: what says "none" must not become the default on the way.
func TestAPolicyThatSaysNoneDiffersFromOneThatSaysNothing(t *testing.T) {
	none := 0
	p := conversation.Policy{MaxPerContact: []conversation.Cap{}, StopOn: []conversation.StopRule{}, MinPriorInbound: &none}
	b, err := json.Marshal(p)
	require.NoError(t, err)
	var back conversation.Policy
	require.NoError(t, json.Unmarshal(b, &back))
	require.Empty(t, back.Caps())
	require.False(t, back.Stops(conversation.StopOnAnswer))
	require.Zero(t, back.MinInbound())

	b, err = json.Marshal(conversation.Policy{})
	require.NoError(t, err)
	require.JSONEq(t, `{}`, string(b))
}

func TestPoliciesThatCannotBeMeantAreRefusedByField(t *testing.T) {
	attempt := `{"delay":"1h","template":"come_back","language":"en"}`
	for name, c := range map[string]struct{ json, field string }{
		"a negative delay":            {`{"reengagement":{"attempts":[{"delay":"-1s","template":"t","language":"en"}]}}`, "reengagement.attempts[0].delay"},
		"a delay of a hundred days":   {`{"reengagement":{"attempts":[{"delay":"2400h","template":"t","language":"en"}]}}`, "reengagement.attempts[0].delay"},
		"attempts out of order":       {`{"reengagement":{"attempts":[` + attempt + `,{"delay":"59m","template":"t","language":"en"}]}}`, "reengagement.attempts[1].delay"},
		"no template":                 {`{"reengagement":{"attempts":[{"delay":"1h","language":"en"}]}}`, "reengagement.attempts[0]"},
		"no language":                 {`{"reengagement":{"attempts":[{"delay":"1h","template":"t"}]}}`, "reengagement.attempts[0]"},
		"a cap of nothing":            {`{"reengagement":{"max_per_contact":[{"max":0,"per":"24h"}]}}`, "reengagement.max_per_contact[0]"},
		"a cap per second":            {`{"reengagement":{"max_per_contact":[{"max":1,"per":"1s"}]}}`, "reengagement.max_per_contact[0]"},
		"quiet hours of one time":     {`{"reengagement":{"quiet_hours":{"from":"08:00","to":"08:00"}}}`, "reengagement.quiet_hours"},
		"quiet hours of a whole day":  {`{"reengagement":{"quiet_hours":{"from":"00:00","to":"24:00"}}}`, "reengagement.quiet_hours"},
		"quiet hours without an end":  {`{"reengagement":{"quiet_hours":{"from":"08:00"}}}`, "reengagement.quiet_hours"},
		"a negative budget":           {`{"reengagement":{"budget":{"day_micros":-1}}}`, "reengagement.budget"},
		"a stop rule that is none":    {`{"reengagement":{"stop_on":["moonrise"]}}`, "reengagement.stop_on"},
		"fewer than no messages":      {`{"reengagement":{"min_prior_inbound":-1}}`, "reengagement.min_prior_inbound"},
		"a mode that is none":         {`{"kept_replies":{"mode":"always"}}`, "kept_replies.mode"},
		"keeping for a hundred days":  {`{"kept_replies":{"keep_for":"2400h"}}`, "kept_replies.keep_for"},
		"a nudge without a text":      {`{"reminders":{"nudge":{"lead":"1h","text":" "}}}`, "reminders.nudge.text"},
		"a nudge before a reminder":   {`{"reminders":{"leads":["2h","1h"],"nudge":{"lead":"1h","text":"Still there?"}}}`, "reminders.nudge.lead"},
		"a nudge a day before":        {`{"reminders":{"nudge":{"lead":"24h","text":"Still there?"}}}`, "reminders.nudge.lead"},
		"a nudge as the window ends":  {`{"reminders":{"nudge":{"lead":"0s","text":"Still there?"}}}`, "reminders.nudge.lead"},
		"a nudge in its last seconds": {`{"reminders":{"nudge":{"lead":"59s","text":"Still there?"}}}`, "reminders.nudge.lead"},
	} {
		t.Run(name, func(t *testing.T) {
			var s conversation.Settings
			require.NoError(t, json.Unmarshal([]byte(c.json), &s))
			require.ErrorContains(t, s.Validate(), c.field)
		})
	}
}

// The gate refuses each attempt all the same: nobody who has opted out is sent marketing.
func TestAPlanThatDoesNotStopOnAnOptOutGoesOn(t *testing.T) {
	settings := oneAttempt
	settings.Reengagement.StopOn = []conversation.StopRule{conversation.StopOnAnswer}
	out := conversation.ConsentChanged{Category: conversation.Marketing, Source: "form"}
	for name, what := range map[string][2]conversation.What{"opted out before": {out, conversation.Tick{}}, "opted out after": {conversation.Tick{}, out}} {
		t.Run(name, func(t *testing.T) {
			s, _ := told(settings, opens, inbound("a", opens), conversation.Tick{})
			for _, w := range what {
				s, _ = conversation.Step(s, conversation.Event{Now: closes, What: w})
			}
			require.NotNil(t, s.Plan)
		})
	}
}

func TestNewsOfAnAttemptThatThePlanIsNotMakingMeansNothing(t *testing.T) {
	settings := oneAttempt
	settings.Reengagement.Attempts = append(settings.Reengagement.Attempts[:1:1], settings.Reengagement.Attempts[0])
	s, _ := told(settings, opens, inbound("a", opens), conversation.Tick{})
	for _, now := range []time.Time{closes, closes.Add(time.Hour)} {
		s, _ = conversation.Step(s, conversation.Event{Now: now, What: conversation.Tick{}})
	}
	require.True(t, s.Plan.Trying)
	for _, stale := range []conversation.AttemptEnded{
		{WindowEnd: closes, Attempt: 1, Code: conversation.Allowed},
		{WindowEnd: closes.Add(-time.Hour), Attempt: 0, Code: conversation.Allowed},
	} {
		after, effects := conversation.Step(s, conversation.Event{Now: closes.Add(time.Hour), What: stale})
		require.Equal(t, s, after)
		require.Empty(t, effects)
	}
}

// A message of before the reply was kept, heard late, is no answer to it; one at the end of its period is too late.
func TestAKeptReplyIsReleasedOnlyWithinItsPeriod(t *testing.T) {
	for at, released := range map[time.Time]bool{
		opens.Add(-time.Second): false, opens: true, closes.Add(-time.Second): true, closes: false, closes.Add(time.Second): false,
	} {
		kept := conversation.ReplyKept{Kept: &conversation.Kept{ID: "k", At: opens, Until: closes}}
		s, _ := told(conversation.Settings{}, closes.Add(time.Minute), kept, inbound("a", at))
		require.Equal(t, released, s.Kept == nil, at)
	}
}
