package dbtest

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
)

func names(t *testing.T, admin *pgxpool.Pool) []string {
	t.Helper()
	rows, err := admin.Query(t.Context(), "SELECT datname FROM pg_database WHERE datname LIKE 'reengage_test_%'")
	require.NoError(t, err)
	var names []string
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, rows.Err())
	return names
}

func TestServerOfTheUsersOwnIsLeftAsItWas(t *testing.T) {
	users := Server(t)
	admin := Pool(t, users.URL())

	d, err := open(t.Context(), users.URL())
	require.NoError(t, err)
	name, address, err := d.clone(t.Context())
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(name, "reengage_test_"))
	_, err = Pool(t, address).Exec(t.Context(), "SELECT FROM conversations")
	require.NoError(t, err)
	require.Len(t, names(t, admin), 2, "the template and its clone")

	require.NoError(t, d.drop(t.Context(), name))
	require.NoError(t, d.close(t.Context()))
	require.Empty(t, names(t, admin))
	require.NoError(t, admin.Ping(t.Context()), "the user's server runs on")
}

func TestUnreachableServerIsAnErrorWithoutItsPassword(t *testing.T) {
	for _, address := range []string{"postgres://someone:secret@127.0.0.1:1/x", "postgres://someone:secret@[broken"} {
		_, err := open(t.Context(), address)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "secret")
	}
}

func BenchmarkClone(b *testing.B) {
	d, err := sharedDatabases()
	require.NoError(b, err)
	for b.Loop() {
		name, _, err := d.clone(b.Context())
		require.NoError(b, err)
		require.NoError(b, d.drop(b.Context(), name))
	}
}
