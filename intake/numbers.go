package intake

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"reengage/db"
)

// number is a business number as far as it is known. A number's id never changes.
type number struct {
	id            uuid.UUID
	waba, display bool // whether they are known
}

// lacks reports whether a sighting holds something that is not known of the number.
func (n number) lacks(s sighting) bool {
	return !n.waba && s.waba != "" || !n.display && s.display != ""
}

// newNumber is a row of business_numbers on its way there.
type newNumber struct {
	ID            uuid.UUID `json:"id"`
	PhoneNumberID string    `json:"phone_number_id"`
	Display       string    `json:"display"`
	WABA          string    `json:"waba_id"`
}

// findNumbers looks up the batch's business numbers and registers those that nobody has set up: unconfigured, with
// default settings. Numbers about which there is nothing to learn are remembered and cost no query. It is no part of the
// transaction, in which the first body that names a number would keep all others waiting to its end; a number without
// events does no harm.
func (s *Store) findNumbers(ctx context.Context, b *batch) (map[string]number, error) {
	found := map[string]number{}
	lacking := func(id string) bool {
		n, ok := found[id]
		return !ok || n.lacks(b.numbers[id])
	}
	for id := range b.numbers {
		if n, ok := s.numbers.Load(id); ok {
			found[id] = n.(number)
		}
	}
	if err := s.readNumbers(ctx, found, idsWhere(b.numbers, lacking)); err != nil {
		return nil, err
	}
	var unknown []newNumber
	for _, id := range idsWhere(b.numbers, lacking) {
		unknown = append(unknown, newNumber{uuid.New(), id, b.numbers[id].display, b.numbers[id].waba})
	}
	return found, s.registerNumbers(ctx, found, b.now, unknown)
}

// idsWhere lists phone number ids in order.
func idsWhere(seen map[string]sighting, is func(id string) bool) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(seen)), func(id string) bool { return !is(id) })
}

// readNumbers adds what is known of some numbers.
func (s *Store) readNumbers(ctx context.Context, found map[string]number, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := db.New(s.pool).FindNumbers(ctx, ids)
	if err != nil {
		return fmt.Errorf("find business numbers: %w", err)
	}
	for _, r := range rows {
		s.remember(found, r.PhoneNumberID, number{id: r.ID, waba: r.WabaID != "", display: r.Display != ""})
	}
	return nil
}

// registerNumbers makes numbers, or adds to them what was not known.
func (s *Store) registerNumbers(ctx context.Context, found map[string]number, now time.Time, unknown []newNumber) error {
	if len(unknown) == 0 {
		return nil
	}
	rows, err := db.New(s.pool).RegisterNumbers(ctx, now, encode(unknown))
	if err != nil {
		return fmt.Errorf("register business numbers: %w", err)
	}
	for _, r := range rows {
		s.remember(found, r.PhoneNumberID, number{id: r.ID, waba: r.WabaID != "", display: r.Display != ""})
	}
	return nil
}

func (s *Store) remember(found map[string]number, phoneNumberID string, n number) {
	found[phoneNumberID] = n
	s.numbers.Store(phoneNumberID, n)
}

// forget drops what has been read once and for all from a database that has since been replaced by another, or by an older
// copy of itself.
func (s *Store) forget() {
	s.numbers.Clear()
	s.key.Store(nil)
}
