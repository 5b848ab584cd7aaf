package db_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"reengage/db"
	"reengage/db/dbtest"
)

func TestThePoolsSizeIsTheURLsIfItStatesOne(t *testing.T) {
	for url, want := range map[string]int32{
		"postgres://app@127.0.0.1:1/none":                    int32(max(16, runtime.NumCPU())),
		"postgres://app@127.0.0.1:1/none?pool_max_conns=3":   3,
		"postgres://app@127.0.0.1:1/none?pool_max_conns=100": 100,
		"host=127.0.0.1 port=1 user=app pool_max_conns=3":    3,
	} {
		pool, err := db.Open(t.Context(), url)
		require.NoError(t, err)
		require.Equal(t, want, pool.Config().MaxConns, url)
		pool.Close()
	}
}

func TestATransactionByKeyPlansOnceAndByIndexesAndOthersDoNot(t *testing.T) {
	pool := dbtest.Pool(t, dbtest.URL(t))
	settings := func(q interface {
		QueryRow(context.Context, string, ...any) pgx.Row
	}) (set [3]string) {
		require.NoError(t, q.QueryRow(t.Context(), `SELECT current_setting('plan_cache_mode'), current_setting('enable_seqscan'),
			current_setting('transaction_isolation')`).Scan(&set[0], &set[1], &set[2]))
		return set
	}
	require.NoError(t, db.InTxByKey(t.Context(), pool, func(tx pgx.Tx) error {
		require.Equal(t, [3]string{"force_generic_plan", "off", "read committed"}, settings(tx))
		return nil
	}))
	require.EqualValues(t, 1, pool.Stat().TotalConns(), "the same connection")
	require.Equal(t, [3]string{"auto", "on", "read committed"}, settings(pool), "lists need a plan for what they are asked for")
}
