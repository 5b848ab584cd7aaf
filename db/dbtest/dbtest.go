package dbtest

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/db"
	"reengage/devstack/folder"
	"reengage/devstack/postgres"
)

// progress goes to the terminal rather than to a test's log: getting PostgreSQL may take minutes, and people wait.
var progress = slog.New(slog.NewTextHandler(os.Stderr, nil))

// Main runs a package's tests and then stops what they shared. Other shared servers' ends are passed along:
//
//	func TestMain(m *testing.M) { dbtest.Main(m, temporaltest.Stop) }
func Main(m *testing.M, stops ...func()) {
	defer stop()
	for _, stop := range stops {
		defer stop()
	}
	m.Run()
}

// New returns a pool on a fresh, migrated database. Both are gone when the test ends.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return Pool(t, URL(t))
}

// URL names a fresh, migrated database, dropped when the test ends with whatever connections it then has.
func URL(t testing.TB) string {
	t.Helper()
	databases, err := sharedDatabases()
	require.NoError(t, err)
	name, url, err := databases.clone(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, databases.drop(context.Background(), name)) })
	return url
}

// Pool opens one more pool on a database, as the system itself does; it is closed when the test ends.
func Pool(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	pool, err := db.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// LockAwaited reports whether somebody waits in the pool's database for a lock that somebody else holds.
func LockAwaited(t testing.TB, pool *pgxpool.Pool) (awaited bool) {
	t.Helper()
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&awaited))
	return awaited
}

// Server starts a server for one test, which may stop, kill and restart it. Its URL names a migrated database. The server is
// gone when the test ends.
func Server(t testing.TB) *postgres.Server {
	t.Helper()
	private, err := privateFolder(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, private.Remove()) })
	server, err := startServer(t.Context(), private, "reengage")
	require.NoError(t, err)
	t.Cleanup(server.Kill)
	require.NoError(t, db.Migrate(t.Context(), server.URL()))
	return server
}

func privateFolder(ctx context.Context) (*folder.PrivateFolder, error) {
	base, err := folder.Base()
	if err != nil {
		return nil, err
	}
	return folder.Private(ctx, base, "postgres-test")
}

func startServer(ctx context.Context, private *folder.PrivateFolder, database string) (*postgres.Server, error) {
	return postgres.Start(ctx, postgres.Options{
		Dir:      filepath.Join(private.Path, "postgres"),
		Cache:    filepath.Dir(private.Path),
		Database: database,
		Log:      progress,
	})
}
