package access_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/db/dbtest"
	"reengage/gateway/access"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// now is the real time at which tests begin.
var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const password = "correct horse battery"

// value is what a query finds.
func value[T any](t *testing.T, pool *pgxpool.Pool, sql string, args ...any) (v T) {
	t.Helper()
	require.NoError(t, pool.QueryRow(t.Context(), sql, args...).Scan(&v))
	return v
}

// world is a database with somebody in it.
type world struct {
	pool   *pgxpool.Pool
	people access.People
	grace  access.Person
}

func newWorld(t *testing.T) world {
	pool := dbtest.New(t)
	w := world{pool: pool, people: access.People{Pool: pool}}
	var err error
	w.grace, err = w.people.Add(t.Context(), access.Operator, now, "Grace Example", access.Agent)
	require.NoError(t, err)
	return w
}

// signedIn is a session by link.
func (w world) signedIn(t *testing.T, at time.Time) (string, access.Session) {
	t.Helper()
	link, err := w.people.MakeLink(t.Context(), access.Operator, at, "grace example", access.LinkLasts)
	require.NoError(t, err)
	token, s, err := w.people.UseLink(t.Context(), link, at)
	require.NoError(t, err)
	return token, s
}

func (w world) withPassword(t *testing.T) world {
	t.Helper()
	_, s := w.signedIn(t, now)
	require.NoError(t, w.people.SetPassword(t.Context(), now, s, "", password, "192.0.2.1"))
	return w
}
