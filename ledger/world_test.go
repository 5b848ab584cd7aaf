package ledger

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/db"
	"reengage/db/dbtest"
	"reengage/tariff"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const zenvia = "zenvia-conversion"

// monday is when everything begins.
var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// world is a database with a ledger on it, and intake's part played by hand.
type world struct {
	t      testing.TB
	pool   *pgxpool.Pool
	ledger *Ledger
	log    *logged
	made   atomic.Uint64
}

func newWorld(t testing.TB) *world { return worldOn(t, dbtest.New(t)) }

func worldOn(t testing.TB, pool *pgxpool.Pool) *world {
	cards, err := tariff.ShippedCards()
	require.NoError(t, err)
	log := &logged{}
	return &world{t: t, pool: pool, ledger: New(pool, cards, tariff.DefaultEntryPoint, slog.New(log)), log: log}
}

// logged counts what is logged.
type logged struct{ lines atomic.Int64 }

func (l *logged) Enabled(context.Context, slog.Level) bool      { return true }
func (l *logged) Handle(_ context.Context, r slog.Record) error { l.lines.Add(1); return nil }
func (l *logged) WithAttrs([]slog.Attr) slog.Handler            { return l }
func (l *logged) WithGroup(string) slog.Handler                 { return l }
func (w *world) exec(sql string, args ...any)                   { w.t.Helper(); w.execOn(w.pool, sql, args...) }
func (w *world) execOn(on db.DBTX, sql string, args ...any) {
	w.t.Helper()
	_, err := on.Exec(w.t.Context(), sql, args...)
	require.NoError(w.t, err)
}
func (w *world) one(into any, sql string, args ...any) {
	w.t.Helper()
	require.NoError(w.t, w.pool.QueryRow(w.t.Context(), sql, args...).Scan(into))
}
func (w *world) count(sql string, args ...any) (n int) {
	w.t.Helper()
	w.one(&n, "SELECT count(*) FROM "+sql, args...)
	return n
}

// awaitsLock returns once somebody waits for a lock that somebody else holds.
func (w *world) awaitsLock(why string) {
	w.t.Helper()
	require.Eventually(w.t, func() bool { return dbtest.LockAwaited(w.t, w.pool) }, 10*time.Second, time.Millisecond, why)
}

func (w *world) dirty() int { w.t.Helper(); return w.count("dirty_conversations") }

// id is a new id. The first four bytes order it among others; the rest keeps it apart from them.
func (w *world) id(order uint32) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint32(id[:4], order)
	binary.BigEndian.PutUint64(id[8:], w.made.Add(1))
	return id
}

// number makes a business number, by Meta's id.
func (w *world) number(name string) uuid.UUID {
	id := w.id(0)
	w.exec(`INSERT INTO business_numbers (id, phone_number_id, created_at) VALUES ($1, $2, $3)`, id, name, monday)
	return id
}

// shop makes a number that has always owed by zenvia-conversion.
func (w *world) shop(name string) uuid.UUID {
	id := w.number(name)
	require.NoError(w.t, w.ledger.Assign(w.t.Context(), Assignment{PhoneNumberID: name, Scheme: zenvia}))
	return id
}

func (w *world) conversation(number uuid.UUID) uuid.UUID {
	contact, id := w.id(0), w.id(0)
	w.exec(`INSERT INTO contacts (id, bsuid, created_at) VALUES ($1, $2, $3)`, contact, contact.String(), monday)
	w.exec(`INSERT INTO conversations (id, business_number_id, contact_id, created_at) VALUES ($1, $2, $3, $4)`, id, number, contact, monday)
	return id
}

// queued are statements that are sent together, as one transaction.
type queued struct {
	db.DBTX
	pgx.Batch
}

func (q *queued) Exec(_ context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	q.Queue(sql, args...)
	return pgconn.CommandTag{}, nil
}

// event is a row of the log as intake writes it.
type event struct {
	id           uuid.UUID
	conversation uuid.UUID // of messages
	at           time.Time
	kind         string    // inbound, template, freeform; delivered, failed, read, sent
	message      uuid.UUID // of statuses
	market       string
	category     string
	entryPoint   string
	until        time.Time       // of an entry point
	pricing      *tariff.Pricing // the verdict
}

// message stores a message and returns it.
func (w *world) message(conversation uuid.UUID, kind string, at time.Time) event {
	e := event{id: w.id(0), conversation: conversation, at: at, kind: kind}
	w.store(e)
	return e
}

// status stores a status of a message.
func (w *world) status(m event, kind string, at time.Time) event {
	e := event{id: w.id(0), at: at, kind: kind, message: m.id}
	w.store(e)
	return e
}

// store is intake's transaction: the event once, parked statuses joined to their message, and the mark.
func (w *world) store(e event) {
	w.t.Helper()
	tx, err := w.pool.Begin(w.t.Context())
	require.NoError(w.t, err)
	defer tx.Rollback(context.Background())
	w.storeOn(tx, e)
	require.NoError(w.t, tx.Commit(w.t.Context()))
}

func (w *world) storeOn(tx db.DBTX, e event) {
	w.t.Helper()
	var until *time.Time
	if !e.until.IsZero() {
		until = &e.until
	}
	var pricing []byte
	if e.pricing != nil {
		pricing = fmt.Appendf(nil, `{"model": %q, "type": %q, "category": %q}`, e.pricing.Model, e.pricing.Type, e.pricing.Category)
	}
	if e.message != uuid.Nil {
		w.execOn(tx, `INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at, message_id, entry_point_until, pricing)
			VALUES ($1, 'status', $2, 'webhook', (SELECT conversation_id FROM events WHERE id = $4), $3, $3, $4, $5, $6)
			ON CONFLICT (id) DO NOTHING`, e.id, e.kind, e.at, e.message, until, pricing)
	} else {
		kind := "outbound"
		if e.kind == "inbound" {
			kind = e.kind
		}
		w.execOn(tx, `INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at, opens_window, market, category, entry_point)
			VALUES ($1, $2, $3, 'webhook', $4, $5, $5, $2 = 'inbound', nullif($6, ''), nullif($7, ''), nullif($8, '')) ON CONFLICT (id) DO NOTHING`,
			e.id, kind, e.kind, e.conversation, e.at, e.market, e.category, e.entryPoint)
		w.execOn(tx, `UPDATE events SET conversation_id = $2 WHERE message_id = $1 AND conversation_id IS NULL`, e.id, e.conversation)
	}
	w.execOn(tx, `INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at, since, until)
		SELECT c.id, c.business_number_id, nextval('dirty_version'), clock_timestamp(), e.occurred_at, e.occurred_at
		FROM events e JOIN conversations c ON c.id = e.conversation_id WHERE e.id = $1
		ON CONFLICT (conversation_id) DO UPDATE
		SET version = excluded.version, since = least(dirty_conversations.since, excluded.since),
		    until = greatest(dirty_conversations.until, excluded.until)`, e.id)
}

func (w *world) bill(conversation uuid.UUID) Posted {
	w.t.Helper()
	posted, err := w.ledger.Bill(w.t.Context(), conversation)
	require.NoError(w.t, err)
	return posted
}

// unreversed lists a conversation's standing charges as "09:00:00 customer_initiated Z4 22000", in order; with days, since
// monday, before the time of day.
func (w *world) unreversed(conversation uuid.UUID) []string {
	w.t.Helper()
	rows, err := w.pool.Query(w.t.Context(), `SELECT charged_at, kind, rule, amount_micros FROM charges c
		WHERE conversation_id = $1 AND reverses IS NULL AND NOT EXISTS (SELECT FROM charges r WHERE r.reverses = c.id)
		ORDER BY charged_at, event_id`, conversation)
	require.NoError(w.t, err)
	defer rows.Close()
	list := []string{}
	for rows.Next() {
		var at time.Time
		var kind, rule string
		var micros int64
		require.NoError(w.t, rows.Scan(&at, &kind, &rule, &micros))
		list = append(list, charge(at, kind, rule, micros))
	}
	require.NoError(w.t, rows.Err())
	return list
}

func charge(at time.Time, kind, rule string, micros int64) string {
	return fmt.Sprintf("%s %s %s %d", at.UTC().Format("02 15:04:05"), kind, rule, micros)
}

// balance is the plain sum.
func (w *world) balance(conversation uuid.UUID) (micros int64) {
	w.t.Helper()
	w.one(&micros, `SELECT coalesce(sum(amount_micros), 0)::bigint FROM charges WHERE conversation_id = $1`, conversation)
	return micros
}

// consistent asserts that the conversation is billed and that nothing else is owed for its events.
func (w *world) consistent(conversation uuid.UUID) {
	w.t.Helper()
	require.Zero(w.t, w.count("dirty_conversations WHERE conversation_id = $1", conversation), "it is still marked")
	difference, err := w.ledger.Check(w.t.Context(), conversation)
	require.NoError(w.t, err)
	difference.Unpriced = 0 // they are listed
	require.Zero(w.t, difference)
}

func queries(w *world) *db.Queries { return db.New(w.pool) }
