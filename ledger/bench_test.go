package ledger

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// fill makes dirty conversations of ten messages each with a few lines of SQL, faster than storing could.
func (w *world) fill(number uuid.UUID, conversations int) {
	w.exec(`WITH people AS (
			INSERT INTO contacts (id, bsuid, created_at) SELECT gen_random_uuid(), gen_random_uuid()::text, $2 FROM generate_series(1, $3) RETURNING id
		), talks AS (
			INSERT INTO conversations (id, business_number_id, contact_id, created_at) SELECT gen_random_uuid(), $1, id, $2 FROM people RETURNING id
		), said AS (
			INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at, opens_window)
			SELECT gen_random_uuid(), CASE WHEN n % 2 = 0 THEN 'inbound' ELSE 'outbound' END, CASE WHEN n % 2 = 0 THEN 'text' ELSE 'freeform' END,
			       'webhook', talks.id, $2 + n * interval '3 hours', $2, n % 2 = 0
			FROM talks, generate_series(0, 9) n
		)
		INSERT INTO dirty_conversations (conversation_id, business_number_id, version, marked_at, since)
		SELECT id, $1, nextval('dirty_version'), now(), $2 FROM talks`, number, monday, conversations)
	w.analyze()
}

// BenchmarkBill is one conversation at a time: ten messages, two charges.
func BenchmarkBill(b *testing.B) {
	w := newWorld(b)
	w.fill(w.shop("shop"), b.N)
	var cs []uuid.UUID
	rows, err := w.pool.Query(b.Context(), "SELECT conversation_id FROM dirty_conversations")
	require.NoError(b, err)
	for rows.Next() {
		var c uuid.UUID
		require.NoError(b, rows.Scan(&c))
		cs = append(cs, c)
	}
	b.ResetTimer()
	for _, c := range cs {
		w.bill(c)
	}
	b.StopTimer()
	require.Equal(b, 2*b.N, w.count("charges"))
}

// BenchmarkBillMore is a further message of a conversation that is billed: the usual prompt billing.
func BenchmarkBillMore(b *testing.B) {
	w := newWorld(b)
	number := w.shop("shop")
	w.fill(number, 1)
	w.settle(1)
	var c uuid.UUID
	w.one(&c, "SELECT id FROM conversations")
	b.ResetTimer()
	for i := range b.N {
		b.StopTimer()
		w.message(c, "inbound", monday.Add(time.Duration(i+30)*25*time.Hour))
		b.StartTimer()
		w.bill(c)
	}
}

// BenchmarkSettleBatch is settlement's batches; an operation is one conversation of ten messages and two charges.
func BenchmarkSettleBatch(b *testing.B) {
	for _, size := range []int{50, 250, 1000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			w := newWorld(b)
			w.fill(w.shop("shop"), b.N)
			b.ResetTimer()
			for w.settle(size).More {
			}
			b.StopTimer()
			require.Equal(b, 2*b.N, w.count("charges"))
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "conversations/s")
		})
	}
}

// BenchmarkSettleMonth is a month of one number with as many free-form messages as operations, ten to a conversation, counted
// over all of them (P4): go test ./ledger -bench SettleMonth -benchtime 1000000x -timeout 1h.
func BenchmarkSettleMonth(b *testing.B) {
	w := newWorld(b)
	conversations := (b.N + 9) / 10
	w.month(10*conversations, conversations)
	b.ResetTimer()
	settled := w.drain(250)
	b.StopTimer()
	require.Equal(b, 10*conversations, w.count("allowance_places"))
	b.ReportMetric(float64(settled.Conversations)/float64(conversations), "ratings/conversation")
}
