package api_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
	"reengage/ledger/invoice"
	"reengage/tariff"
)

// delivered stores a message that the business sent and that was delivered a second later, with a verdict or without.
func (l ledger) delivered(at time.Time, category, market, verdict string) {
	l.t.Helper()
	event, kind := uuid.New(), "template"
	if category == "" {
		kind = "freeform"
	}
	l.exec(`INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at, category, market)
		VALUES ($1, 'outbound', $2, 'webhook', $3, $4, $4, nullif($5, ''), nullif($6, ''))`, event, kind, l.conversation, at, category, market)
	l.exec(`INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at, message_id, pricing)
		VALUES ($1, 'status', 'delivered', 'webhook', $2, $3, $3, $4, nullif($5, '')::jsonb)`, uuid.New(), l.conversation, at.Add(time.Second), event, verdict)
}

func TestCostsAreComparedInTheOrderAskedForAndNothingIsPosted(t *testing.T) {
	l := newLedger(t)
	l.delivered(noon, "marketing", "BR", "")
	l.delivered(noon, "utility", "BR", "")
	l.delivered(noon, "marketing", "", "")                     // no market, so no price
	l.delivered(noon.AddDate(0, -2, 0), "marketing", "BR", "") // not this month
	other := l.other("America/Sao_Paulo")
	other.delivered(time.Date(2026, 12, 1, 2, 0, 0, 0, time.UTC), "marketing", "BR", "") // still November there

	compare := func(r api.CompareCosts) []tariff.SchemeTotal {
		page, err := r.Execute(t.Context(), l.api, noon)
		require.NoError(t, err)
		require.Nil(t, page.NextCursor)
		return page.Items
	}
	totals := compare(api.CompareCosts{Schemes: []string{"sirena", "meta-pmp-2026"}})
	require.Equal(t, []tariff.SchemeTotal{
		{Scheme: "sirena", Currencies: []tariff.CurrencyTotal{{Currency: "USD", Charges: 4, AmountMicros: 106_400,
			Rules: []tariff.RuleShare{{Rule: "S2", Charges: 4, AmountMicros: 106_400, Percent: 100}}}}},
		{Scheme: "meta-pmp-2026", Unpriced: 1, Currencies: []tariff.CurrencyTotal{{Currency: "USD", Charges: 3, AmountMicros: 131_800,
			Rules: []tariff.RuleShare{{Rule: "P2", Charges: 2, AmountMicros: 125_000, Percent: 94.84}, {Rule: "P3", Charges: 1, AmountMicros: 6_800, Percent: 5.16}}}}},
	}, totals)
	require.Equal(t, "meta-pmp-2026", compare(api.CompareCosts{Schemes: []string{"meta-pmp-2026", "sirena"}})[0].Scheme)
	require.Equal(t, 1, compare(api.CompareCosts{Schemes: []string{"sirena"}, Number: "206540352242922"})[0].Currencies[0].Charges)
	require.Empty(t, compare(api.CompareCosts{Schemes: []string{"sirena"}, Period: api.Period{From: "2026-11-21T00:00:00Z", To: "2026-11-22T00:00:00Z"}})[0].Currencies)

	require.NoError(t, l.ledger.LoadCardSet(t.Context(), "mine", fstest.MapFS{"mine.csv": {Data: []byte(
		"# scheme: sirena\n# currency: EUR\n# effective: 2022-01-01\n# source: a test\n# read: 2026-11\n# example: true\ncustomer_initiated,business_initiated\n1,2\n")}}))
	require.Equal(t, []tariff.CurrencyTotal{{Currency: "EUR", Charges: 4, AmountMicros: 8,
		Rules: []tariff.RuleShare{{Rule: "S2", Charges: 4, AmountMicros: 8, Percent: 100}}}},
		compare(api.CompareCosts{Schemes: []string{"sirena"}, CardSet: "mine"})[0].Currencies)

	var rows int
	require.NoError(t, l.pool.QueryRow(t.Context(), `SELECT count(*) FROM charges`).Scan(&rows))
	require.Zero(t, rows)
}

const invoiceHead = "day,market,category,type,messages,amount_micros,currency\n"

func TestAnInvoiceIsComparedByDayMarketCategoryAndType(t *testing.T) {
	l := newLedger(t)
	other := l.other("America/Sao_Paulo")
	l.delivered(noon, "marketing", "BR", "")
	other.delivered(time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC), "marketing", "BR", "") // the 20th there
	l.delivered(noon, "", "BR", "")
	l.delivered(noon, "utility", "BR", `{"model":"PMP","type":"regular","category":"marketing"}`)
	l.delivered(noon, "marketing", "", "")

	compare := func(r api.CompareInvoice) api.InvoiceComparison {
		result, err := r.Execute(t.Context(), l.api, noon)
		require.NoError(t, err)
		return result
	}
	good := invoiceHead + "2026-11-20,BR,marketing,regular,3,187500,USD\n2026-11-20,BR,service,free_customer_service,1,0,USD\n"
	require.Equal(t, api.InvoiceComparison{From: "2026-11-20", To: "2026-11-21", Lines: 2, Unpriced: 1, Verdicts: 1,
		Result: invoice.Result{Cells: 2, Differences: []invoice.Difference{}}}, compare(api.CompareInvoice{RawBody: []byte(good)}))

	// Meta has charged as we would have, and not as its verdict said; and a price is another one.
	key := invoice.Key{Day: "2026-11-20", Market: "BR", Category: "marketing", Type: "regular", Currency: "USD"}
	utility := key
	utility.Category = "utility"
	got := compare(api.CompareInvoice{RawBody: []byte(invoiceHead +
		"2026-11-20,BR,marketing,regular,2,125001,USD\n2026-11-20,BR,utility,regular,1,6800,USD\n2026-11-20,BR,service,free_customer_service,1,0,USD\n")})
	require.Equal(t, invoice.Result{Cells: 3, Unexplained: 1, Differences: []invoice.Difference{
		{Key: key, Invoiced: invoice.Count{Messages: 2, AmountMicros: 125_001}, Computed: invoice.Count{Messages: 3, AmountMicros: 187_500}, Verdicts: -1,
			Explained: invoice.Count{Messages: -1, AmountMicros: -62_500}, Unexplained: invoice.Count{AmountMicros: 1}},
		{Key: utility, Invoiced: invoice.Count{Messages: 1, AmountMicros: 6_800}, Verdicts: 1, Explained: invoice.Count{Messages: 1, AmountMicros: 6_800}},
	}}, got.Result)

	// Of one number, by the file or by the request; lines of others are skipped.
	numbered := "number,day,market,category,type,messages,amount,currency\n206540352242922,2026-11-20,BR,marketing,regular,1,0.0625,USD\n" +
		number + ",2026-11-20,BR,marketing,regular,2,0.125,USD\n" + number + ",2026-11-20,BR,service,free_customer_service,1,0,USD\n"
	require.Empty(t, compare(api.CompareInvoice{RawBody: []byte(numbered)}).Differences)
	got = compare(api.CompareInvoice{RawBody: []byte(numbered), Number: "206540352242922"})
	require.Empty(t, got.Differences)
	require.Equal(t, []int{1, 2}, []int{got.Lines, got.SkippedLines})
	require.Empty(t, compare(api.CompareInvoice{RawBody: []byte(invoiceHead + "2026-11-20,BR,marketing,regular,1,62500,USD\n"), Number: "206540352242922"}).Differences)

	// What we computed for a day of which the invoice knows nothing is a difference as well.
	got = compare(api.CompareInvoice{RawBody: []byte(invoiceHead)})
	require.Equal(t, []string{"2026-11-01", "2026-12-01"}, []string{got.From, got.To})
	require.Equal(t, 2, got.Unexplained)
	got = compare(api.CompareInvoice{RawBody: []byte(good), From: "2026-11-21", To: "2026-11-22"})
	require.Equal(t, []int{0, 2, 0}, []int{got.Lines, got.SkippedLines, got.Unexplained})
}

func TestAnInvoiceThatSpansTwoTariffsIsComparedWithEachInItsTime(t *testing.T) {
	l := newLedger(t)
	change := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for _, at := range []time.Time{change.Add(-2 * time.Second), change} { // delivered a second later
		l.exec(`INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at, opens_window)
			VALUES ($1, 'inbound', 'text', 'webhook', $2, $3, $3, true)`, uuid.New(), l.conversation, at.Add(-time.Hour))
		l.delivered(at, "utility", "BR", "")
	}
	r := api.CompareInvoice{RawBody: []byte(invoiceHead +
		"2026-09-30,BR,utility,free_customer_service,1,0,USD\n2026-10-01,BR,utility,regular,1,6800,USD\n")}
	got, err := r.Execute(t.Context(), l.api, noon)
	require.NoError(t, err)
	require.Empty(t, got.Differences)
	require.Equal(t, 2, got.Cells)
}

func TestAnInvoiceGoesOverHTTPAsCSV(t *testing.T) {
	l := newLedger(t)
	l.delivered(noon, "marketing", "BR", "")
	var result map[string]any
	res := l.call("POST", "/v1/charges/invoice", "\ufeff"+invoiceHead+"2026-11-20,BR,marketing,regular,1,62499,USD\r\n", &result)
	require.Equal(t, http.StatusOK, res.StatusCode, "%v", result)
	require.EqualValues(t, 1, result["unexplained"])
	require.Equal(t, map[string]any{"messages": 0.0, "amount_micros": -1.0}, result["differences"].([]any)[0].(map[string]any)["unexplained"])
}

func running(err error) bool {
	var p *api.Problem
	return errors.As(err, &p) && p.Code == "comparison_running"
}

func TestThereIsOneComparisonAtATimeAndItEndsWithItsRequest(t *testing.T) {
	l := newLedger(t)
	l.delivered(noon, "marketing", "BR", "")
	held, err := l.pool.Begin(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = held.Rollback(context.Background()) })
	_, err = held.Exec(t.Context(), `LOCK TABLE events IN ACCESS EXCLUSIVE MODE`) // so that the first one does not end
	require.NoError(t, err)

	first, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		for {
			_, err := (&api.CompareCosts{Schemes: []string{"sirena"}}).Execute(first, l.api, noon)
			if !running(err) { // what it meets may be the other one, below
				ended <- err
				return
			}
		}
	}()
	require.Eventually(t, func() bool {
		ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer stop()
		_, err := (&api.CompareInvoice{RawBody: []byte(invoiceHead)}).Execute(ctx, l.api, noon)
		return running(err)
	}, time.Minute, 10*time.Millisecond)
	var p api.Problem
	res := l.call("GET", "/v1/costs/compare?schemes=sirena", "", &p)
	require.Equal(t, http.StatusTooManyRequests, res.StatusCode)
	require.Equal(t, "5", res.Header.Get("Retry-After"))

	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.NoError(t, held.Rollback(t.Context()))
	_, err = (&api.CompareCosts{Schemes: []string{"sirena"}}).Execute(t.Context(), l.api, noon)
	require.NoError(t, err, "the turn is free again")
}
