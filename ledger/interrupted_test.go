package ledger

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/db/dbtest"
)

// statements watches what is asked of the database.
type statements struct {
	deadlocks atomic.Int64
	begin     func() // called before each; nil: nothing
}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if s.begin != nil {
		s.begin()
	}
	return ctx
}

func (s *statements) TraceQueryEnd(_ context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	var pgErr *pgconn.PgError
	if errors.As(data.Err, &pgErr) && pgErr.Code == "40P01" {
		s.deadlocks.Add(1)
	}
}

func newTracedWorld(t testing.TB) (*world, *statements) {
	config, err := pgxpool.ParseConfig(dbtest.URL(t))
	require.NoError(t, err)
	s := &statements{}
	config.ConnConfig.Tracer = s
	config.MaxConns = 16
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return worldOn(t, pool), s
}

func TestABillingThatIsInterruptedAnywhereLeavesNothingHalf(t *testing.T) {
	w, statements := newTracedWorld(t)
	number := w.shop("shop")
	for name, billing := range map[string]func(context.Context, uuid.UUID) (done bool, err error){
		"Bill": func(ctx context.Context, c uuid.UUID) (bool, error) {
			_, err := w.ledger.Bill(ctx, c)
			return err == nil, err
		},
		"SettleBatch": func(ctx context.Context, _ uuid.UUID) (bool, error) {
			// It skips the conversation as long as the server has not noticed the end of the interrupted connection.
			settled, err := w.ledger.SettleBatch(ctx, 5)
			return settled.Conversations == 1, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := w.conversation(number)
			w.message(c, "inbound", monday.Add(2*time.Hour))
			w.message(c, "inbound", monday.Add(25*time.Hour))
			w.bill(c)
			w.message(c, "template", monday) // now a reversal and two charges are due
			before := w.unreversed(c)

			interrupted := 0
			for {
				ctx, pullThePlug := context.WithCancel(t.Context())
				left := interrupted
				statements.begin = func() {
					if left == 0 {
						pullThePlug()
					}
					left--
				}
				done, err := billing(ctx, c)
				statements.begin = nil
				pullThePlug()
				if done {
					break
				}
				if err == nil {
					continue
				}
				require.ErrorIs(t, err, context.Canceled)
				require.Equal(t, 1, w.dirty(), "interrupted at statement %d", interrupted)
				require.Equal(t, before, w.unreversed(c), "interrupted at statement %d", interrupted)
				require.Equal(t, 1, w.count("charges WHERE conversation_id = $1", c))
				interrupted++
			}
			require.GreaterOrEqual(t, interrupted, 10, "begin, lock, mark, reach, events, charges, reversal, charge, clear, commit")
			require.Len(t, w.unreversed(c), 2)
			w.consistent(c)
		})
	}
}
