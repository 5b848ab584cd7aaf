package console

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/db/dbtest"
	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/ledger"
	"reengage/tariff"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// world is a console before the real API on a database of its own, at storyTime. Whoever asks there needs no session.
type world struct {
	*testing.T
	pool         *pgxpool.Pool
	api, console *http.ServeMux
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, pool: dbtest.New(t), api: http.NewServeMux(), console: http.NewServeMux()}
	cards, err := tariff.ShippedCards()
	require.NoError(t, err)
	at, quiet := clock.Clock{Anchor: storyTime, Wall: time.Now(), Scale: 1e-6}, slog.New(slog.DiscardHandler)
	api.New(api.Deps{Pool: w.pool, Clock: at, Ledger: ledger.New(w.pool, cards, tariff.DefaultEntryPoint, quiet), Log: quiet}).Register(w.api)
	New(Deps{API: w.api, Clock: at, Log: quiet}).Register(w.console)
	return w
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.pool.Exec(w.Context(), sql, args...)
	require.NoError(w, err)
}

// open asks for a page; headers in pairs.
func (w *world) open(role access.Role, path string, headers ...string) *httptest.ResponseRecorder {
	w.Helper()
	r := httptest.NewRequestWithContext(as(w.Context(), role), http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	w.console.ServeHTTP(answer, r)
	return answer
}

// as is who asks, by role.
func as(ctx context.Context, role access.Role) context.Context {
	return access.With(ctx, access.Principal{Kind: access.ByUser, ID: uuid.New(), Name: "Grace Example", Scopes: role.Scopes()})
}
