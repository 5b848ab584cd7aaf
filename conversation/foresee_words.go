package conversation

import (
	"fmt"
	"strings"
	"time"
)

// What a forecast says to people. Moments are left to whoever shows them, in the time zone of whoever reads.

func reminderSentence(s Settings, leads []time.Duration, placed placing) string {
	sentence := span(leads[0]) + " before the window closes"
	switch placed {
	case beforeEndOfWork:
		sentence += fmt.Sprintf(" nobody works, so it comes %s before the end of the last working period before that", span(s.Reminders.beforeEnd()))
	case noWorkSince:
		sentence += ": nobody works then, and nobody has since the contact's last message, so it is not moved"
	}
	for _, l := range leads[1:] {
		sentence += ", together with the reminder of " + span(l)
	}
	return sentence
}

func nudgeSentence(n Nudge, now time.Time) string {
	return span(n.Deadline.Sub(now)) + " before the window closes, as nobody has answered: the contact is sent the nudge"
}

func attemptSentence(p Policy, x Foreseen) string {
	sentence := span(time.Duration(p.Attempts[x.Attempt-1].Delay)) + " after the window has closed"
	if p.Attempts[x.Attempt-1].Delay == 0 {
		sentence = "as soon as the window has closed"
	}
	if x.At.After(x.Planned) && p.QuietHours != nil {
		sentence += fmt.Sprintf(" lies in the contact's quiet hours, so it waits until %s", p.QuietHours.To)
	}
	if !x.Verdict.Allows() {
		return sentence + "; it would not be sent: " + x.Verdict.Sentence
	}
	return sentence
}

// span writes a duration as people do: 1 h 30 min, 2 days.
func span(d time.Duration) string {
	if d == 0 {
		return "0 min"
	}
	var parts []string
	for _, unit := range []struct {
		of        time.Duration
		one, many string
	}{{day, "day", "days"}, {time.Hour, "h", "h"}, {time.Minute, "min", "min"}, {time.Second, "s", "s"}} {
		n := int64(d / unit.of)
		if n == 0 || unit.of == day && d%day != 0 && d < 2*day {
			continue // 25 h, not 1 day 1 h
		}
		d -= time.Duration(n) * unit.of
		word := unit.many
		if n == 1 {
			word = unit.one
		}
		parts = append(parts, fmt.Sprintf("%d %s", n, word))
	}
	return strings.Join(parts, " ")
}
