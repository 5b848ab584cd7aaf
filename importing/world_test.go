package importing_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/db"
	"reengage/db/dbtest"
	"reengage/importing"
)

// world is a database into which files are taken.
type world struct {
	*testing.T
	pool *pgxpool.Pool
	*importing.Importer
	region string
}

func newWorld(t *testing.T) *world {
	pool := dbtest.New(t)
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	return &world{T: t, pool: pool, Importer: &importing.Importer{Pool: pool, Log: slog.New(slog.DiscardHandler),
		Clock: clock.Clock{Anchor: at, Wall: time.Now(), Scale: 1}}}
}

// upload uploads a file, for a dry run or to be taken in.
func (w *world) upload(file string, dry bool) db.Import {
	w.Helper()
	i, err := w.Receive(w.Context(), time.Now(), importing.Upload{FileName: "contacts.csv", Region: w.region, DryRun: dry, By: "operator"}, strings.NewReader(file))
	require.NoError(w, err)
	return i
}

// run works on an import until its phase is over.
func (w *world) run(id uuid.UUID) importing.Progress {
	w.Helper()
	p, err := w.Work(context.WithoutCancel(w.Context()), id, time.Now().Add(time.Hour), func(importing.Progress) {})
	require.NoError(w, err)
	require.False(w, p.State.Working())
	return p
}

// take takes a file in.
func (w *world) take(file string) importing.Counts {
	w.Helper()
	i := w.upload(file, false)
	require.Nil(w, i.Reason)
	p := w.run(i.ID)
	require.Equal(w, importing.Finished, p.State)
	return p.Counts
}

// text is what a query answers, as one text.
func (w *world) text(query string, args ...any) (text string) {
	w.Helper()
	require.NoError(w, w.pool.QueryRow(w.Context(), "SELECT coalesce(string_agg(r::text, E'\n'), '') FROM ("+query+") r", args...).Scan(&text))
	return text
}
