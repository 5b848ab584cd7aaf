package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/tariff"
)

// monthsOf is a term extended to whole months of the account's calendar: places (P4) are counted in all of those.
func monthsOf(t term, zone *time.Location) term {
	if !t.from.IsZero() {
		t.from = tariff.MonthOf(t.from, zone).Start(zone)
	}
	if !t.to.IsZero() {
		t.to = tariff.MonthOf(t.to.Add(-1), zone).Next().Start(zone)
	}
	return t
}

// place is a delivery in a number's count, or one that only depends on it.
type place struct {
	scheme string
	at     time.Time
	event  uuid.UUID
}

// placeMoves is the difference between the places that a conversation takes and those that are kept.
type placeMoves struct {
	gone  []place
	added map[place]bool // whether it counts
}

func (m placeMoves) none() bool { return len(m.gone)+len(m.added) == 0 }

// place finds the places that are to be added and removed.
func (t *tally) place() {
	taken := map[place]bool{}
	for _, r := range t.ratings {
		t.takePlaces(r, taken)
	}
	t.moves = placeMoves{added: taken}
	for _, kept := range t.places {
		p := place{kept.Scheme, kept.DeliveredAt.UTC(), kept.EventID}
		if counts, ok := taken[p]; ok && counts == kept.Counts {
			delete(taken, p)
		} else {
			t.moves.gone = append(t.moves.gone, p)
		}
	}
}

// takePlaces adds the places of one rating, in months in which its scheme is owed.
func (t *tally) takePlaces(r *rating, taken map[place]bool) {
	scheme := r.scheme.Name()
	add := func(event string, at time.Time, counts bool) {
		for _, term := range t.terms {
			if term.scheme.Name() == scheme && monthsOf(term, t.zone).contains(at) {
				taken[place{scheme, at.UTC(), uuid.MustParse(event)}] = counts
				return
			}
		}
	}
	counted := map[string]bool{}
	for _, p := range r.draft.Places() {
		counted[p.Event] = true
		add(p.Event, p.At, true)
	}
	var deliveries map[string]time.Time
	for event := range r.undecided {
		if counted[event] {
			continue // as nearly all
		}
		if deliveries == nil {
			deliveries = firstDeliveries(t.events)
		}
		add(event, deliveries[event], false)
	}
}

func firstDeliveries(events []tariff.Event) map[string]time.Time {
	first := map[string]time.Time{}
	for _, e := range events {
		if at, ok := first[e.Message]; e.Type == tariff.Delivered && (!ok || e.At.Before(at)) {
			first[e.Message] = e.At
		}
	}
	return first
}

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

func writePlaces(ctx context.Context, q *db.Queries, tallies []*tally) error {
	var gone db.RemovePlacesParams
	var added db.AddPlacesParams
	for _, t := range tallies {
		if !t.due() {
			continue
		}
		for _, p := range t.moves.gone {
			gone.BusinessNumberIds = append(gone.BusinessNumberIds, t.number)
			gone.Schemes = append(gone.Schemes, p.scheme)
			gone.DeliveredAt = append(gone.DeliveredAt, p.at)
			gone.EventIds = append(gone.EventIds, p.event)
		}
		for p, counts := range t.moves.added {
			added.BusinessNumberIds = append(added.BusinessNumberIds, t.number)
			added.Schemes = append(added.Schemes, p.scheme)
			added.DeliveredAt = append(added.DeliveredAt, p.at)
			added.EventIds = append(added.EventIds, p.event)
			added.Counts = append(added.Counts, counts)
			added.ConversationIds = append(added.ConversationIds, t.conversation)
		}
	}
	if len(gone.EventIds) > 0 {
		if err := exactly(len(gone.EventIds))(q.RemovePlaces(ctx, gone)); err != nil {
			return fmt.Errorf("remove places: %w", err)
		}
	}
	if len(added.EventIds) > 0 {
		if err := exactly(len(added.EventIds))(q.AddPlaces(ctx, added)); err != nil {
			return fmt.Errorf("add places: %w", err)
		}
	}
	return nil
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
