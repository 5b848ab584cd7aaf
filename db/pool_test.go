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

func TestPlansAreKeptInTransactionsByKeyOnly(t *testing.T) {
	pool := dbtest.Pool(t, dbtest.URL(t))
	mode := func(q interface {
		QueryRow(context.Context, string, ...any) pgx.Row
	}) (set string) {
		require.NoError(t, q.QueryRow(t.Context(), "SHOW plan_cache_mode").Scan(&set))
		return set
	}
	require.NoError(t, db.InTxByKey(t.Context(), pool, func(tx pgx.Tx) error {
		require.Equal(t, "force_generic_plan", mode(tx))
		var isolation string
		require.NoError(t, tx.QueryRow(t.Context(), "SHOW transaction_isolation").Scan(&isolation))
		require.Equal(t, "read committed", isolation)
		return nil
	}))
	require.EqualValues(t, 1, pool.Stat().TotalConns(), "the same connection")
	require.Equal(t, "auto", mode(pool), "lists need a plan for what they are asked for")
}
