package conversation_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/conversation"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// minutes draws a moment within four days of monday.
func minutes(t *rapid.T, label string) time.Time {
	return monday.Add(time.Duration(rapid.IntRange(0, 4*24*60).Draw(t, label)) * time.Minute)
}

func TestPermutingDuplicatingAndDelayingMessagesNeverChangesTheWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) time.Time { return minutes(t, "at") }), 1, 12).Draw(t, "times")
		orderly := conversation.NewState(conversation.Settings{}, time.Minute)
		disorderly := orderly
		tell := func(s conversation.State, i int, delay time.Duration) conversation.State {
			at := times[i]
			s, _ = conversation.Step(s, conversation.Event{Now: at.Add(delay), What: conversation.Inbound{
				ID: fmt.Sprint(i), At: at, ReceivedAt: at.Add(delay), Type: "text"}})
			return s
		}
		inOrder := rapid.Permutation(indexes(times)).Draw(t, "order")
		for _, i := range sortedByTime(times) {
			orderly = tell(orderly, i, 0)
		}
		for _, i := range inOrder {
			for range rapid.IntRange(1, 3).Draw(t, "copies") {
				disorderly = tell(disorderly, i, time.Duration(rapid.IntRange(0, 48*60).Draw(t, "delay"))*time.Minute)
			}
		}
		require.Equal(t, orderly.Facts, disorderly.Facts)
		require.Equal(t, chainStart(times), orderly.Facts.OpenedAt)
	})
}

// chainStart finds the first message of the last unbroken chain the plain way (W1).
func chainStart(times []time.Time) time.Time {
	order := sortedByTime(times)
	start := times[order[len(order)-1]]
	for i := len(order) - 1; i >= 0; i-- {
		if start.Sub(times[order[i]]) >= conversation.WindowLength {
			break
		}
		start = times[order[i]]
	}
	return start
}

func TestEveryConversationHasExactlyOneStatus(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, now := drawFacts(t), minutes(t, "now").Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "edge"))*time.Second)
		open := now.Before(f.ExpiresAt) && (f.DisputedAt.IsZero() || f.LastInboundAt.After(f.DisputedAt))
		pending := f.TemplatePending != "" || now.Before(f.ResumeClaimedUntil)
		closedThen := f.ExpiresAt.IsZero() || !f.TemplateAcceptedAt.Before(f.ExpiresAt) ||
			(!f.DisputedAt.IsZero() && !f.DisputedAt.Before(f.LastInboundAt) && !f.DisputedAt.After(f.TemplateAcceptedAt))
		waits := !f.TemplateAcceptedAt.IsZero() && closedThen && !f.LastInboundAt.After(f.TemplateAcceptedAt)
		is := map[conversation.StatusName]bool{
			conversation.Active:        open && f.ExpiresAt.Sub(now) > time.Hour,
			conversation.Expiring:      open && f.ExpiresAt.Sub(now) <= time.Hour,
			conversation.Resuming:      !open && pending,
			conversation.AwaitingReply: !open && !pending && waits,
			conversation.Expired:       !open && !pending && !waits,
		}
		var names []conversation.StatusName
		for _, name := range conversation.StatusNames {
			if is[name] {
				names = append(names, name)
			}
		}
		require.Equal(t, []conversation.StatusName{conversation.Status(f, now)}, names)
	})
}

// drawFacts draws the facts of a row as the database allows them.
func drawFacts(t *rapid.T) conversation.Facts {
	maybe := func(label string) time.Time {
		if rapid.Bool().Draw(t, label+" known") {
			return minutes(t, label)
		}
		return time.Time{}
	}
	f := conversation.Facts{
		LastInboundAt:      maybe("last inbound"),
		LastOutboundAt:     maybe("last outbound"),
		DisputedAt:         maybe("disputed"),
		TemplateAcceptedAt: maybe("template accepted"),
		ResumeClaimedUntil: maybe("claimed"),
		TemplatePending:    rapid.SampledFrom([]conversation.TemplatePending{"", "", "", "planned", "inflight", "unknown"}).Draw(t, "pending"),
	}
	if !f.LastInboundAt.IsZero() {
		f.OpenedAt, f.ExpiresAt = f.LastInboundAt, f.LastInboundAt.Add(conversation.WindowLength)
	}
	return f
}

func TestNoReminderComesAfterTheCloseAndNoneTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		settings := conversation.Settings{Reminders: conversation.ReminderPolicy{
			Leads: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) conversation.Duration {
				return conversation.Duration(time.Duration(rapid.IntRange(1, 23*60).Draw(t, "lead")) * time.Minute)
			}), 0, 3).Draw(t, "leads"),
			Always: rapid.Bool().Draw(t, "always"),
		}}
		if rapid.Bool().Draw(t, "working hours") {
			day := []conversation.Period{{From: "09:00", To: "18:00"}}
			settings.WorkingHours = &conversation.WorkingHours{Week: [7][]conversation.Period{1: day, 2: day, 4: day}}
		}
		require.NoError(t, settings.Validate())
		s, now := conversation.NewState(settings, time.Minute), monday
		type key struct {
			deadline time.Time
			lead     time.Duration
		}
		seen := map[key]bool{}
		decide := func(w conversation.What) {
			var effects []conversation.Effect
			s, effects = conversation.Step(s, conversation.Event{Now: now, What: w})
			for _, e := range effects {
				r, ok := e.(conversation.Remind)
				if !ok {
					continue
				}
				require.Equal(t, r.Outcome == conversation.Missed, !r.At.Before(r.Deadline), "sent after the close, or missed before it")
				require.False(t, r.At.Before(r.DueAt), "sent before it was due")
				for _, lead := range r.Leads {
					require.False(t, seen[key{r.Deadline, lead}], "sent twice")
					seen[key{r.Deadline, lead}] = true
				}
			}
		}
		for i := range rapid.IntRange(1, 20).Draw(t, "steps") {
			until := now.Add(time.Duration(rapid.IntRange(0, 26*60).Draw(t, "pause")) * time.Minute)
			asleep := rapid.IntRange(0, 3).Draw(t, "asleep") == 0
			for !asleep {
				wake, ok := conversation.NextWake(s, now)
				if !ok || wake.At.After(until) {
					break
				}
				require.True(t, wake.At.After(now), "a wake that is not ahead would loop")
				now = wake.At
				decide(conversation.Tick{})
			}
			now = until
			at := now.Add(-time.Duration(rapid.IntRange(0, 60).Draw(t, "late")) * time.Minute)
			if rapid.Bool().Draw(t, "inbound") {
				decide(conversation.Inbound{ID: fmt.Sprint(i), At: at, ReceivedAt: now, Type: "text"})
			} else {
				decide(conversation.Outbound{ID: fmt.Sprint(i), At: at})
			}
			decide(conversation.Tick{})
			if !now.Before(s.Facts.ExpiresAt) {
				require.False(t, s.Waiting(), "a run must not wait for a window that is over")
			}
		}
	})
}

func TestStateSurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := conversation.NewState(conversation.Settings{Reminders: conversation.ReminderPolicy{Leads: []conversation.Duration{conversation.Duration(time.Hour)}}}, time.Minute)
		for i := range rapid.IntRange(0, 9).Draw(t, "messages") {
			at := minutes(t, "at")
			s, _ = conversation.Step(s, conversation.Event{Now: at, What: conversation.Inbound{ID: fmt.Sprint(i), At: at, ReceivedAt: at, Type: "text"}})
			s, _ = conversation.Step(s, conversation.Event{Now: at, What: conversation.Tick{}})
		}
		b, err := json.Marshal(s)
		require.NoError(t, err)
		var back conversation.State
		require.NoError(t, json.Unmarshal(b, &back))
		require.Equal(t, s, back)
	})
}

func TestSeenEventsAreForgottenOldestFirstAndTheStateStaysSmall(t *testing.T) {
	s := conversation.NewState(conversation.Settings{}, time.Minute)
	for i := range 5000 {
		at := monday.Add(time.Duration(i) * time.Hour)
		s, _ = conversation.Step(s, conversation.Event{Now: at, What: conversation.Inbound{ID: fmt.Sprintf("%036d", i), At: at, ReceivedAt: at, Type: "text"}})
	}
	require.Len(t, s.Seen, 512)
	require.Equal(t, fmt.Sprintf("%036d", 4999), s.Seen[511])
	require.LessOrEqual(t, len(s.Spans), 8)
	b, err := json.Marshal(s)
	require.NoError(t, err)
	require.Less(t, len(b), 32<<10)
}

func TestAWorkingDayFollowsItsZoneThroughDST(t *testing.T) {
	// Berlin goes to summer time on 29 March 2026 at 01:00 UTC: 18:00 is 17:00 UTC on Friday and 16:00 UTC on Monday.
	loc, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	day := []conversation.Period{{From: "09:00", To: "18:00"}}
	s := conversation.Settings{WorkingHours: &conversation.WorkingHours{
		Week: [7][]conversation.Period{1: day, 2: day, 3: day, 4: day, 5: day},
		Zone: conversation.ResolveZone(loc, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)),
	}}
	friday := time.Date(2026, 3, 28, 3, 0, 0, 0, time.UTC)
	require.Equal(t, time.Date(2026, 3, 27, 16, 30, 0, 0, time.UTC), conversation.Reminders(s, friday)[0].At)
	tuesday := time.Date(2026, 3, 31, 3, 0, 0, 0, time.UTC)
	require.Equal(t, time.Date(2026, 3, 30, 15, 30, 0, 0, time.UTC), conversation.Reminders(s, tuesday)[0].At)
}

func TestSettingsThatCannotBeMeantAreRefusedByField(t *testing.T) {
	for name, c := range map[string]struct{ json, field string }{
		"a lead of a whole day":       {`{"reminders":{"leads":["24h"]}}`, "reminders.leads"},
		"a lead of nothing":           {`{"reminders":{"leads":["0s"]}}`, "reminders.leads"},
		"a lead in fractions":         {`{"reminders":{"leads":["1500ms"]}}`, "reminders.leads"},
		"a negative margin":           {`{"reminders":{"before_end":"-1s"}}`, "reminders.before_end"},
		"a period that ends too soon": {`{"working_hours":{"week":[[{"from":"18:00","to":"09:00"}]]}}`, "working_hours.week[0]"},
		"a time that is none":         {`{"working_hours":{"week":[[],[{"from":"nine","to":"18:00"}]]}}`, "working_hours.week[1]"},
		"a holiday that is no date":   {`{"working_hours":{"holidays":["2026-02-30"]}}`, "working_hours.holidays"},
	} {
		t.Run(name, func(t *testing.T) {
			var s conversation.Settings
			require.NoError(t, json.Unmarshal([]byte(c.json), &s))
			require.ErrorContains(t, s.Validate(), c.field)
		})
	}
}

func indexes(times []time.Time) []int {
	order := make([]int, len(times))
	for i := range order {
		order[i] = i
	}
	return order
}

func sortedByTime(times []time.Time) []int {
	order := indexes(times)
	for i := range order {
		for j := i; j > 0 && times[order[j]].Before(times[order[j-1]]); j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	return order
}
