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

// writePlaces writes what changed.
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
