package ledger

import (
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
	basis    basis
	event    uuid.UUID
	revision int32 // the first is 1
}

// decide finishes the ratings; end is where a scheme's allowance ends.
func (t *tally) decide(end func(number, scheme string, m tariff.Month) (tariff.Position, bool)) {
	for _, r := range t.ratings {
		r.done = r.draft.Decide(func(number string, m tariff.Month) (tariff.Position, bool) {
			return end(number, r.scheme.Name(), m)
		})
	}
}

// compare finds the difference between what is owed and what is posted and not reversed. A charge with other facts is
// reversed and posted again under the next revision. What waits for settlement stays as it is. A difference in a month that was
// posted under other rules makes the tally stuck.
func (t *tally) compare(pins pins) {
	owed := map[key]*revised{}
	var order []*revised
	schemes := map[string]tariff.Scheme{}
	for _, r := range t.ratings {
		schemes[r.scheme.Name()] = r.scheme
		for _, c := range r.done.Charges {
			if t.owes(r.basis, c.At) && !t.open(c.Scheme, c.Event) {
				o := &revised{Charge: c, basis: r.basis, event: uuid.MustParse(c.Event)}
				owed[key{c.Scheme, string(c.Kind), o.event}] = o
				order = append(order, o)
			}
		}
	}
	reversed := map[int64]bool{}
	for _, p := range t.posted {
		if p.Reverses != nil {
			reversed[*p.Reverses] = true
		}
	}
	settled := map[*revised]bool{}
	for _, p := range t.posted {
		if p.Reverses != nil || !t.messages[p.EventID] {
			continue
		}
		o := owed[key{p.Scheme, p.Kind, p.EventID}]
		if o != nil {
			o.revision = max(o.revision, p.Revision)
		}
		switch {
		case reversed[p.ID]:
		case o != nil && sameFacts(p, o.Charge):
			settled[o] = true
		case t.open(p.Scheme, p.EventID.String()):
		default:
			t.reversals = append(t.reversals, p.ID)
			if s := schemes[p.Scheme]; s != nil && t.stuck == nil {
				t.stuck = pins.otherVersion(t, s, p.ChargedAt)
			}
		}
	}
	for _, o := range order {
		t.pin(pins, o)
		if settled[o] {
			continue
		}
		o.revision++
		t.charges = append(t.charges, *o)
		if t.stuck == nil {
			t.stuck = pins.otherVersion(t, o.basis.scheme, o.At)
		}
	}
}

func sameFacts(p db.ListPostedRowsRow, c tariff.Charge) bool {
	return p.Card == c.Card && text(p.Category) == c.Category && text(p.Market) == c.Market &&
		p.AmountMicros == c.AmountMicros && p.Currency == c.Currency && p.ChargedAt.Equal(c.At) && p.Rule == c.Rule
}
