package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/tariff"
)

// count is a number's month of one scheme.
type count struct {
	number uuid.UUID
	scheme string
	month  tariff.Month
}

// started is a count by the first second of its month.
type started struct {
	number uuid.UUID
	scheme string
	second int64
}

// counting is what a batch knows of the counts that it touches; it holds the locks of their numbers.
type counting struct {
	zones map[count]*time.Location
	ends  map[count]tariff.Position // the last free place; none: not used up
	moved []span
}

// span is a part of a count, after one position and up to another.
type span struct {
	count
	after, last tariff.Position
}

// settlePlaces writes the places that changed and finds where allowances now end, and which others that concerns.
func settlePlaces(ctx context.Context, q *db.Queries, tallies []*tally) (*counting, error) {
	c, changed := newCounting(tallies)
	before, err := c.find(ctx, q)
	if err != nil {
		return nil, err
	}
	c.ends = before
	if !changed {
		return c, nil
	}
	if err := writePlaces(ctx, q, tallies); err != nil {
		return nil, err
	}
	if c.ends, err = c.find(ctx, q); err != nil {
		return nil, err
	}
	for k := range c.zones {
		c.compare(k, before)
	}
	return c, nil
}

// newCounting collects the counts on which the tallies depend.
func newCounting(tallies []*tally) (c *counting, changed bool) {
	c = &counting{zones: map[count]*time.Location{}}
	for _, t := range tallies {
		if !t.due() {
			continue
		}
		changed = changed || !t.moves.none()
		touch := func(scheme string, at time.Time) {
			c.zones[count{t.number, scheme, tariff.MonthOf(at, t.zone)}] = t.zone
		}
		for _, p := range t.places {
			touch(p.Scheme, p.DeliveredAt)
		}
		for p := range t.moves.added {
			touch(p.scheme, p.at)
		}
	}
	return c, changed
}

// find asks where the allowances end.
func (c *counting) find(ctx context.Context, q *db.Queries) (map[count]tariff.Position, error) {
	ends := map[count]tariff.Position{}
	if len(c.zones) == 0 {
		return ends, nil
	}
	p := db.FindAllowanceEndsParams{Before: tariff.Allowance - 1}
	byStart := map[started]count{}
	for k, zone := range c.zones {
		byStart[started{k.number, k.scheme, k.month.Start(zone).Unix()}] = k
		p.BusinessNumberIds = append(p.BusinessNumberIds, k.number)
		p.Schemes = append(p.Schemes, k.scheme)
		p.Since = append(p.Since, k.month.Start(zone))
		p.Until = append(p.Until, k.month.Next().Start(zone))
	}
	rows, err := q.FindAllowanceEnds(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("find ends of allowances: %w", err)
	}
	for _, r := range rows {
		k := byStart[started{r.BusinessNumberID, r.Scheme, r.Since.Unix()}]
		ends[k] = tariff.Position{At: r.DeliveredAt.UTC(), Event: r.EventID.String()}
	}
	return ends, nil
}

// compare notes what lies between a count's old and its new end.
func (c *counting) compare(k count, before map[count]tariff.Position) {
	endOf := func(ends map[count]tariff.Position) tariff.Position {
		if end, ok := ends[k]; ok {
			return end
		}
		return tariff.Position{At: k.month.Next().Start(c.zones[k]).UTC(), Event: uuid.Nil.String()} // after everything
	}
	was, is := endOf(before), endOf(c.ends)
	if d := was.Compare(is); d > 0 {
		c.moved = append(c.moved, span{k, is, was})
	} else if d < 0 {
		c.moved = append(c.moved, span{k, was, is})
	}
}

func (c *counting) end(number, scheme string, m tariff.Month) (tariff.Position, bool) {
	end, ok := c.ends[count{uuid.MustParse(number), scheme, m}]
	return end, ok
}

// markMoved marks the conversations whose outcome changes because the end of an allowance moved, except for what is posted now.
func markMoved(ctx context.Context, q *db.Queries, c *counting, tallies []*tally) (int64, error) {
	if len(c.moved) == 0 {
		return 0, nil
	}
	var p db.MarkMovedParams
	for _, m := range c.moved {
		p.BusinessNumberIds = append(p.BusinessNumberIds, m.number)
		p.Schemes = append(p.Schemes, m.scheme)
		p.AfterAt, p.AfterEvent = append(p.AfterAt, m.after.At), append(p.AfterEvent, uuid.MustParse(m.after.Event))
		p.LastAt, p.LastEvent = append(p.LastAt, m.last.At), append(p.LastEvent, uuid.MustParse(m.last.Event))
	}
	var looked bounds
	for _, t := range tallies {
		if t.due() {
			looked.add(&t.stretch)
		}
	}
	p.ConversationIds, p.Since, p.Until = looked.ids, looked.since, looked.until
	marked, err := q.MarkMoved(ctx, p)
	if err != nil {
		return 0, fmt.Errorf("mark what the allowance's end concerns: %w", err)
	}
	return marked, nil
}
