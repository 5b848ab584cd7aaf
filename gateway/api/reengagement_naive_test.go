package api_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/gateway/api"
)

// What a story comes to, thought out message by message.

// windows are the messages of the contact that opened or extended windows, in unbroken chains (W1, W4).
func (s story) windows() (chains [][]time.Time) {
	var all []time.Time
	for _, m := range s.inbound {
		if !m.late {
			all = append(all, m.at)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	for i, at := range all {
		if i == 0 || at.Sub(all[i-1]) >= 24*time.Hour {
			chains = append(chains, nil)
		}
		chains[len(chains)-1] = append(chains[len(chains)-1], at)
	}
	return chains
}

// spoke reports whether the business said something in [from, to) that did not fail.
func (s story) spoke(from, to time.Time) bool {
	in := func(at time.Time) bool { return !at.Before(from) && at.Before(to) }
	return slices.ContainsFunc(s.outbound, func(m spoken) bool { return !m.failed && in(m.at) }) ||
		slices.ContainsFunc(s.attempts, func(a attempt) bool { return !a.accepted.IsZero() && !a.failed && in(a.accepted) })
}

func (s story) helped(r reminded, chain []time.Time) bool {
	set := r.deadline.Add(-24 * time.Hour) // the message that set the deadline
	if !r.fired.Before(r.deadline) || s.spoke(set, r.fired) || set.Before(chain[0]) || set.After(chain[len(chain)-1]) {
		return false
	}
	return s.spoke(r.fired, r.deadline) || slices.ContainsFunc(chain, func(at time.Time) bool {
		return at.After(set) && !at.Before(r.fired) && at.Before(r.deadline)
	})
}

func (s story) closings(from, to, now time.Time) (w api.WindowCounts) {
	for _, chain := range s.windows() {
		last := chain[len(chain)-1]
		closes := last.Add(24 * time.Hour)
		if closes.Before(from) || !closes.Before(to) || closes.After(now) {
			continue
		}
		w.Closed++
		told := func(missed bool) bool {
			return slices.ContainsFunc(s.reminders, func(r reminded) bool {
				return r.deadline.Equal(closes) && !r.fired.Before(r.deadline) == missed
			})
		}
		switch {
		case s.spoke(last, closes) && slices.ContainsFunc(s.reminders, func(r reminded) bool { return s.helped(r, chain) }):
			w.Saved++
		case s.spoke(last, closes):
			w.Answered++
		case told(false):
			w.Lost++
			w.LostReminded++
		case told(true):
			w.Lost++
			w.LostMissed++
		default:
			w.Lost++
		}
	}
	return w
}

func (s story) tries(from, to time.Time) (c api.AttemptCounts) {
	for _, a := range s.attempts {
		var last time.Time // before it
		for _, m := range s.inbound {
			if !m.late && !m.at.After(a.planned) && m.at.After(last) {
				last = m.at
			}
		}
		closed := !last.IsZero() && !a.planned.Before(last.Add(24*time.Hour))
		if a.planned.Before(from) || !a.planned.Before(to) || a.origin == "campaign" || a.origin != "reengagement" && !closed {
			continue
		}
		c.Attempts++
		switch {
		case a.state == "refused":
			c.Refused = append(c.Refused, api.CodeCount{})
		case a.state == "failed" || a.failed:
			c.Failed = append(c.Failed, api.CodeCount{})
		case a.state != "accepted":
			c.Undecided++
		default:
			c.Sent++
			answered, opens := s.answer(a)
			if answered {
				c.Answered++
			}
			if opens {
				c.Reengaged++
			}
		}
		c.Costs = append(c.Costs, api.CostEach{AmountMicros: a.micros})
	}
	return c
}

func (s story) answer(a attempt) (answered, opens bool) {
	until := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, b := range s.attempts {
		if b.state == "accepted" && !b.failed && b.accepted.After(a.accepted) && b.accepted.Before(until) {
			until = b.accepted
		}
	}
	for _, m := range s.inbound {
		if m.at.After(a.accepted) && !m.at.After(until) {
			answered, opens = true, opens || !m.late
		}
	}
	return answered, opens
}

// drawStory makes one in which things happen at the very edges: at whole half days, and a second either side of them.
func drawStory(t *rapid.T) *story {
	start := time.Date(2026, 10, 28, 0, 0, 0, 0, time.UTC)
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		return start.Add(time.Duration(rapid.IntRange(0, 16).Draw(t, "half day"))*12*time.Hour + time.Duration(rapid.IntRange(-1, 1).Draw(t, "second"))*time.Second)
	})
	s := &story{}
	for range rapid.IntRange(1, 2).Draw(t, "parts") {
		s.parts = append(s.parts, [16]byte{})
	}
	part := rapid.IntRange(0, len(s.parts)-1)
	for range rapid.IntRange(0, 7).Draw(t, "inbound") {
		m := heard{part.Draw(t, "part"), moment.Draw(t, "at"), rapid.IntRange(0, 5).Draw(t, "late") == 0}
		s.inbound = append(s.inbound, m)
		if rapid.Bool().Draw(t, "reminder") {
			deadline := m.at.Add(24 * time.Hour)
			before := rapid.SampledFrom([]time.Duration{13 * time.Hour, 12 * time.Hour, time.Hour, time.Second, 0}).Draw(t, "before")
			s.reminders = append(s.reminders, reminded{m.part, deadline, deadline.Add(-before), 3600 + len(s.inbound)})
		}
	}
	for range rapid.IntRange(0, 4).Draw(t, "outbound") {
		s.outbound = append(s.outbound, spoken{part.Draw(t, "part"), moment.Draw(t, "at"), rapid.IntRange(0, 3).Draw(t, "failed") == 0})
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "attempts") {
		a := attempt{part: part.Draw(t, "part"), planned: moment.Draw(t, "at"), currency: "USD",
			origin: rapid.SampledFrom([]string{"reengagement", "request", "kept_reply", "campaign"}).Draw(t, "origin"),
			state:  rapid.SampledFrom([]string{"accepted", "accepted", "accepted", "refused", "failed", "planned"}).Draw(t, "state")}
		switch a.state {
		case "accepted":
			a.accepted = a.planned.Add(time.Duration(i) * time.Millisecond) // two are never accepted at one instant
			a.failed = rapid.IntRange(0, 3).Draw(t, "failed") == 0
			a.micros = int64(rapid.IntRange(0, 1).Draw(t, "charged") * (62_500 + i))
		case "refused", "failed":
			a.reason = "quiet_hours"
		}
		s.attempts = append(s.attempts, a)
	}
	return s
}

func TestReengagementCountsAreThoseOfANaiveReading(t *testing.T) {
	f := newFixture(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		phone := fmt.Sprintf("3065403522%05d", n)
		number := f.addNumber(phone)
		day := func(name string) time.Time {
			return time.Date(2026, 10, 28+rapid.IntRange(0, 8).Draw(t, name), 0, 0, 0, 0, time.UTC)
		}
		from, to, now := day("from"), day("to"), day("now").Add(12*time.Hour)
		if to.Before(from) {
			from, to = to, from
		}
		var windows api.WindowCounts
		var attempts api.AttemptCounts
		var micros int64
		for range rapid.IntRange(1, 3).Draw(t, "conversations") {
			s := drawStory(t)
			f.tell(number, s)
			w, a := s.closings(from, to, now), s.tries(from, to)
			windows = api.WindowCounts{Closed: windows.Closed + w.Closed, Answered: windows.Answered + w.Answered, Saved: windows.Saved + w.Saved,
				Lost: windows.Lost + w.Lost, LostReminded: windows.LostReminded + w.LostReminded, LostMissed: windows.LostMissed + w.LostMissed}
			attempts.Attempts += a.Attempts
			attempts.Sent += a.Sent
			attempts.Undecided += a.Undecided
			attempts.Answered += a.Answered
			attempts.Reengaged += a.Reengaged
			attempts.Refused = append(attempts.Refused, a.Refused...)
			attempts.Failed = append(attempts.Failed, a.Failed...)
			for _, c := range a.Costs {
				micros += c.AmountMicros
			}
		}
		r := api.ReengagementCosts{Number: phone, Period: api.Period{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly)}}
		report, err := r.Execute(f.t.Context(), f.api, now)
		require.NoError(t, err)
		got := report.Total
		require.Equal(t, windows, got.Windows)
		require.Equal(t, windows.Closed, windows.Answered+windows.Saved+windows.Lost)
		numbers := func(c api.AttemptCounts) []int64 {
			return []int64{c.Attempts, c.Sent, c.Undecided, c.Answered, c.Reengaged}
		}
		require.Equal(t, numbers(attempts), numbers(got.Attempts))
		require.Equal(t, len(attempts.Refused), count(got.Attempts.Refused))
		require.Equal(t, len(attempts.Failed), count(got.Attempts.Failed))
		var cost int64
		for _, c := range got.Attempts.Costs {
			cost += c.AmountMicros
		}
		require.Equal(t, micros, cost)

		// The lines add up to the total.
		var days api.WindowCounts
		for _, line := range report.ByDay {
			days.Closed += line.Windows.Closed
			days.Saved += line.Windows.Saved
		}
		require.Equal(t, []int64{windows.Closed, windows.Saved}, []int64{days.Closed, days.Saved})
		require.Equal(t, attempts.Attempts, report.Policy.Attempts+report.Agents.Attempts)
	})
}

func count(codes []api.CodeCount) (n int) {
	for _, c := range codes {
		n += int(c.Attempts)
	}
	return n
}
