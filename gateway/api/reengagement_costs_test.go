package api_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
	"reengage/workflows/contract"
)

// reengagement is the report of November.
func (f *fixture) reengagement(r api.ReengagementCosts, now time.Time) api.ReengagementReport {
	f.t.Helper()
	if r.From == "" {
		r.Period = api.Period{From: "2026-11-01", To: "2026-12-01"}
	}
	report, err := r.Execute(f.t.Context(), f.api, now)
	require.NoError(f.t, err)
	return report
}

func oneTalk() *story { return &story{parts: make([]uuid.UUID, 1)} }

func TestWindowsAreAnsweredSavedOrLost(t *testing.T) {
	f := newFixture(t)
	deadline := noon.Add(24 * time.Hour)
	at23h := reminded{0, deadline, deadline.Add(-time.Hour), 3600}
	missed := reminded{0, deadline, deadline, 3600}
	for name, tt := range map[string]struct {
		story story
		want  api.WindowCounts
	}{
		"AnsweredBeforeTheReminder":            {story{outbound: []spoken{{0, at23h.fired.Add(-time.Second), false}}, reminders: []reminded{at23h}}, api.WindowCounts{Closed: 1, Answered: 1}},
		"AnsweredWithTheReminder":              {story{outbound: []spoken{{0, at23h.fired, false}}, reminders: []reminded{at23h}}, api.WindowCounts{Closed: 1, Saved: 1}},
		"AnsweredInTheLastSecond":              {story{outbound: []spoken{{0, deadline.Add(-time.Second), false}}, reminders: []reminded{at23h}}, api.WindowCounts{Closed: 1, Saved: 1}},
		"AnsweredAtTheClose":                   {story{outbound: []spoken{{0, deadline, false}}, reminders: []reminded{at23h}}, api.WindowCounts{Closed: 1, Lost: 1, LostReminded: 1}},
		"AnAnswerThatFailed":                   {story{outbound: []spoken{{0, at23h.fired, true}}, reminders: []reminded{at23h}}, api.WindowCounts{Closed: 1, Lost: 1, LostReminded: 1}},
		"NobodyWasReminded":                    {story{reminders: []reminded{missed}}, api.WindowCounts{Closed: 1, Lost: 1, LostMissed: 1}},
		"TheContactWroteAgainAndWasAnswered":   {story{inbound: []heard{{0, at23h.fired.Add(time.Minute), false}}, outbound: []spoken{{0, deadline.Add(time.Hour), false}}, reminders: []reminded{at23h}}, api.WindowCounts{Closed: 1, Saved: 1}},
		"TheContactWroteAgainAndWasNot":        {story{inbound: []heard{{0, at23h.fired.Add(time.Minute), false}}, reminders: []reminded{at23h}}, api.WindowCounts{Closed: 1, Lost: 1}},
		"TheContactCameBackAfterTheClose":      {story{inbound: []heard{{0, deadline, false}}}, api.WindowCounts{Closed: 2, Lost: 2}},
		"TheContactCameBackASecondBeforeClose": {story{inbound: []heard{{0, deadline.Add(-time.Second), false}}}, api.WindowCounts{Closed: 1, Lost: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			number := f.addNumber(name)
			s := tt.story
			s.parts = oneTalk().parts
			s.inbound = append(s.inbound, heard{0, noon, false})
			f.tell(number, &s)
			require.Equal(t, tt.want, f.reengagement(api.ReengagementCosts{Number: name}, noon.AddDate(0, 0, 9)).Total.Windows)
		})
	}
}

func TestAWindowIsCountedFromTheInstantOfItsClose(t *testing.T) {
	f := newFixture(t)
	s := oneTalk()
	s.inbound = []heard{{0, noon, false}}
	f.tell(f.number, s)
	deadline := noon.Add(24 * time.Hour)
	require.Zero(t, f.reengagement(api.ReengagementCosts{}, deadline.Add(-time.Second)).Total.Windows.Closed)
	require.EqualValues(t, 1, f.reengagement(api.ReengagementCosts{}, deadline).Total.Windows.Closed)
	until := api.ReengagementCosts{Period: api.Period{From: "2026-11-01", To: deadline.Format(time.RFC3339)}}
	require.Zero(t, f.reengagement(until, deadline).Total.Windows.Closed, "a period is half-open")
}

func TestCostPerReengagedConversationKeepsCurrenciesAndTheirNumbersApart(t *testing.T) {
	f := newFixture(t)
	other := f.addNumber("206540352242922")
	won := func(currency string, micros int64, answered bool) *story {
		s := oneTalk()
		sent := noon.Add(30 * time.Hour)
		s.inbound = []heard{{0, noon, false}}
		s.attempts = []attempt{{origin: "reengagement", planned: sent, accepted: sent, state: "accepted", micros: micros, currency: currency}}
		if answered {
			s.inbound = append(s.inbound, heard{0, sent.Add(time.Hour), false})
		}
		return s
	}
	f.tell(f.number, won("USD", 100, true))
	f.tell(f.number, won("USD", 100, true))
	f.tell(f.number, won("USD", 101, false))
	f.tell(other, won("BRL", 400_000, true))
	f.tell(other, won("BRL", 400_000, false))
	report := f.reengagement(api.ReengagementCosts{}, noon.AddDate(0, 0, 9))
	eachOf := func(micros int64) *int64 { return &micros }
	require.Equal(t, []api.CostEach{
		{Currency: "BRL", AmountMicros: 800_000, Reengaged: 1, EachMicros: eachOf(800_000)},
		{Currency: "USD", AmountMicros: 301, Reengaged: 2, EachMicros: eachOf(151)},
	}, report.Total.Attempts.Costs)
	require.EqualValues(t, 3, report.Total.Attempts.Reengaged)
	require.Len(t, report.ByNumber, 2)
	require.Equal(t, &contract.Number{ID: number, Display: "+1 202 555 0100"}, report.ByNumber[0].Number)
	require.Equal(t, report.Total.Attempts.Costs[1:], report.ByNumber[0].Attempts.Costs)
	require.Equal(t, report.Total.Attempts, report.Policy)
	require.Equal(t, "2026-11-21", report.ByDay[0].Day)
	one := f.reengagement(api.ReengagementCosts{Number: "206540352242922"}, noon.AddDate(0, 0, 9))
	require.Equal(t, report.Total.Attempts.Costs[:1], one.Total.Attempts.Costs)
}

func TestRateCardsSayWhereTheyComeFrom(t *testing.T) {
	f := newFixture(t)
	page, err := (&api.ListRateCards{}).Execute(t.Context(), f.api, noon)
	require.NoError(t, err)
	examples := map[string]bool{}
	for _, c := range page.Items {
		examples[c.Scheme] = c.Example
		require.Equal(t, "shipped", c.CardSet)
		require.NotEmpty(t, c.Source)
	}
	require.True(t, examples["aisensy"])
	require.True(t, examples["b2chat"])
	require.False(t, examples["zenvia-conversion"])
}

func TestAWindowThatOpenedLongBeforeThePeriodKeepsItsReminders(t *testing.T) {
	f := newFixture(t)
	first := time.Date(2026, 10, 30, 0, 0, 0, 0, time.UTC)
	s := oneTalk()
	s.inbound = []heard{{0, first, false}, {0, first.Add(23*time.Hour + 30*time.Minute), false}, {0, first.Add(47 * time.Hour), false}}
	s.reminders = []reminded{{0, first.Add(24 * time.Hour), first.Add(23 * time.Hour), 3600}} // after which the contact wrote again
	s.outbound = []spoken{{0, first.Add(48 * time.Hour), false}}
	f.tell(f.number, s)
	require.Equal(t, api.WindowCounts{Closed: 1, Saved: 1}, f.reengagement(api.ReengagementCosts{}, noon).Total.Windows)
}

func TestAMessageAtTheInstantOfAcceptanceIsNoAnswer(t *testing.T) {
	f := newFixture(t)
	sent := noon.Add(30 * time.Hour)
	s := oneTalk()
	s.inbound = []heard{{0, noon, false}, {0, sent, false}}
	s.attempts = []attempt{{origin: "reengagement", planned: sent.Add(-time.Second), accepted: sent, state: "accepted"}}
	f.tell(f.number, s)
	require.Zero(t, f.reengagement(api.ReengagementCosts{}, noon.AddDate(0, 0, 9)).Total.Attempts.Answered)
}
