package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/tariff"
)

// tally is one conversation while it is billed.
type tally struct {
	stretch
	mark    db.ListDirtyMarksRow
	version *int64         // of the mark that was seen; nil: not dirty
	zone    *time.Location // of the account: money's days
	terms   []term         // by what its number owes, in order

	// What is kept of the stretch.
	posted      []db.ListPostedRowsRow
	places      []db.AllowancePlace
	unpriced    []db.ListUnpricedRow
	differences []db.VerdictDifference

	ratings  []*rating
	messages map[uuid.UUID]bool // those of the stretch

	// What is to be written.
	reversals []int64 // ids of charges
	charges   []revised
	pins      map[pinKey]pin // to be made
	moves     placeMoves
	listing   listing

	unsettled bool  // what depends on the number's count is left to settlement
	held      bool  // somebody else bills a part of it now: it is left for later
	stuck     error // why nothing can be posted
}

// rating is what one basis makes of the stretch.
type rating struct {
	basis
	draft     *tariff.Draft
	undecided map[string]bool // messages that wait for where the allowance ends
	done      *tariff.Rating
}

// listTallies returns a tally for each of the conversations that exists, in order of their ids, so that every batch touches rows
// in the same order.
func listTallies(ctx context.Context, q *db.Queries, ids []uuid.UUID, entryPoint time.Duration) ([]*tally, error) {
	marks, err := q.ListDirtyMarks(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("list marks: %w", err)
	}
	tallies := make([]*tally, len(marks))
	for i, m := range marks {
		tallies[i] = newTally(m, entryPoint)
	}
	slices.SortFunc(tallies, func(a, b *tally) int { return bytes.Compare(a.conversation[:], b.conversation[:]) })
	return tallies, nil
}

// newTally reads a mark. A scheme or a time zone that is not known makes it stuck.
func newTally(mark db.ListDirtyMarksRow, entryPoint time.Duration) *tally {
	t := &tally{mark: mark, version: mark.Version}
	t.conversation, t.number, t.since, t.until = mark.ConversationID, mark.BusinessNumberID, mark.Since.UTC(), mark.Until.UTC()
	t.parts = mark.Parts
	if t.zone, t.stuck = accountZone(mark.AccountTimeZone); t.stuck != nil {
		return t
	}
	t.terms, t.stuck = termsOf(mark, t.zone)
	for _, term := range t.terms {
		t.memory = max(t.memory, term.scheme.Memory(entryPoint))
	}
	return t
}

// due says whether there is something to rate.
func (t *tally) due() bool {
	return t.version != nil && t.stuck == nil && t.mark.MergedInto == nil && !t.held
}

// toHand says whether it is part of another conversation now, which gets its mark (W10).
func (t *tally) toHand() bool { return t.version != nil && t.mark.MergedInto != nil }

// lockParts takes the locks of what has been merged into the conversations: somebody may have begun to bill it before it was. It
// waits for nobody, because the conversation's own lock is held.
func lockParts(ctx context.Context, q *db.Queries, tallies []*tally) error {
	for _, t := range tallies {
		if !t.due() || len(t.parts) == 1 {
			continue
		}
		locked, err := q.LockParts(ctx, t.parts)
		if err != nil {
			return fmt.Errorf("lock parts: %w", err)
		}
		t.held, t.unsettled = !locked, !locked
	}
	return nil
}

// everything makes the tally look at all events, whether they are marked or not.
func (t *tally) everything() {
	t.since, t.until = time.Time{}, forever
	if t.version == nil {
		t.version = new(int64)
	}
}

// load fills in what is to be rated, and what of it is posted, counted and listed.
func load(ctx context.Context, q *db.Queries, tallies []*tally) error {
	var stretches []*stretch
	var due []*tally
	byPart := map[uuid.UUID]*tally{}
	for _, t := range tallies {
		if t.due() {
			stretches, due = append(stretches, &t.stretch), append(due, t)
			for _, part := range t.parts {
				byPart[part] = t
			}
		}
	}
	if len(stretches) == 0 {
		return nil
	}
	if err := loadStretches(ctx, q, stretches); err != nil {
		return err
	}
	var all, counted, unpriced, different bounds
	for _, t := range due {
		t.messages = make(map[uuid.UUID]bool, len(t.events))
		for _, e := range t.events {
			if e.Message == "" {
				t.messages[uuid.MustParse(e.ID)] = true
			}
		}
		for _, id := range t.superseded {
			t.messages[id] = true
		}
		all.add(&t.stretch)
		if t.mark.HasPlaces {
			counted.add(&t.stretch)
		}
		if t.mark.HasUnpriced {
			unpriced.add(&t.stretch)
		}
		if t.mark.HasDifferences {
			different.add(&t.stretch)
		}
	}
	posted, err := q.ListPostedRows(ctx, all.ids, all.since, all.until)
	if err != nil {
		return fmt.Errorf("list charges: %w", err)
	}
	for _, p := range posted {
		t := byPart[p.ConversationID]
		t.posted = append(t.posted, p)
	}
	if len(counted.ids) > 0 {
		places, err := q.ListPlaces(ctx, counted.ids, counted.since, counted.until)
		if err != nil {
			return fmt.Errorf("list places: %w", err)
		}
		for _, p := range places {
			t := byPart[p.ConversationID]
			t.places = append(t.places, p)
		}
	}
	return loadListed(ctx, q, byPart, unpriced, different)
}

// rate drafts what every basis makes of the stretch that can have charges or places in it.
func (l *Ledger) rate(ctx context.Context, q *db.Queries, t *tally, pins pins) error {
	for _, term := range t.terms {
		// Places are counted from the beginning of the month in which a term begins.
		if !monthsOf(term, t.zone).meets(t.since, t.until.Add(1)) ||
			slices.ContainsFunc(t.ratings, func(r *rating) bool { return r.owes(term.scheme.Name(), term.set) }) {
			continue
		}
		account, err := l.account(ctx, q, t, term.basis, pins)
		if err == nil {
			var draft *tariff.Draft
			if draft, err = tariff.Prepare(term.scheme, t.events, account); err == nil {
				t.ratings = append(t.ratings, newRating(term.basis, draft))
				continue
			}
		}
		var cards *unreadableCards
		var usage *tariff.UsageError
		if !errors.As(err, &cards) && !errors.As(err, &usage) {
			return err
		}
		t.stuck = err
		return nil
	}
	return nil
}

func newRating(b basis, draft *tariff.Draft) *rating {
	r := &rating{basis: b, draft: draft, undecided: map[string]bool{}}
	for _, id := range draft.Undecided() {
		r.undecided[id] = true
	}
	return r
}

// account is what a basis is rated with: months that are posted at the prices they were posted with.
func (l *Ledger) account(ctx context.Context, q *db.Queries, t *tally, b basis, pins pins) (tariff.Account, error) {
	a := tariff.Account{Zone: t.zone, EntryPoint: l.entryPoint}
	var err error
	if a.Cards, err = l.cardSet(ctx, q, b.digest); err != nil {
		return a, err
	}
	for key, pinned := range pins[t.number] {
		if !b.owes(key.scheme, key.set) {
			continue
		}
		if a.Pinned == nil {
			a.Pinned = map[tariff.Month][]*tariff.Cards{}
		}
		for _, p := range pinned {
			set, err := l.cardSet(ctx, q, p.digest)
			if err != nil {
				return a, err
			}
			a.Pinned[key.month] = append(a.Pinned[key.month], set)
		}
	}
	return a, nil
}

// counted says whether anything depends on, or changes, the number's count.
func (t *tally) counted() bool {
	return !t.moves.none() || slices.ContainsFunc(t.ratings, func(r *rating) bool { return len(r.undecided) > 0 })
}

// conclude finds what is to be written.
func (t *tally) conclude(end func(number, scheme string, m tariff.Month) (tariff.Position, bool), pins pins) {
	t.decide(end)
	t.compare(pins)
	if t.stuck != nil {
		t.reversals, t.charges, t.pins = nil, nil, nil
		return
	}
	t.list()
}

// owes says whether charges of that instant by this basis are owed.
func (t *tally) owes(b basis, at time.Time) bool {
	return slices.ContainsFunc(t.terms, func(term term) bool {
		return term.owes(b.scheme.Name(), b.set) && term.contains(at)
	})
}

// open says whether what is owed for a message by a scheme is not known yet.
func (t *tally) open(scheme, event string) bool {
	if !t.unsettled {
		return false
	}
	return slices.ContainsFunc(t.ratings, func(r *rating) bool { return r.scheme.Name() == scheme && r.undecided[event] })
}

func (t *tally) counts() Posted {
	return Posted{Charges: len(t.charges), Reversals: len(t.reversals), Unpriced: len(t.listing.unpriced), Unsettled: t.unsettled}
}
