package ledger

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/db"
)

// byHand is a world with two numbers and charges that are posted by hand, so that what they are is the test's to say.
type byHand struct {
	*world
	numbers       []uuid.UUID
	conversations []uuid.UUID // one for each number
}

func newByHand(t testing.TB) byHand { return byHandIn(newWorld(t)) }

func byHandIn(w *world) byHand {
	b := byHand{world: w}
	for range 2 {
		b.numbers = append(b.numbers, b.number(uuid.NewString()))
		b.conversations = append(b.conversations, b.conversation(b.numbers[len(b.numbers)-1]))
	}
	return b
}

// begin begins a transaction that a failing test does not leave behind: the pool would wait for it.
func (b byHand) begin() pgx.Tx {
	b.t.Helper()
	tx, err := b.pool.Begin(b.t.Context())
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	return tx
}

// post posts a charge of a number and returns its id.
func (b byHand) post(on db.DBTX, number int, at time.Time, micros int64) (id int64) {
	b.t.Helper()
	event := b.id(0)
	b.exec(`INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at)
		VALUES ($1, 'inbound', 'text', 'api', $2, $3, $3)`, event, b.conversations[number], at)
	require.NoError(b.t, on.QueryRow(b.t.Context(), `INSERT INTO charges (scheme, card, kind, event_id, revision, conversation_id,
			business_number_id, amount_micros, currency, charged_at, rule, market)
		VALUES ('sirena', 'card', 'template', $1, 1, $2, $3, $4, $5, $6, 'S2', $7) RETURNING id`, event, b.conversations[number],
		b.numbers[number], micros, []string{"BRL", "USD"}[micros%2], at, []*string{nil, new("BR")}[micros%2]).Scan(&id))
	return id
}

func (b byHand) reverse(on db.DBTX, charge int64) {
	b.t.Helper()
	reversed, err := db.New(on).ReverseCharges(b.t.Context(), []int64{charge})
	require.NoError(b.t, err)
	require.EqualValues(b.t, 1, reversed)
}

// check compares what a report says of the two numbers with plain sums of their charges, in one snapshot.
func (b byHand) check() {
	b.t.Helper()
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	require.NoError(b.t, pgx.BeginTxFunc(b.t.Context(), b.pool, options, func(tx pgx.Tx) error {
		require.Equal(b.t, b.plain(tx), b.reported(tx))
		return nil
	}))
}

// plain sums up the charges themselves: "number day currency market: charges micros", of numbers that have totals.
func (b byHand) plain(tx pgx.Tx) []string {
	rows, err := tx.Query(b.t.Context(), `SELECT concat_ws(' ', h.business_number_id,
			to_char(h.charged_at AT TIME ZONE n.account_time_zone, 'YYYY-MM-DD'), h.currency, h.market)
			|| ': ' || sum(sign(h.amount_micros)) || ' ' || sum(h.amount_micros)
		FROM charges h JOIN business_numbers n ON n.id = h.business_number_id
		JOIN totalled_numbers z ON z.business_number_id = n.id AND z.account_time_zone = n.account_time_zone
		WHERE h.business_number_id = ANY ($1)
		GROUP BY h.business_number_id, to_char(h.charged_at AT TIME ZONE n.account_time_zone, 'YYYY-MM-DD'), h.currency, h.market
		HAVING sum(h.amount_micros) <> 0`, b.numbers)
	require.NoError(b.t, err)
	sums, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(b.t, err)
	slices.Sort(sums)
	return slices.Clip(append([]string{}, sums...))
}

func (b byHand) reported(tx pgx.Tx) []string {
	q := db.New(tx)
	numbers, err := q.ListReportedNumbers(b.t.Context(), "")
	require.NoError(b.t, err)
	p := db.SumTotalsParams{ByDay: true, ByNumber: true, ByMarket: true, MaxRows: 1000}
	for _, n := range numbers {
		if n.Totalled && slices.Contains(b.numbers, n.ID) {
			p.Horizon = n.Horizon
			p.NumberIds = append(p.NumberIds, n.ID)
			p.FromDays, p.ToDays = append(p.FromDays, "2000-01-01"), append(p.ToDays, "2100-01-01")
		}
	}
	rows, err := q.SumTotals(b.t.Context(), p)
	require.NoError(b.t, err)
	sums := []string{}
	for _, r := range rows {
		if r.Market != "" {
			r.Market = " " + r.Market
		}
		sums = append(sums, fmt.Sprintf("%s %s %s%s: %d %d", r.NumberID, r.Day, r.Currency, r.Market, r.Charges, r.AmountMicros))
	}
	slices.Sort(sums)
	return sums
}

// totals lists the rows of the totals, without those that have come to nothing.
func (b byHand) totals() []string {
	b.t.Helper()
	rows, err := b.pool.Query(b.t.Context(), `SELECT t::text FROM charge_totals t
		WHERE business_number_id = ANY ($1) AND amount_micros <> 0 ORDER BY 1`, b.numbers)
	require.NoError(b.t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(b.t, err)
	return list
}

func (b byHand) total() {
	b.t.Helper()
	require.NoError(b.t, b.ledger.Total(b.t.Context()))
}

// forget makes the totals of the two numbers be made anew.
func (b byHand) forget() {
	b.t.Helper()
	b.exec(`DELETE FROM totalled_numbers WHERE business_number_id = ANY ($1)`, b.numbers)
}

// Charges are posted by transactions that overlap in any way, some of which are given up; totals are brought up to date and
// accounts change their zone meanwhile. At every moment a report says what plain sums say.
func TestTotalsAndTheRestAreThePlainSums(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(r *rapid.T) {
		b := byHandIn(w)
		type posting struct {
			tx  pgx.Tx
			ids []int64
		}
		var open []*posting
		var standing []int64 // committed and not reversed
		end := func(i int) *posting {
			p := open[i]
			open = slices.Delete(open, i, i+1)
			return p
		}
		one := func(r *rapid.T) int {
			if len(open) == 0 {
				r.Skip("no transaction is open")
			}
			return rapid.IntRange(0, len(open)-1).Draw(r, "transaction")
		}
		r.Repeat(map[string]func(*rapid.T){
			"begin": func(r *rapid.T) {
				if len(open) == 3 {
					r.Skip("enough are open")
				}
				open = append(open, &posting{tx: b.begin()})
			},
			"post": func(r *rapid.T) {
				p := open[one(r)]
				at := monday.Add(time.Duration(rapid.IntRange(0, 72).Draw(r, "hour")) * time.Hour)
				number := rapid.IntRange(0, 1).Draw(r, "number")
				p.ids = append(p.ids, b.post(p.tx, number, at, rapid.Int64Range(1, 4).Draw(r, "micros")))
			},
			"reverse": func(r *rapid.T) {
				p := open[one(r)]
				if len(standing) == 0 {
					r.Skip("nothing stands")
				}
				i := rapid.IntRange(0, len(standing)-1).Draw(r, "charge")
				b.reverse(p.tx, standing[i])
				standing = slices.Delete(standing, i, i+1)
			},
			"commit": func(r *rapid.T) {
				p := end(one(r))
				require.NoError(t, p.tx.Commit(t.Context()))
				standing = append(standing, p.ids...)
			},
			"give up": func(r *rapid.T) {
				require.NoError(t, end(one(r)).tx.Rollback(t.Context()))
				standing = nil // some of what it reversed stands again; which, does not matter
			},
			"total":  func(*rapid.T) { b.total() },
			"forget": func(*rapid.T) { b.forget() },
			"move": func(r *rapid.T) {
				b.exec(`UPDATE business_numbers SET account_time_zone = $2 WHERE id = $1`, b.numbers[rapid.IntRange(0, 1).Draw(r, "number")],
					rapid.SampledFrom([]string{"UTC", "America/Sao_Paulo", "Asia/Kolkata"}).Draw(r, "zone"))
			},
			"": func(*rapid.T) { b.check() },
		})
		for len(open) > 0 {
			require.NoError(t, end(0).tx.Commit(t.Context()))
		}
		b.total()
		b.check()
		grown := b.totals()
		require.Equal(t, b.count("totals_horizon WHERE horizon <= (SELECT max(posted_xid) FROM charges)"), 0, "nothing is left to be totalled")
		b.forget()
		b.total()
		require.Equal(t, grown, b.totals(), "made anew, the totals are what they have grown to")
	})
}

func TestReportsAreExactWhileManyPost(t *testing.T) {
	b := newByHand(t)
	b.total()
	ctx, stop := context.WithCancel(t.Context())
	var posters, readers sync.WaitGroup
	for number := range 2 {
		posters.Go(func() {
			for i := range 60 {
				tx := b.begin()
				charge := b.post(tx, number, monday.Add(time.Duration(i)*time.Hour), int64(i+1))
				if i%3 == 0 {
					b.reverse(tx, charge)
				}
				require.NoError(t, tx.Commit(t.Context()))
			}
		})
	}
	readers.Go(func() {
		for ctx.Err() == nil {
			require.NoError(t, b.ledger.Total(t.Context()))
		}
	})
	readers.Go(func() {
		for ctx.Err() == nil {
			b.check()
		}
	})
	posters.Wait()
	stop()
	readers.Wait()
	b.total()
	b.check()
	var charges int
	b.one(&charges, `SELECT sum(charges) FROM charge_totals`)
	require.Equal(t, 80, charges)
}

func TestALongTransactionKeepsTheHorizonBackAndNothingElse(t *testing.T) {
	b := newByHand(t)
	b.total()
	tx := b.begin()
	b.post(tx, 0, monday, 2)
	b.post(b.pool, 0, monday, 4)
	b.total()
	require.Empty(t, b.totals(), "what was posted after the one that is still open waits for it")
	b.check()
	require.NoError(t, tx.Commit(t.Context()))
	b.total()
	require.Len(t, b.totals(), 1)
	b.check()
}

func TestOneTotalsAtATime(t *testing.T) {
	b := newByHand(t)
	b.total()
	b.post(b.pool, 0, monday, 2)
	tx := b.begin()
	_, err := db.New(tx).LockTotals(t.Context())
	require.NoError(t, err)
	b.total()
	require.Empty(t, b.totals(), "another totals")
	require.NoError(t, tx.Rollback(t.Context()))
	b.total()
	require.Len(t, b.totals(), 1)
}

func TestADatabaseFromAnotherServerIsTotalledAnew(t *testing.T) {
	b := newByHand(t)
	b.post(b.pool, 0, monday, 2)
	b.total()
	b.exec(`UPDATE totals_horizon SET horizon = '1000000000000'`)
	b.post(b.pool, 0, monday, 4) // posted by a transaction of this server, long before that horizon
	require.Empty(t, b.reportedNow(), "such totals are not read")
	b.total()
	b.total()
	require.NotEmpty(t, b.reportedNow())
	require.Len(t, b.totals(), 1)
	b.check()
	b.post(b.pool, 0, monday, 2)
	b.check()
}

func (b byHand) reportedNow() (sums []string) {
	tx := b.begin()
	defer tx.Rollback(context.Background()) // totals that are made anew wait for readers
	return b.reported(tx)
}
