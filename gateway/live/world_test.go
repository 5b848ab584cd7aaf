package live_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/db/dbtest"
	"reengage/gateway/live"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const (
	wait   = 20 * time.Second
	number = "106540000000001"
)

var quiet = slog.New(slog.DiscardHandler)

// world is a database with a business number, and a clock that shows the real time.
type world struct {
	t      *testing.T
	pool   *pgxpool.Pool
	number uuid.UUID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, pool: dbtest.New(t), number: uuid.New()}
	w.exec(`INSERT INTO business_numbers (id, phone_number_id, created_at) VALUES ($1, $2, now())`, w.number, number)
	return w
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := w.pool.Exec(w.t.Context(), sql, args...)
	require.NoError(w.t, err)
}

// begin opens a transaction, which has a number from now on.
func (w *world) begin() pgx.Tx {
	w.t.Helper()
	tx, err := w.pool.Begin(w.t.Context())
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	_, err = tx.Exec(w.t.Context(), "SELECT pg_current_xact_id()")
	require.NoError(w.t, err)
	return tx
}

type execer interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// meet makes a conversation in which nothing has happened.
func (w *world) meet(on execer) uuid.UUID {
	w.t.Helper()
	var id uuid.UUID
	require.NoError(w.t, on.QueryRow(w.t.Context(), `
		WITH who AS (INSERT INTO contacts (id, bsuid, created_at) VALUES (gen_random_uuid(), gen_random_uuid()::text, now()) RETURNING id)
		INSERT INTO conversations (id, business_number_id, contact_id, created_at)
		SELECT gen_random_uuid(), $1, who.id, now() FROM who RETURNING id`, w.number).Scan(&id))
	return id
}

// hear makes the contact's last message one that the window of which ends at that time.
func (w *world) hear(conversation uuid.UUID, expires time.Time) {
	w.t.Helper()
	w.exec(`UPDATE conversations SET opened_at = $2, last_inbound_at = $2, expires_at = $3 WHERE id = $1`,
		conversation, expires.Add(-24*time.Hour), expires)
}

// feed is one that looks often; it is closed with the test.
func (w *world) feed(o live.Options) *live.Feed {
	w.t.Helper()
	o.Pool, o.Log = w.pool, quiet
	if o.Poll == 0 {
		o.Poll = 5 * time.Millisecond
	}
	f := live.New(o)
	w.t.Cleanup(f.Close)
	return f
}

// listener hears a subscription, and remembers what and up to where.
type listener struct {
	t      *testing.T
	s      *live.Subscription
	events []live.Event
	last   string
}

func (w *world) listen(f *live.Feed, after string) *listener {
	w.t.Helper()
	s, err := f.Subscribe(w.t.Context(), after)
	require.NoError(w.t, err)
	w.t.Cleanup(s.Close)
	l := &listener{t: w.t, s: s, last: after}
	if after == "" {
		l.next() // the cursor of the beginning
	}
	return l
}

func (l *listener) next() live.Batch {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), wait)
	defer cancel()
	b, err := l.s.Next(ctx)
	require.NoError(l.t, err)
	l.events = append(l.events, b.Events...)
	if b.Next != "" {
		l.last = b.Next
	}
	return b
}

// until listens until it has heard of that.
func (l *listener) until(kind live.Kind, conversation uuid.UUID) live.Event {
	l.t.Helper()
	for deadline := time.Now().Add(wait); ; {
		i := slices.IndexFunc(l.events, func(e live.Event) bool { return e.Kind == kind && e.Conversation == conversation })
		if i >= 0 {
			return l.events[i]
		}
		require.True(l.t, time.Now().Before(deadline), "nothing is told of %s %s", kind, conversation)
		l.next()
	}
}

func (l *listener) heard(conversation uuid.UUID) bool {
	return slices.ContainsFunc(l.events, func(e live.Event) bool { return e.Conversation == conversation })
}

// ends listens until the subscription ends, and returns why.
func (l *listener) ends() error {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	for {
		if _, err := l.s.Next(ctx); err != nil {
			require.False(l.t, errors.Is(err, context.DeadlineExceeded), "it did not end")
			return err
		}
	}
}

// shows is a clock that shows that time now, and runs as fast.
func shows(at time.Time, scale float64) clock.Clock {
	return clock.Clock{Anchor: at, Wall: time.Now(), Scale: scale}
}
