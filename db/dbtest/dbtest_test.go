package dbtest_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"reengage/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestDatabaseHasTheSchema(t *testing.T) {
	var found bool
	err := dbtest.New(t).QueryRow(t.Context(), "SELECT to_regclass('conversations') IS NOT NULL").Scan(&found)
	require.NoError(t, err)
	require.True(t, found)
}

func TestDatabasesOfTwoTestsShareNothing(t *testing.T) {
	one, two := dbtest.New(t), dbtest.New(t)
	_, err := one.Exec(t.Context(), "CREATE TABLE only_here (n int)")
	require.NoError(t, err)
	var found bool
	require.NoError(t, two.QueryRow(t.Context(), "SELECT to_regclass('only_here') IS NOT NULL").Scan(&found))
	require.False(t, found)
}

func TestDatabaseIsDroppedWhenItsTestEndsWhateverIsConnected(t *testing.T) {
	var name string
	var left *pgx.Conn
	t.Run("a test that leaves a connection", func(t *testing.T) {
		address := dbtest.URL(t)
		parsed, err := url.Parse(address)
		require.NoError(t, err)
		name = strings.TrimPrefix(parsed.Path, "/")
		left, err = pgx.Connect(t.Context(), address)
		require.NoError(t, err)
	})
	require.Error(t, left.Ping(t.Context()))
	var exists bool
	err := dbtest.New(t).QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	require.NoError(t, err)
	require.False(t, exists)
}

func TestManyTestsAtOnceGetADatabaseEach(t *testing.T) {
	for range 8 {
		t.Run("one of them", func(t *testing.T) {
			t.Parallel()
			pool := dbtest.New(t)
			_, err := pool.Exec(t.Context(), "CREATE TABLE mine (n int)")
			require.NoError(t, err)
		})
	}
}

func TestServerOfItsOwnGoesAndComesBackWithItsData(t *testing.T) {
	server := dbtest.Server(t)
	pool := dbtest.Pool(t, server.URL())
	_, err := pool.Exec(t.Context(), "CREATE TABLE kept AS SELECT 7 AS n")
	require.NoError(t, err)

	require.NoError(t, server.Stop(t.Context()))
	_, err = pool.Exec(t.Context(), "SELECT 1")
	require.Error(t, err)

	require.NoError(t, server.Restart(t.Context()))
	// The pool may still hold connections of the time before.
	require.Eventually(t, func() bool {
		var n int
		return pool.QueryRow(context.Background(), "SELECT n FROM kept").Scan(&n) == nil && n == 7
	}, time.Minute, 10*time.Millisecond)
}
