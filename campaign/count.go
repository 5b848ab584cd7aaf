package campaign

import (
	"context"
	"fmt"
	"slices"
	"time"

	"reengage/clock"
	"reengage/db"
)

// lately is how far back, in real time, it is counted how fast a campaign goes.
const lately = time.Minute

// Count says what has become of a campaign at a virtual now. Errors are Postgres's.
func Count(ctx context.Context, q *db.Queries, k clock.Clock, c Campaign, now time.Time) (Results, error) {
	r := Results{AsOf: now, State: c.State, LaunchedAt: orNil(c.LaunchedAt), FinishedAt: orNil(c.FinishedAt), BudgetMicros: c.Limits.BudgetMicros,
		ReservedMicros: c.ReservedMicros, HeldBy: []CodeCount{}, RefusedBy: []CodeCount{}, NotSentBy: []CodeCount{}, FailedBy: []CodeCount{},
		Costs: []Cost{}, Series: Series{Points: []Point{}}, Reason: orNil(c.Reason)}
	if r.Chosen = !c.MaterialisedAt.IsZero(); r.Chosen {
		r.LeftOut = &c.LeftOut
	}
	rows, err := q.CountResults(ctx, now.Add(-k.Virtual(lately)), c.ID)
	if err != nil {
		return r, fmt.Errorf("count recipients: %w", err)
	}
	settled := int64(0)
	first, last := time.Time{}, time.Time{}
	for _, row := range rows {
		r.count(row)
		settled += row.Lately
		if first.IsZero() || row.FirstAt.Before(first) {
			first = row.FirstAt.UTC()
		}
		if row.LastAt.After(last) {
			last = row.LastAt.UTC()
		}
	}
	r.progress(k, settled)
	if err := r.cost(ctx, q, c); err != nil {
		return r, err
	}
	return r, r.series(ctx, q, c, first, last)
}

// count adds recipients who are in one state for one reason.
func (r *Results) count(row db.CountResultsRow) {
	n := int(row.Recipients)
	r.Recipients += n
	r.Answered += int(row.Answered)
	r.OptedOut += int(row.OptedOut)
	code := CodeCount{row.Code, n}
	switch RecipientState(row.State) {
	case RecipientPending:
		r.Pending += n
	case RecipientHeld:
		r.Held += n
		r.HeldBy = append(r.HeldBy, code)
	case RecipientAsked, RecipientPlanned:
		r.InProgress += n
	case RecipientRefused:
		r.Refused += n
		r.RefusedBy = append(r.RefusedBy, code)
	case RecipientNotSent:
		r.NotSent += n
		r.NotSentBy = append(r.NotSentBy, code)
	case RecipientUnknown:
		r.Unknown += n
	case RecipientFailed:
		r.Failed += n
		r.FailedBy = append(r.FailedBy, code)
	case RecipientAccepted:
		r.Accepted += n
		r.Delivered += int(row.Delivered)
		r.Read += int(row.Read)
	}
}

// progress says how fast it goes, and how long that takes for those who are left.
func (r *Results) progress(k clock.Clock, settled int64) {
	r.Progress.Done = r.Accepted + r.Refused + r.Failed + r.NotSent
	if r.State != Running {
		return
	}
	r.Progress.PerSecond = float64(settled) / lately.Seconds()
	if took := r.AsOf.Sub(orZero(r.LaunchedAt)); took > 0 && took < k.Virtual(lately) {
		r.Progress.PerSecond = float64(settled) / (float64(took) / float64(k.Virtual(time.Second)))
	}
	if left := r.Pending + r.Held + r.InProgress; left > 0 && r.Progress.PerSecond > 0 {
		end := r.AsOf.Add(k.Virtual(time.Duration(float64(left) / r.Progress.PerSecond * float64(time.Second))))
		r.Progress.EndsAt = &end
	}
}

// cost says what is posted.
func (r *Results) cost(ctx context.Context, q *db.Queries, c Campaign) error {
	rows, err := q.SumCampaignCharges(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("sum a campaign's charges: %w", err)
	}
	for _, row := range rows {
		cost := Cost{Currency: row.Currency, AmountMicros: row.AmountMicros}
		if n := int64(r.Answered); n > 0 {
			each := (2*row.AmountMicros + n) / (2 * n) // rounded half up; sums are not negative
			cost.AnswerMicros = &each
		}
		r.Costs = append(r.Costs, cost)
	}
	return nil
}

// buckets are what a chart's points may be long; it has at most about a hundred.
var buckets = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, day, 7 * day}

const mostPoints = 100

// series says when things happened, by buckets of the clock's own hours.
func (r *Results) series(ctx context.Context, q *db.Queries, c Campaign, first, last time.Time) error {
	i := slices.IndexFunc(buckets, func(b time.Duration) bool { return last.Sub(first) <= mostPoints*b })
	if i < 0 {
		i = len(buckets) - 1
	}
	r.Series.BucketSeconds = int64(buckets[i] / time.Second)
	origin := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	rows, err := q.SeriesOfCampaign(ctx, buckets[i].Seconds(), origin, c.ID)
	if err != nil {
		return fmt.Errorf("series of a campaign: %w", err)
	}
	for _, row := range rows {
		r.Series.Points = append(r.Series.Points, Point{At: row.At.UTC(), Accepted: int(row.Accepted), Delivered: int(row.Delivered), Read: int(row.Read),
			Answered: int(row.Answered)})
	}
	return nil
}
