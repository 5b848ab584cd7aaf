package db_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/db"
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
