package intake_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/db/dbtest"
	"reengage/intake"
)

// statements counts what is sent to Postgres; each is one round trip. Nobody waits for the relay to be woken.
type statements struct{ atomic.Int64 }

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if !strings.Contains(q.SQL, "pg_notify") {
		s.Add(1)
	}
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func counted(t testing.TB, url string) (*intake.Store, *statements) {
	cfg, err := pgxpool.ParseConfig(url)
	require.NoError(t, err)
	n := &statements{}
	cfg.ConnConfig.Tracer = n
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return open(pool), n
}

// The webhook's latency is round trips: a body has a fixed number of them, however many updates it holds.
func TestABodyCostsAHandfulOfRoundTrips(t *testing.T) {
	url := dbtest.URL(t)
	s, n := counted(t, url)
	cost := func(body []byte) int64 {
		before := n.Load()
		deliver(t, s, body)
		return n.Load() - before
	}
	many := func(from, to int) []byte {
		var messages []object
		for i := from; i < to; i++ {
			messages = append(messages, text(fmt.Sprintf("wamid.%d", i), receivedAt, fmt.Sprint(15550100000+i)))
		}
		return webhook(shop, messages, nil)
	}
	body := func(id string, at time.Time) []byte { return webhook(shop, []object{text(id, at, ada)}, nil) }
	cost(body("wamid.A", sentAt)) // the first of the process reads the key

	require.EqualValues(t, 4, cost(body("wamid.B", receivedAt)), "begin, lock, store, commit")
	require.EqualValues(t, 4, cost(body("wamid.B", receivedAt)), "a duplicate")
	require.EqualValues(t, 6, cost(webhook(shop, nil, []object{status("wamid.OUT", "sent", receivedAt, 0)})), "a status")
	named := status("wamid.OUT2", "sent", receivedAt, 0)
	named["biz_opaque_callback_data"] = uuid.NewString() + "/1"
	require.EqualValues(t, 7, cost(webhook(shop, nil, []object{named})), "a status that names a send")
	require.EqualValues(t, 7, cost(webhook(shop, []object{says("wamid.C", "STOP", receivedAt)}, nil)), "an opt-out: locked, recorded, and told to whom")
	require.EqualValues(t, 8, cost(many(0, 1)), "a new contact")
	require.EqualValues(t, 8, cost(many(1, 500)), "499 new contacts")
	require.EqualValues(t, 4, cost(many(0, 500)), "500 duplicates")

	isRecipient(t, dbtest.Pool(t, url), ada)
	require.EqualValues(t, 5, cost(body("wamid.D", receivedAt)), "of somebody whom a campaign means, and has sent nothing yet")
	require.EqualValues(t, 5, cost(webhook(shop, []object{text("wamid.E", receivedAt, ada), text("wamid.F", receivedAt, "15550100001")}, nil)))
}

// isRecipient makes somebody one of a campaign's.
func isRecipient(t *testing.T, pool *pgxpool.Pool, phone string) {
	t.Helper()
	for _, sql := range []string{
		`INSERT INTO segments (id, name, filter, created_at, created_by, changed_at) VALUES (gen_random_uuid(), 'all', '{}', now(), 'test', now())`,
		`INSERT INTO campaigns (id, name, business_number_id, template_name, template_language, segment_id, created_at, created_by)
			SELECT gen_random_uuid(), 'Spring', n.id, 'come_back', 'en', s.id, now(), 'test' FROM business_numbers n, segments s LIMIT 1`,
	} {
		_, err := pool.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	_, err := pool.Exec(t.Context(), `INSERT INTO campaign_recipients (id, campaign_id, contact_id, conversation_id)
		SELECT gen_random_uuid(), c.id, p.id, v.id FROM campaigns c, contacts p JOIN conversations v ON v.contact_id = p.id WHERE p.phone = $1`, phone)
	require.NoError(t, err)
}

func BenchmarkOneMessage(b *testing.B) {
	s, _ := newStore(b)
	at := receivedAt
	for i := 0; b.Loop(); i++ {
		at = at.Add(time.Second)
		_, err := s.Webhook(b.Context(), webhook(shop, []object{text(fmt.Sprintf("wamid.%d", i), at, ada)}, nil), at)
		require.NoError(b, err)
	}
}

func BenchmarkOneRow(b *testing.B) {
	_, pool := newStore(b)
	body := webhook(shop, []object{text("wamid.1", receivedAt, ada)}, nil)
	for b.Loop() {
		_, err := pool.Exec(b.Context(), "INSERT INTO raw_bodies (received_at, body, updates) VALUES ($1, $2, 1)", receivedAt, body)
		require.NoError(b, err)
	}
}
