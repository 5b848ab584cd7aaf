package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/tariff"
)

// tally is one conversation while it is billed.
type tally struct {
	conversation uuid.UUID
	number       uuid.UUID
	account      *time.Location // the zone of money's days
	version      *int64         // of the mark that was seen; nil: not dirty
	since        time.Time      // the earliest event not billed
	terms        []term         // by what its number owes, in order; none: it waits
	memory       time.Duration  // the longest of the terms' schemes

	reach  time.Time // messages from here on are rated and compared
	events []tariff.Event
	posted []db.ListPostedRowsRow // may hold some of messages before the reach

	owed     []tariff.Charge
	unpriced []tariff.MissingPrice

	reversals []int64 // ids of charges
	charges   []revised

	stuck error // why nothing can be rated
}

// term says that a number owes by a scheme in [from, to); the last term has no end (zero).
type term struct {
	scheme   tariff.Scheme
	from, to time.Time
}

func (t term) contains(at time.Time) bool {
	return !at.Before(t.from) && (t.to.IsZero() || at.Before(t.to))
}

// newTally reads a mark. A scheme or a time zone that is not known makes it stuck.
func newTally(mark db.ListDirtyMarksRow) *tally {
	t := &tally{conversation: mark.ConversationID, number: mark.BusinessNumberID, version: mark.Version, since: mark.Since.UTC()}
	t.account, t.stuck = time.LoadLocation(mark.AccountTimeZone)
	if t.account == time.Local {
		t.stuck = fmt.Errorf("the account's time zone %q means another zone on another machine", mark.AccountTimeZone)
	}
	for i, name := range mark.Schemes {
		scheme, err := tariff.Lookup(name)
		if err != nil {
			t.stuck = err
			return t
		}
		next := term{scheme: scheme, from: mark.EffectiveFrom[i]}
		if i > 0 {
			t.terms[i-1].to = next.from
		}
		t.terms = append(t.terms, next)
		t.memory = max(t.memory, scheme.Memory(tariff.DefaultEntryPoint))
	}
	return t
}

// due says whether there is something to rate.
func (t *tally) due() bool { return t.version != nil && len(t.terms) > 0 && t.stuck == nil }

// waiting says whether the number owes by nothing yet.
func (t *tally) waiting() bool { return t.version != nil && len(t.terms) == 0 && t.stuck == nil }

// rate fills in what is owed from the reach on, and what would be if it had a price.
func (t *tally) rate(cards *tariff.Cards) {
	var rated []string
	for _, term := range t.terms {
		name := term.scheme.Name()
		if slices.Contains(rated, name) {
			continue
		}
		rated = append(rated, name)
		rating, err := tariff.Rate(term.scheme, t.events, tariff.Account{Zone: t.account, Cards: cards, EntryPoint: tariff.DefaultEntryPoint})
		if err != nil {
			t.stuck = err
			return
		}
		for _, m := range rating.Missing {
			if t.owes(name, m.At) {
				t.unpriced = append(t.unpriced, m)
			}
		}
		for _, c := range rating.Charges {
			if t.owes(name, c.At) {
				t.owed = append(t.owed, c)
			}
		}
	}
}

// owes says whether a scheme's charges of that instant are owed.
func (t *tally) owes(scheme string, at time.Time) bool {
	return slices.ContainsFunc(t.terms, func(term term) bool {
		return term.scheme.Name() == scheme && term.contains(at)
	})
}

// failure is why the mark stays although it was billed, for operators; nil if it need not.
func (t *tally) failure() error {
	if t.stuck != nil {
		return t.stuck
	}
	if len(t.unpriced) > 0 {
		return &tariff.MissingPriceError{Missing: t.unpriced}
	}
	return nil
}

func (t *tally) counts() Posted {
	return Posted{
		Charges:   len(t.charges),
		Reversals: len(t.reversals),
		Unpriced:  len(t.unpriced),
		Waiting:   t.waiting(),
	}
}

// byConversation orders tallies, so that every batch touches rows in the same order.
func byConversation(a, b *tally) int {
	return cmp.Compare(a.conversation.String(), b.conversation.String())
}

// everything makes the tally look at all events, whether they are marked or not.
func (t *tally) everything() {
	t.since = time.Time{}
	if t.version == nil {
		t.version = new(int64)
	}
}
