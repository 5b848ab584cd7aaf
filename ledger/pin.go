package ledger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/tariff"
)

// pinKey is a month of an account, and what its charges are made by.
type pinKey struct {
	scheme string
	set    string
	month  tariff.Month
}

// pin is a set of cards by which charges of the month were posted. The first prices the month; the next had a price that the
// first does not state, and prices what needs that.
type pin struct {
	place   int32 // from 1
	digest  string
	version int32 // of the scheme
}

// pins are those of some numbers, in order of their places.
type pins map[uuid.UUID]map[pinKey][]pin

func (p pins) add(number uuid.UUID, key pinKey, value pin) {
	if p[number] == nil {
		p[number] = map[pinKey][]pin{}
	}
	p[number][key] = append(p[number][key], value)
}

// errPinned says that somebody else pinned a month meanwhile: everything has to be rated again, with what they pinned.
var errPinned = errors.New("a month's prices were fixed by somebody else meanwhile")

func listPins(ctx context.Context, q *db.Queries, tallies []*tally) (pins, error) {
	numbers := map[uuid.UUID]bool{}
	for _, t := range tallies {
		if t.due() {
			numbers[t.number] = true
		}
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	rows, err := q.ListPins(ctx, slices.Collect(maps.Keys(numbers)))
	if err != nil {
		return nil, fmt.Errorf("list pins: %w", err)
	}
	found := pins{}
	for _, r := range rows {
		month, err := tariff.ParseMonth(r.Month)
		if err != nil {
			return nil, err
		}
		found.add(r.BusinessNumberID, pinKey{r.Scheme, r.CardSet, month}, pin{r.Place, r.Digest, r.SchemeVersion})
	}
	return found, nil
}

// otherVersion is an error if a month was posted under other rules of a scheme than this program's: those apply only when
// somebody says so.
func (p pins) otherVersion(t *tally, scheme tariff.Scheme, at time.Time) error {
	month := tariff.MonthOf(at, t.zone)
	for key, pinned := range p[t.number] {
		if key.scheme == scheme.Name() && key.month == month && int(pinned[0].version) != scheme.Version() {
			return fmt.Errorf("%s was posted by version %d of %s, and this program has version %d: starter charges rerate --from %s --to %s applies it",
				month, pinned[0].version, key.scheme, scheme.Version(), month, month.Next())
		}
	}
	return nil
}

// pin notes that the set that priced a charge is to be pinned to its month, unless it is. That is so as well for a charge that
// stands already: a month that a rerate has released and in which it changed nothing would else have the prices of whatever
// set comes next.
func (t *tally) pin(known pins, c *revised) {
	key := pinKey{c.Scheme, c.basis.set, tariff.MonthOf(c.At, t.zone)}
	pinned, digest := known[t.number][key], c.PricedBy().Digest()
	if slices.ContainsFunc(pinned, func(p pin) bool { return p.digest == digest }) {
		return
	}
	if t.pins == nil {
		t.pins = map[pinKey]pin{}
	}
	t.pins[key] = pin{int32(len(pinned)) + 1, digest, int32(c.basis.scheme.Version())}
}

// pinMonths fixes the prices of the months that are posted for the first time, or again after a rerate. errPinned: it must be
// tried again.
func pinMonths(ctx context.Context, q *db.Queries, tallies []*tally) error {
	type of struct {
		number uuid.UUID
		key    pinKey
	}
	missing := map[of]pin{} // the same for all tallies of a number: they were rated with the same sets
	for _, t := range tallies {
		for key, pin := range t.pins {
			missing[of{t.number, key}] = pin
		}
	}
	if len(missing) == 0 {
		return nil
	}
	var p db.PinCardsParams
	for of, pin := range missing {
		p.BusinessNumberIds = append(p.BusinessNumberIds, of.number)
		p.Schemes = append(p.Schemes, of.key.scheme)
		p.Months = append(p.Months, of.key.month.String())
		p.CardSets = append(p.CardSets, of.key.set)
		p.Places = append(p.Places, pin.place)
		p.Digests = append(p.Digests, pin.digest)
		p.SchemeVersions = append(p.SchemeVersions, pin.version)
	}
	pinned, err := q.PinCards(ctx, p)
	if err != nil {
		return fmt.Errorf("pin: %w", err)
	}
	if int(pinned) < len(p.Months) {
		return errPinned
	}
	return nil
}
