package activities

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/db/dbtest"
	"reengage/ledger"
)

func TestTotalsThatTakeTooLongDoNotFailASettlement(t *testing.T) {
	pool := dbtest.New(t)
	a, _ := billing(t, pool)
	other, err := pool.Begin(t.Context())
	require.NoError(t, err)
	defer other.Rollback(context.Background())
	_, err = other.Exec(t.Context(), "LOCK TABLE totalled_numbers") // totalling waits
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	settled, err := a.SettleBatch(ctx)
	require.NoError(t, err)
	require.Equal(t, ledger.Settled{Conversations: 1, Posted: 1}, settled)
	require.NoError(t, ctx.Err(), "there is time left to report it")
}
