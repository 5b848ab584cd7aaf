package campaign

import (
	"cmp"
	"context"
	"fmt"
	"sort"
	"time"

	"reengage/conversation"
)

// schedule says how long it would take.
func (q *quoting) schedule(ctx context.Context) error {
	reach, err := q.Queries.MeasureReach(ctx, q.number.ID, q.now.Add(-day))
	if err != nil {
		return fmt.Errorf("quote a campaign: %w", err)
	}
	t := q.timetable(int(reach.Contacts))
	q.table = t
	q.Pace = Pace{MessagesPerSecond: t.perSecond / float64(q.Clock.Virtual(time.Second)) * float64(time.Second), ContactsPerDay: q.number.ContactsPerDay,
		StartsAt: t.start, BoundBy: "rate"}
	if end, ok := t.end(q.sendable()); ok {
		q.Pace.EndsAt, q.Pace.Seconds = &end, int64(end.Sub(t.start).Round(time.Second)/time.Second)
	}
	if t.perDay > 0 && t.first+t.perDay < q.sendable() || t.perDay > 0 && float64(t.perDay) < t.perSecond*day.Seconds() && t.first < q.sendable() {
		q.Pace.BoundBy = "contacts_per_day"
	}
	return nil
}

// sendable are the recipients who would get a message.
func (q *quoting) sendable() int { return q.Recipients - q.Incomplete }

const (
	day     = 24 * time.Hour
	longest = 3650 * day // what takes longer has no end that anybody could plan with
)

// timetable is what decides how many have been sent to by when, roughly: as if all lived in one zone and nobody was held back.
type timetable struct {
	start     time.Time
	perSecond float64 // in virtual time
	perDay    int     // contacts in any 24 h; 0: as many as it likes
	first     int     // of them that are left at the start
	quiet     *conversation.Quiet
}

func (q *quoting) timetable(used int) timetable {
	real := float64(q.number.MessagesPerSecond) * float64(q.campaign.Limits.Pace()) / 100
	t := timetable{start: q.now, perSecond: real / (float64(q.Clock.Virtual(time.Second)) / float64(time.Second))}
	if q.campaign.StartAt.After(q.now) {
		t.start, used = q.campaign.StartAt, 0
	}
	if n := q.number.ContactsPerDay; n != nil {
		t.perDay = int(*n)
		t.first = max(0, t.perDay-used)
	}
	if hours := q.campaign.Limits.QuietHours; hours != nil || q.policy.QuietHours != nil {
		t.quiet = &conversation.Quiet{Hours: *cmp.Or(hours, q.policy.QuietHours)}
		if zone, err := time.LoadLocation(q.number.TimeZone); err == nil {
			t.quiet.Zone = conversation.ResolveZone(zone, q.now)
		}
	}
	return t
}

// end is when the last of n has been sent to; false: never, or so late that nobody plans with it. Whole days of the steady middle are
// skipped, so that a long campaign is as quickly quoted as a short one.
func (t timetable) end(n int) (time.Time, bool) {
	at, left, today, dayEnds := t.start, n, t.first, t.start.Add(day)
	if steady := t.steady(); left > 3*steady && steady > 0 {
		days := left/steady - 2
		left -= days * steady
		at = at.Add(time.Duration(days) * day)
		dayEnds = at.Add(day)
	}
	for left > 0 {
		if at.Sub(t.start) > longest {
			return at, false
		}
		if !at.Before(dayEnds) {
			today, dayEnds = t.perDay, dayEnds.Add(day)
			continue
		}
		if end, quiet := t.quiet.Until(at); quiet {
			at = end
			continue
		}
		until := t.quiet.Next(at)
		if t.perDay > 0 && today == 0 {
			at = dayEnds
			continue
		}
		if t.perDay > 0 && dayEnds.Before(until) {
			until = dayEnds
		}
		sent := max(1, min(left, int(until.Sub(at).Seconds()*t.perSecond)))
		if t.perDay > 0 {
			sent = min(sent, today)
			today -= sent
		}
		left -= sent
		at = at.Add(time.Duration(float64(sent) / t.perSecond * float64(time.Second)))
	}
	return at, at.Sub(t.start) <= longest
}

// steady is how many a whole day takes.
func (t timetable) steady() int {
	active := day
	if t.quiet != nil {
		active = 0
		for at := t.start; at.Before(t.start.Add(day)); at = at.Add(15 * time.Minute) {
			if _, quiet := t.quiet.Until(at); !quiet {
				active += 15 * time.Minute
			}
		}
	}
	n := int(active.Seconds() * t.perSecond)
	if t.perDay > 0 {
		n = min(n, t.perDay)
	}
	return n
}

// by is how many of n have been sent to at an instant.
func (t timetable) by(at time.Time, n int) int {
	return sort.Search(n, func(i int) bool {
		end, ok := t.end(i + 1)
		return !ok || end.After(at)
	})
}
