package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

// total brings the totals up to date, as settlement does.
func (l ledger) total() {
	l.t.Helper()
	require.NoError(l.t, l.ledger.Total(l.t.Context()))
}

// other is a number in another zone, with a conversation.
func (l ledger) other(zone string) ledger {
	l.t.Helper()
	second := *l.fixture
	second.number = l.addNumber("206540352242922")
	l.exec(`UPDATE business_numbers SET account_time_zone = $2 WHERE id = $1`, second.number, zone)
	return ledger{&second, second.add(someone{inbound: noon})}
}

// each runs a test with charges that no totals have, with some that have, and with all.
func each(t *testing.T, arrange func(l ledger, halfway func()), check func(l ledger)) {
	for name, totals := range map[string]struct{ halfway, end bool }{"NotTotalled": {}, "PartlyTotalled": {true, false}, "Totalled": {true, true}} {
		t.Run(name, func(t *testing.T) {
			l := newLedger(t)
			arrange(l, func() {
				if totals.halfway {
					l.total()
				}
			})
			if totals.end {
				l.total()
			}
			check(l)
		})
	}
}

func TestSumsAreTheSameWhateverIsTotalled(t *testing.T) {
	each(t, func(l ledger, halfway func()) {
		l.charge(noon, "zenvia-conversion", "Z4", "BRL", 400_000)
		gone := l.charge(noon, "sirena", "S2", "USD", 70_000)
		halfway()
		l.reverse(gone)
		l.charge(noon.Add(12*time.Hour), "zenvia-conversion", "Z4", "BRL", 400_000)
		l.charge(noon, "sirena", "S3", "USD", 10_000)
		l.charge(noon.AddDate(0, 1, 0), "sirena", "S3", "USD", 10_000)
	}, func(l ledger) {
		n := func(i int64) *int64 { return &i }
		require.Equal(l.t, []api.Charge{
			{Scheme: "sirena", Rule: "S3", Charges: n(1), AmountMicros: 10_000, Currency: "USD"},
			{Scheme: "zenvia-conversion", Rule: "Z4", Charges: n(2), AmountMicros: 800_000, Currency: "BRL"},
		}, l.read(api.ListCharges{GroupBy: []string{"scheme", "rule"}}))
		require.Equal(l.t, []api.Charge{
			{Day: "2026-11-20", Kind: "customer_initiated", Charges: n(1), AmountMicros: 400_000, Currency: "BRL"},
			{Day: "2026-11-21", Kind: "customer_initiated", Charges: n(1), AmountMicros: 400_000, Currency: "BRL"},
		}, l.read(api.ListCharges{GroupBy: []string{"kind", "day"}, Filter: api.Filter{Currency: "BRL"}}))
		// An instant that is no account's midnight, and one that is.
		require.Equal(l.t, []api.Charge{{Kind: "customer_initiated", Charges: n(1), AmountMicros: 400_000, Currency: "BRL"}},
			l.read(api.ListCharges{Period: api.Period{From: "2026-11-20T12:00:01Z"}, GroupBy: []string{"kind"}}))
		require.Equal(l.t, []api.Charge{{Kind: "customer_initiated", Charges: n(1), AmountMicros: 400_000, Currency: "BRL"}},
			l.read(api.ListCharges{Period: api.Period{From: "2026-11-21T00:00:00Z"}, GroupBy: []string{"kind"}}))
	})
}

func TestDaysAreThoseOfEachNumbersAccount(t *testing.T) {
	var saoPaulo ledger
	midnight := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	each(t, func(l ledger, halfway func()) {
		saoPaulo = l.other("America/Sao_Paulo") // three hours behind
		l.charge(midnight, "sirena", "S2", "USD", 1)
		saoPaulo.charge(midnight, "sirena", "S2", "USD", 10)
		halfway()
		saoPaulo.charge(midnight.Add(3*time.Hour), "sirena", "S2", "USD", 100)
		saoPaulo.charge(time.Date(2026, 11, 1, 2, 59, 59, 0, time.UTC), "sirena", "S2", "USD", 1000) // still October there
	}, func(l ledger) {
		micros := func(r api.ListCharges) map[string]int64 {
			sums := map[string]int64{}
			for _, c := range l.read(r) {
				sums[strings.Trim(c.Group("number")+" "+c.Day, " ")] += c.AmountMicros
			}
			return sums
		}
		require.Equal(l.t, map[string]int64{
			number + " 2026-11-21": 1, "206540352242922 2026-11-20": 10, "206540352242922 2026-11-21": 100,
		}, micros(api.ListCharges{GroupBy: []string{"number", "day"}}))
		require.Equal(l.t, map[string]int64{"2026-11-21": 101},
			micros(api.ListCharges{Period: api.Period{From: "2026-11-21", To: "2026-11-22"}, GroupBy: []string{"day"}}))
		require.Len(l.t, l.read(api.ListCharges{Period: api.Period{From: "2026-11-21", To: "2026-11-22"}}), 2)
		// As instants they are the same for all.
		require.Equal(l.t, map[string]int64{"2026-11-20": 10, "2026-11-21": 101},
			micros(api.ListCharges{Period: api.Period{From: "2026-11-21T00:00:00Z", To: "2026-11-22T00:00:00Z"}, GroupBy: []string{"day"}}))

		// The account moves: its days are others from this moment on, and again when they have been totalled anew.
		l.exec(`UPDATE business_numbers SET account_time_zone = 'UTC'`)
		for range 2 {
			require.Equal(l.t, map[string]int64{
				number + " 2026-11-21": 1, "206540352242922 2026-11-01": 1000, "206540352242922 2026-11-21": 110,
			}, micros(api.ListCharges{GroupBy: []string{"number", "day"}}))
			l.total()
		}
	})
}

func TestChargesOfOneContact(t *testing.T) {
	l := newLedger(t)
	l.charge(noon, "sirena", "S2", "USD", 1)
	other := ledger{l.fixture, l.add(someone{inbound: noon})}
	other.charge(noon, "sirena", "S2", "USD", 10)
	l.total()
	byContact := l.read(api.ListCharges{GroupBy: []string{"contact"}})
	require.Len(t, byContact, 2)
	for _, c := range byContact {
		r := api.ListCharges{Contact: c.ContactID.String()}
		rows := l.read(r)
		require.Len(t, rows, 1)
		require.Equal(t, c.AmountMicros, rows[0].AmountMicros)
		require.Equal(t, c.ContactID, rows[0].ContactID)
		r.GroupBy = []string{"scheme"}
		require.Equal(t, c.AmountMicros, l.read(r)[0].AmountMicros)
	}
}

func TestEveryFilterCounts(t *testing.T) {
	l := newLedger(t)
	second := l.other("UTC")
	category, market := "marketing", "BR"
	id := second.charge(noon, "sirena", "S2", "USD", 1)
	l.exec(`ALTER TABLE charges DISABLE TRIGGER charges_no_change`)
	l.exec(`UPDATE charges SET category = $2, market = $3, kind = 'message' WHERE id = $1`, id, category, market)
	l.charge(noon, "zenvia-conversion", "Z4", "BRL", 10)
	for range 2 {
		for name, f := range map[string]api.Filter{
			"number": {Number: "206540352242922"}, "scheme": {Scheme: "sirena"}, "kind": {Kind: "message"}, "category": {Category: category},
			"market": {Market: market}, "rule": {Rule: "S2"}, "currency": {Currency: "USD"},
		} {
			rows := l.read(api.ListCharges{Filter: f})
			require.Len(t, rows, 1, name)
			require.Equal(t, id, rows[0].ID, name)
			for _, groups := range [][]string{{"day"}, {"contact"}, {"market", "category"}} {
				sums := l.read(api.ListCharges{Filter: f, GroupBy: groups})
				require.Len(t, sums, 1, name)
				require.EqualValues(t, 1, sums[0].AmountMicros, name)
			}
		}
		groups := l.read(api.ListCharges{GroupBy: []string{"category", "market"}})
		require.Len(t, groups, 2)
		require.Nil(t, groups[0].Category, "what does not apply is missing")
		require.Equal(t, []string{category, market}, []string{*groups[1].Category, *groups[1].Market})
		l.total()
	}
}

// traced keeps the statements that read charges.
type traced struct {
	sql  []string
	args [][]any
}

func (s *traced) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if strings.Contains(q.SQL, "FROM charges h") {
		s.sql, s.args = append(s.sql, q.SQL), append(s.args, q.Args)
	}
	return ctx
}
func (*traced) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// plans are the plans of the statements that read charges for a report.
func (l ledger) plans(r api.ListCharges) string {
	l.t.Helper()
	var seen traced
	config := l.pool.Config().Copy()
	config.ConnConfig.Tracer = &seen
	pool, err := pgxpool.NewWithConfig(l.t.Context(), config)
	require.NoError(l.t, err)
	defer pool.Close()
	_, err = r.Execute(l.t.Context(), api.New(api.Deps{Pool: pool, Log: quiet}), noon)
	require.NoError(l.t, err)
	require.NotEmpty(l.t, seen.sql)
	var plans strings.Builder
	for i, sql := range seen.sql {
		rows, err := l.pool.Query(l.t.Context(), "EXPLAIN "+sql, seen.args[i]...)
		require.NoError(l.t, err)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(l.t, err)
		plans.WriteString(strings.Join(lines, "\n") + "\n")
	}
	return plans.String()
}

func TestReportsDoNotReadAllCharges(t *testing.T) {
	l := newLedger(t)
	l.exec(`ALTER TABLE charges DISABLE TRIGGER ALL`)
	l.exec(`INSERT INTO charges (scheme, card, kind, event_id, revision, conversation_id, business_number_id, market, amount_micros,
			currency, charged_at, rule)
		SELECT 'meta-pmp-2026', 'card', 'message', gen_random_uuid(), 1, CASE WHEN i % 500 = 0 THEN $1 ELSE gen_random_uuid() END, $2,
			'M' || i % 10, i, 'USD', timestamptz '2026-01-01Z' + i * interval '10 minutes', 'P2'
		FROM generate_series(1, 50000) i`, l.conversation, l.number)
	l.exec(`ALTER TABLE charges ENABLE TRIGGER ALL`)
	l.total()
	l.exec(`ANALYZE`)
	for range 20 {
		l.charge(noon, "sirena", "S2", "USD", 1)
	}
	var contact uuid.UUID
	require.NoError(t, l.pool.QueryRow(t.Context(), `SELECT contact_id FROM conversations WHERE id = $1`, l.conversation).Scan(&contact))
	day := api.Period{From: "2026-11-20", To: "2026-11-21"}
	for name, tt := range map[string]struct {
		report api.ListCharges
		index  string
	}{
		"a month by market":     {api.ListCharges{GroupBy: []string{"market"}}, "charges_by_posting"},
		"everything by day":     {api.ListCharges{Period: api.Period{From: "2026-01-01", To: "2027-01-01"}, GroupBy: []string{"day"}}, "charges_by_posting"},
		"a month of one number": {api.ListCharges{GroupBy: []string{"number", "rule"}, Filter: api.Filter{Number: number}}, "charges_by_posting"},
		"an odd hour":           {api.ListCharges{Period: api.Period{From: "2026-11-20T11:30:00Z", To: "2026-11-20T12:30:00Z"}, GroupBy: []string{"rule"}}, "charges_by_time"},
		"a day by contact":      {api.ListCharges{Period: day, GroupBy: []string{"contact"}}, "charges_by_time"},
		"a contact":             {api.ListCharges{Contact: contact.String(), GroupBy: []string{"day"}}, "charges_by_conversation"},
		"a page":                {api.ListCharges{}, "Index Scan using charges_by"},
	} {
		t.Run(name, func(t *testing.T) {
			plan := l.plans(tt.report)
			require.NotContains(t, plan, "Seq Scan on charges", plan)
			require.Contains(t, plan, tt.index, plan)
		})
	}
}
