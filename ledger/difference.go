package ledger

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/tariff"
)

// key is what names a charge; at most one of a key is not reversed.
type key struct {
	scheme, kind string
	event        uuid.UUID
}

// revised is a charge to be posted.
type revised struct {
	tariff.Charge
	event    uuid.UUID
	revision int32 // the first is 1
}

// compare finds the difference between what is owed and what is posted and not reversed. A charge with other facts is
// reversed and posted again under the next revision. What is owed for a message without a price is not known, so what is
// posted for it stays.
func (t *tally) compare() {
	owed := make(map[key]int, len(t.owed))
	for i, c := range t.owed {
		owed[key{c.Scheme, string(c.Kind), uuid.MustParse(c.Event)}] = i
	}
	read := make(map[string]bool, len(t.events))
	for _, e := range t.events {
		read[e.ID] = true
	}
	reversed := map[int64]bool{}
	for _, p := range t.posted {
		if p.Reverses != nil {
			reversed[*p.Reverses] = true
		}
	}
	revision := make(map[key]int32, len(t.posted))
	settled := make([]bool, len(t.owed))
	for _, p := range t.posted {
		if p.Reverses != nil || !read[p.EventID.String()] {
			continue // what lies before the reach stands
		}
		k := key{p.Scheme, p.Kind, p.EventID}
		revision[k] = max(revision[k], p.Revision)
		if reversed[p.ID] {
			continue
		}
		if i, ok := owed[k]; ok && sameFacts(p, t.owed[i]) {
			settled[i] = true
		} else if !t.withoutPrice(p.Scheme, p.EventID) {
			t.reversals = append(t.reversals, p.ID)
		}
	}
	for i, c := range t.owed {
		if settled[i] {
			continue
		}
		event := uuid.MustParse(c.Event)
		k := key{c.Scheme, string(c.Kind), event}
		t.charges = append(t.charges, revised{c, event, revision[k] + 1})
	}
}

func (t *tally) withoutPrice(scheme string, event uuid.UUID) bool {
	return slices.ContainsFunc(t.unpriced, func(m tariff.MissingPrice) bool {
		return m.Scheme == scheme && m.Event == event.String()
	})
}

func sameFacts(p db.ListPostedRowsRow, c tariff.Charge) bool {
	return p.Card == c.Card && text(p.Category) == c.Category && text(p.Market) == c.Market &&
		p.AmountMicros == c.AmountMicros && p.Currency == c.Currency && p.ChargedAt.Equal(c.At) && p.Rule == c.Rule
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
