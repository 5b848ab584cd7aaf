package ledger

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/db"
	"reengage/tariff"
)

func TestWhoChangesWhatIsOwedIsOnRecord(t *testing.T) {
	w := newWorld(t)
	number := w.number("shop").String()
	ctx := db.As(t.Context(), "operator")
	assign := Assignment{PhoneNumberID: "shop", Scheme: zenvia, From: monday}
	rerate := Rerate{From: tariff.MonthOf(monday, monday.Location()), To: tariff.MonthOf(monday.AddDate(0, 1, 0), monday.Location())}
	for range 2 { // the second time nothing is changed
		require.NoError(t, w.ledger.Assign(ctx, assign))
	}
	require.NoError(t, w.ledger.Assign(context.WithoutCancel(t.Context()), Assignment{PhoneNumberID: "shop", Scheme: "sirena"}), "nobody has asked")
	_, err := w.ledger.Rerate(ctx, rerate)
	require.NoError(t, err)
	rerate.PhoneNumberID = "shop"
	_, err = w.ledger.Rerate(ctx, rerate)
	require.NoError(t, err)
	require.ErrorIs(t, w.ledger.Assign(ctx, Assignment{PhoneNumberID: "nobody", Scheme: zenvia}), ErrUnknownNumber)

	rows, err := w.pool.Query(t.Context(), `SELECT who || ' ' || action || ' ' || subject FROM audit ORDER BY id`)
	require.NoError(t, err)
	var all []string
	for rows.Next() {
		var row string
		require.NoError(t, rows.Scan(&row))
		all = append(all, row)
	}
	require.NotEmpty(t, number)
	require.Equal(t, []string{"operator assign_scheme number/shop", "operator rerate number/all", "operator rerate number/shop"}, all)
}
