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

// pin is what the month was first posted with.
type pin struct {
	digest  string
	version int32
}

// pins are those of some numbers.
type pins map[uuid.UUID]map[pinKey]pin

func (p pins) set(number uuid.UUID, key pinKey, value pin) {
	if p[number] == nil {
		p[number] = map[pinKey]pin{}
	}
	p[number][key] = value
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
	return numbersPins(ctx, q, slices.Collect(maps.Keys(numbers)))
}

func numbersPins(ctx context.Context, q *db.Queries, numbers []uuid.UUID) (pins, error) {
	rows, err := q.ListPins(ctx, numbers)
	if err != nil {
		return nil, fmt.Errorf("list pins: %w", err)
	}
	found := pins{}
	for _, r := range rows {
		month, err := ParseMonth(r.Month)
		if err != nil {
			return nil, err
		}
		found.set(r.BusinessNumberID, pinKey{r.Scheme, r.CardSet, month}, pin{r.Digest, r.SchemeVersion})
	}
	return found, nil
}

// ParseMonth reads "2026-10".
func ParseMonth(s string) (tariff.Month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return tariff.Month{}, fmt.Errorf("%q is not a month like 2026-10", s)
	}
	return tariff.Month{Year: t.Year(), Month: t.Month()}, nil
}

// otherVersion is an error if a month was posted under other rules of a scheme than this program's: those apply only when
// somebody says so.
func (p pins) otherVersion(t *tally, scheme tariff.Scheme, at time.Time) error {
	month := tariff.MonthOf(at, t.zone)
	for key, pin := range p[t.number] {
		if key.scheme == scheme.Name() && key.month == month && int(pin.version) != scheme.Version() {
			return fmt.Errorf("%s was posted by version %d of %s, and this program has version %d: starter charges rerate --from %s --to %s applies it",
				month, pin.version, key.scheme, scheme.Version(), month, month.Next())
		}
	}
	return nil
}

// pin notes that the month of a charge is to be pinned, unless it is. That is so as well for a charge that stands already: a
// month that a rerate has released and in which it changed nothing would else have the prices of whatever set comes next.
func (t *tally) pin(known pins, c *revised) {
	key := pinKey{c.Scheme, c.basis.set, tariff.MonthOf(c.At, t.zone)}
	if _, ok := known[t.number][key]; ok {
		return
	}
	if t.pins == nil {
		t.pins = map[pinKey]pin{}
	}
	t.pins[key] = pin{c.basis.digest, int32(c.basis.scheme.Version())}
}

// pinMonths fixes the prices of the months that are posted for the first time, or again after a rerate. errPinned: it must be
// tried again.
func pinMonths(ctx context.Context, q *db.Queries, tallies []*tally) error {
	missing := pins{}
	for _, t := range tallies {
		for key, pin := range t.pins {
			missing.set(t.number, key, pin)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	var p db.PinCardsParams
	for number, months := range missing {
		for key, pin := range months {
			p.BusinessNumberIds = append(p.BusinessNumberIds, number)
			p.Schemes = append(p.Schemes, key.scheme)
			p.Months = append(p.Months, key.month.String())
			p.CardSets = append(p.CardSets, key.set)
			p.Digests = append(p.Digests, pin.digest)
			p.SchemeVersions = append(p.SchemeVersions, pin.version)
		}
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
