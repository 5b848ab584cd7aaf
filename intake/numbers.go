package intake

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"
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

// findNumbers looks up the batch's business numbers and registers those that nobody has set up: unconfigured, with
// default settings. Numbers about which there is nothing to learn are remembered and cost no query.
func (a *attempt) findNumbers(ctx context.Context) error {
	type row struct {
		ID            uuid.UUID `json:"id"`
		PhoneNumberID string    `json:"phone_number_id"`
		Display       string    `json:"display"`
		WABA          string    `json:"waba_id"`
	}
	var asked []string
	for id, s := range a.b.numbers {
		if n, ok := a.Store.numbers.Load(id); ok && !n.(number).lacks(s) {
			a.numbers[id] = n.(number)
		} else {
			asked = append(asked, id)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	if err := a.readNumbers(ctx, asked); err != nil {
		return err
	}
	var unknown []row
	for _, id := range asked {
		if s, n := a.b.numbers[id], a.numbers[id]; n.id == uuid.Nil || n.lacks(s) {
			unknown = append(unknown, row{ID: uuid.New(), PhoneNumberID: id, Display: s.display, WABA: s.waba})
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.SortFunc(unknown, func(x, y row) int { return strings.Compare(x.PhoneNumberID, y.PhoneNumberID) })
	rows, err := a.q.RegisterNumbers(ctx, a.b.now, encode(unknown))
	if err != nil {
		return err
	}
	for _, r := range rows {
		a.numbers[r.PhoneNumberID] = number{id: r.ID, waba: r.WabaID != "", display: r.Display != ""}
	}
	return nil
}

// readNumbers looks up what is known of numbers. To read them is enough but for the first body that names one: writing,
// even where it changes nothing, would wait for every other process that does.
func (a *attempt) readNumbers(ctx context.Context, ids []string) error {
	rows, err := a.q.FindNumbers(ctx, ids)
	for _, r := range rows {
		a.numbers[r.PhoneNumberID] = number{id: r.ID, waba: r.WabaID != "", display: r.Display != ""}
	}
	return err
}

// rememberNumbers keeps what has been committed.
func (a *attempt) rememberNumbers() {
	for id, n := range a.numbers {
		a.Store.numbers.Store(id, n)
	}
}
