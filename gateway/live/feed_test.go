package live_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"reengage/db"
	"reengage/db/dbtest"
	"reengage/gateway/live"
)

func TestACursorThatCannotBeAnsweredAnyMoreIsAResetAndThenGoesOn(t *testing.T) {
	old := func(w *world) string { // of before what is then pruned
		f := w.feed(live.Options{})
		here, err := f.Here(t.Context())
		require.NoError(t, err)
		w.meet(w.pool)
		require.NoError(t, f.Prune(t.Context(), time.Now().Add(25*time.Hour)))
		return here
	}
	for name, lose := range map[string]func(w *world) string{
		"what it has not seen is pruned": old,
		"its transactions are in the future": func(w *world) string {
			here := old(w)
			w.exec(`UPDATE changes_horizon SET pruned = '0'`)
			return altered(t, here, 0, 1<<32)
		},
		"the database was restored on another server": func(w *world) string {
			here, err := w.feed(live.Options{}).Here(t.Context())
			require.NoError(t, err)
			w.meet(w.pool)
			w.exec(`UPDATE changes_horizon SET server = server + 1`)
			return altered(t, here, 1, 0)
		},
		"its clock is far ahead": func(w *world) string {
			ahead, err := w.feed(live.Options{Clock: shows(time.Now().Add(time.Hour), 1)}).Here(t.Context())
			require.NoError(t, err)
			return ahead
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			after := lose(w)
			l := w.listen(w.feed(live.Options{}), after)
			b := l.next()
			require.Len(t, b.Events, 1)
			require.Equal(t, live.KindReset, b.Events[0].Kind)
			require.NotEqual(t, after, b.Next)
			l.until(live.KindStatus, w.meet(w.pool))
			w.listen(w.feed(live.Options{}), b.Next).until(live.KindStatus, l.events[1].Conversation)
		})
	}
}

func altered(t *testing.T, cursor string, server int64, transactions uint64) string {
	t.Helper()
	other, err := live.Altered(cursor, server, transactions)
	require.NoError(t, err)
	return other
}

func TestChangesOfADumpFromAnotherServerAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.exec(`INSERT INTO changes (xid, kind, conversation_id) VALUES ('9000000000', 'status', gen_random_uuid())`)
	w.exec(`UPDATE changes_horizon SET server = server + 1`)
	_, err := w.feed(live.Options{}).Here(t.Context())
	require.NoError(t, err)
	var left int
	require.NoError(t, w.pool.QueryRow(t.Context(), `SELECT count(*) FROM changes`).Scan(&left))
	require.Zero(t, left)
}

func TestWhatIsNoCursorIsRefused(t *testing.T) {
	w := newWorld(t)
	_, err := w.feed(live.Options{}).Subscribe(t.Context(), "not a cursor")
	require.ErrorIs(t, err, live.ErrCursor)
}

func TestPruningTakesAwayOnlyWhatIsOldAndWhatNoRunningTransactionIsOlderThan(t *testing.T) {
	w := newWorld(t)
	f := w.feed(live.Options{})
	count := func() (n int) {
		require.NoError(t, w.pool.QueryRow(t.Context(), `SELECT count(*) FROM changes`).Scan(&n))
		return n
	}
	w.meet(w.pool)
	w.exec(`UPDATE changes SET recorded_at = recorded_at - interval '25 hours'`)
	running := w.begin()
	w.meet(w.pool)
	w.exec(`UPDATE changes SET recorded_at = recorded_at - interval '25 hours'`)
	require.NoError(t, f.Prune(t.Context(), time.Now()))
	require.Equal(t, 1, count(), "the one of after a transaction that is running")
	require.NoError(t, running.Commit(t.Context()))
	here, err := f.Here(t.Context())
	require.NoError(t, err)
	young := w.meet(w.pool)
	require.NoError(t, f.Prune(t.Context(), time.Now()))
	require.Equal(t, 1, count())
	w.listen(f, here).until(live.KindStatus, young)
}

func TestWhoIsTooSlowIsCutOffAndFindsTheRestAfterItsCursor(t *testing.T) {
	w := newWorld(t)
	f := w.feed(live.Options{})
	slow, quick := w.listen(f, ""), w.listen(f, "")
	last := w.meet(w.pool)
	quick.until(live.KindStatus, last)
	for range 100 { // batches, more than wait for one
		last = w.meet(w.pool)
		quick.until(live.KindStatus, last)
	}
	require.ErrorIs(t, slow.ends(), live.ErrSlow)
	w.listen(f, slow.last).until(live.KindStatus, last)
}

func TestClosingEndsEverySubscriptionAtOnceAndLeavesNothingBehind(t *testing.T) {
	w := newWorld(t)
	w.exec(`SELECT 1`)
	existing := goleak.IgnoreCurrent()
	f := live.New(live.Options{Pool: w.pool, Log: quiet, Poll: time.Millisecond})
	one, another := w.listen(f, ""), w.listen(f, "")
	ended := make(chan error, 2)
	for _, l := range []*listener{one, another} {
		go func() { ended <- l.ends() }()
	}
	begun := time.Now()
	f.Close()
	for range 2 {
		require.ErrorIs(t, <-ended, live.ErrClosed)
	}
	require.Less(t, time.Since(begun), 5*time.Second)
	goleak.VerifyNone(t, existing, goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck"))
}

func TestNobodyReadsWhileNobodyListens(t *testing.T) {
	w := newWorld(t)
	w.exec(`SELECT 1`)
	existing := goleak.IgnoreCurrent()
	f := w.feed(live.Options{})
	l := w.listen(f, "")
	l.until(live.KindStatus, w.meet(w.pool))
	l.s.Close()
	goleak.VerifyNone(t, existing, goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck"))
	w.listen(f, l.last).until(live.KindStatus, w.meet(w.pool)) // and again
}

func TestASilenceIsBrokenAndALifeIsLimited(t *testing.T) {
	w := newWorld(t)
	silent := w.listen(w.feed(live.Options{KeepAlive: 10 * time.Millisecond}), "")
	b := silent.next()
	require.Empty(t, b.Events)
	require.NotEmpty(t, b.Next)

	short := w.listen(w.feed(live.Options{Life: 200 * time.Millisecond}), "")
	require.ErrorIs(t, short.ends(), live.ErrOver)
}

func TestWhoMayNoLongerListenIsToldNoMore(t *testing.T) {
	w := newWorld(t)
	l := w.listen(w.feed(live.Options{KeepAlive: 5 * time.Millisecond, Recheck: time.Millisecond}), "")
	asked := 0
	l.s.Still = func(context.Context) bool { asked++; return asked < 3 }
	require.ErrorIs(t, l.ends(), live.ErrLost)
	require.Equal(t, 3, asked)

	rarely := w.listen(w.feed(live.Options{KeepAlive: 5 * time.Millisecond, Recheck: time.Hour}), "")
	rarely.s.Still = func(context.Context) bool { return false }
	rarely.next()
}

func TestThereAreOnlySoManySubscriptions(t *testing.T) {
	w := newWorld(t)
	f := w.feed(live.Options{Most: 2})
	first := w.listen(f, "")
	w.listen(f, "")
	_, err := f.Subscribe(t.Context(), "")
	require.ErrorIs(t, err, live.ErrFull)
	first.s.Close()
	w.listen(f, "")
}

func TestAnOutageOfPostgresIsSatThrough(t *testing.T) {
	server := dbtest.Server(t)
	pool := dbtest.Pool(t, server.URL())
	w := &world{t: t, pool: pool}
	require.NoError(t, pool.QueryRow(t.Context(), `INSERT INTO business_numbers (id, phone_number_id, created_at)
		VALUES (gen_random_uuid(), $1, now()) RETURNING id`, number).Scan(&w.number))
	f := w.feed(live.Options{KeepAlive: 20 * time.Millisecond})
	l := w.listen(f, "")
	l.until(live.KindStatus, w.meet(pool))
	require.NoError(t, server.Stop(t.Context()))
	require.Empty(t, l.next().Events, "silent, and alive")
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := f.Subscribe(short, l.last)
	require.True(t, db.Away(err), "%v", err)

	require.NoError(t, server.Restart(t.Context()))
	var back = func() bool { return pool.Ping(t.Context()) == nil }
	require.Eventually(t, back, wait, 20*time.Millisecond)
	l.until(live.KindStatus, w.meet(pool))
}

func TestAnEventSaysHowThingsStandNow(t *testing.T) {
	w := newWorld(t)
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	c := w.meet(w.pool)
	f := w.feed(live.Options{Clock: shows(noon, 1e-9)})
	here, err := f.Here(t.Context())
	require.NoError(t, err)
	w.hear(c, noon.Add(2*time.Hour))
	w.hear(c, noon.Add(30*time.Minute))
	e := w.listen(f, here).until(live.KindStatus, c)
	require.Equal(t, number, e.Number)
	require.JSONEq(t, strings.ReplaceAll(`{"conversation_id":"`+c.String()+`","number":"`+number+`","status":"expiring","unanswered":true,
		"window":{"opened_at":"2026-11-19T12:30:00Z","expires_at":"2026-11-20T12:30:00Z","seconds_left":1800},"at":"2026-11-20T12:00:00Z"}`, "\n", ""), string(e.Data))
	var s live.StatusEvent
	require.NoError(t, json.Unmarshal(e.Data, &s))
}
