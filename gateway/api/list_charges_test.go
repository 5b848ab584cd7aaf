package api_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

// ledger is a fixture with a conversation that charges belong to.
type ledger struct {
	*fixture
	conversation uuid.UUID
}

// charge posts a charge for a message of its own.
func (l ledger) charge(at time.Time, scheme, rule, currency string, micros int64) int64 {
	l.t.Helper()
	event := uuid.New()
	l.exec(`INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at)
		VALUES ($1, 'inbound', 'text', 'api', $2, $3, $3)`, event, l.conversation, at)
	var id int64
	require.NoError(l.t, l.pool.QueryRow(l.t.Context(), `INSERT INTO charges (scheme, card, kind, event_id, revision,
			conversation_id, business_number_id, amount_micros, currency, charged_at, rule)
		VALUES ($1, $1 || '-2022', 'customer_initiated', $2, 1, $3, $4, $5, $6, $7, $8) RETURNING id`,
		scheme, event, l.conversation, l.number, micros, currency, at, rule).Scan(&id))
	return id
}

func (l ledger) reverse(id int64) {
	l.t.Helper()
	l.exec(`INSERT INTO charges (scheme, card, kind, event_id, revision, reverses, conversation_id, business_number_id,
			amount_micros, currency, charged_at, rule)
		SELECT scheme, card, kind, event_id, revision, id, conversation_id, business_number_id,
			-amount_micros, currency, charged_at, rule FROM charges WHERE id = $1`, id)
}

func (l ledger) read(r api.ListCharges) []api.Charge {
	l.t.Helper()
	page, err := r.Execute(l.t.Context(), l.api, noon)
	require.NoError(l.t, err)
	return page.Items
}

func newLedger(t *testing.T) ledger {
	f := newFixture(t)
	return ledger{f, f.add(someone{inbound: noon})}
}

func TestChargesOfThisMonthAreTheDefault(t *testing.T) {
	l := newLedger(t)
	month := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	l.charge(month.Add(-time.Second), "zenvia-conversion", "Z4", "BRL", 1)
	first := l.charge(month, "zenvia-conversion", "Z4", "BRL", 2)
	last := l.charge(month.AddDate(0, 1, 0).Add(-time.Second), "zenvia-conversion", "Z5", "BRL", 3)
	l.charge(month.AddDate(0, 1, 0), "zenvia-conversion", "Z4", "BRL", 4)

	charges := l.read(api.ListCharges{})
	require.Len(t, charges, 2)
	require.Equal(t, first, charges[0].ID)
	require.Equal(t, last, charges[1].ID)
	require.Equal(t, "Z5", charges[1].Rule)
	require.Equal(t, "zenvia-conversion-2022", charges[1].Card)
	require.EqualValues(t, 3, charges[1].AmountMicros)
	require.Equal(t, "BRL", charges[1].Currency)
	require.Equal(t, number, charges[1].Number.ID)
	require.Equal(t, l.conversation, *charges[1].ConversationID)
	require.Equal(t, time.Date(2026, 11, 30, 23, 59, 59, 0, time.UTC), *charges[1].At)
}

func TestChargesOfAPeriodAreHalfOpen(t *testing.T) {
	l := newLedger(t)
	for _, at := range []time.Time{noon, noon.Add(time.Second), noon.AddDate(0, -2, 0)} {
		l.charge(at, "zenvia-conversion", "Z4", "BRL", 1)
	}
	tests := []struct {
		name     string
		from, to string
		want     int
	}{
		{"from is in it", "2026-11-20T12:00:00Z", "2026-11-20T12:00:01Z", 1},
		{"to is not", "2026-11-20T11:59:59Z", "2026-11-20T12:00:00Z", 0},
		{"in another zone", "2026-11-20T13:00:00+01:00", "2026-11-20T13:00:01+01:00", 1},
		{"a plus that was not escaped", "2026-11-20T13:00:00 01:00", "2026-11-20T13:00:02 01:00", 2},
		{"dates", "2026-11-20", "2026-11-21", 2},
		{"from alone reaches to this month's end", "2026-09-20", "", 3},
		{"to alone goes back to its month's beginning", "", "2026-10-01", 1},
		{"an empty period", "2026-11-20", "2026-11-20", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Len(t, l.read(api.ListCharges{Period: api.Period{From: tt.from, To: tt.to}}), tt.want)
		})
	}
}

func TestChargesArePagedByTimeAndPosting(t *testing.T) {
	l := newLedger(t)
	var want []int64
	for range 7 {
		want = append(want, l.charge(noon, "zenvia-conversion", "Z4", "BRL", 1))
	}
	want = append(want, l.charge(noon.Add(time.Hour), "zenvia-conversion", "Z4", "BRL", 1))
	for limit := int32(1); limit <= 9; limit++ {
		var ids []int64
		for r := (api.ListCharges{Limit: limit}); ; {
			page, err := r.Execute(t.Context(), l.api, noon)
			require.NoError(t, err)
			for _, c := range page.Items {
				ids = append(ids, c.ID)
			}
			if page.NextCursor == nil {
				break
			}
			r.Cursor = *page.NextCursor
		}
		require.Equal(t, want, ids, "limit %d", limit)
	}
}

func TestSumsNeverMixCurrenciesAndLeaveOutWhatIsReversed(t *testing.T) {
	l := newLedger(t)
	l.charge(noon, "zenvia-conversion", "Z4", "BRL", 400_000)
	l.charge(noon.Add(12*time.Hour), "zenvia-conversion", "Z4", "BRL", 400_000)
	l.charge(noon, "zenvia-conversion", "Z5", "BRL", 600_000)
	l.charge(noon, "sirena", "S2", "USD", 50_000)
	l.reverse(l.charge(noon, "sirena", "S4", "USD", 70_000))

	n := func(i int64) *int64 { return &i }
	require.Equal(t, []api.Charge{
		{Scheme: "sirena", Charges: n(1), AmountMicros: 50_000, Currency: "USD"},
		{Scheme: "zenvia-conversion", Charges: n(3), AmountMicros: 1_400_000, Currency: "BRL"},
	}, l.read(api.ListCharges{GroupBy: []string{"scheme"}}))
	require.Equal(t, []api.Charge{
		{Rule: "S2", Charges: n(1), AmountMicros: 50_000, Currency: "USD"},
		{Rule: "Z4", Charges: n(2), AmountMicros: 800_000, Currency: "BRL"},
		{Rule: "Z5", Charges: n(1), AmountMicros: 600_000, Currency: "BRL"},
	}, l.read(api.ListCharges{GroupBy: []string{"rule"}}))
	require.Equal(t, []api.Charge{
		{Day: "2026-11-20", Charges: n(2), AmountMicros: 1_000_000, Currency: "BRL"},
		{Day: "2026-11-20", Charges: n(1), AmountMicros: 50_000, Currency: "USD"},
		{Day: "2026-11-21", Charges: n(1), AmountMicros: 400_000, Currency: "BRL"},
	}, l.read(api.ListCharges{GroupBy: []string{"day"}}))

	byNumber := l.read(api.ListCharges{GroupBy: []string{"number", "rule"}, Filter: api.Filter{Scheme: "sirena"}})
	require.Len(t, byNumber, 1)
	require.Equal(t, number, byNumber[0].Number.ID)
	require.Equal(t, "S2", byNumber[0].Rule)
}

func TestChargesOverHTTPTakeAListOfGroups(t *testing.T) {
	l := newLedger(t)
	l.charge(noon, "zenvia-conversion", "Z4", "BRL", 400_000)
	var page map[string]any
	l.call("GET", "/v1/charges?from=2026-11-01&to=2026-12-01&group_by=scheme,rule", "", &page)
	require.Equal(t, map[string]any{
		"items":       []any{map[string]any{"scheme": "zenvia-conversion", "rule": "Z4", "charges": 1.0, "amount_micros": 400000.0, "currency": "BRL"}},
		"next_cursor": nil,
	}, page)
}
