package ledger

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

func (w *world) settle(limit int) Settled {
	w.t.Helper()
	settled, err := w.ledger.SettleBatch(w.t.Context(), limit)
	require.NoError(w.t, err)
	return settled
}

// soon ends every wait for a further attempt.
func (w *world) soon() { w.exec("UPDATE dirty_conversations SET retry_at = '-infinity'") }

func TestSettleBatchBillsTheOldestMarksFirst(t *testing.T) {
	w := newWorld(t)
	number := w.shop("shop")
	var cs []uuid.UUID
	for i := range 5 {
		cs = append(cs, w.conversation(number))
		w.message(cs[i], "inbound", monday.Add(-time.Duration(i)*time.Hour)) // marked in the order of arrival
	}
	require.Equal(t, Settled{Conversations: 2, Posted: 2, More: true}, w.settle(2))
	require.Len(t, w.unreversed(cs[0]), 1)
	require.Len(t, w.unreversed(cs[1]), 1)
	require.Equal(t, Settled{Conversations: 3, Posted: 3}, w.settle(3), "no more than that many is no more")
	require.Equal(t, Settled{}, w.settle(3))
	require.Zero(t, w.dirty())
}

func TestWhatCannotBeBilledWaitsLongerAndLongerBesideTheOthers(t *testing.T) {
	w := newWorld(t)
	odd, good := w.number("odd"), w.shop("good")
	stuck, fine := w.conversation(odd), w.conversation(good)
	w.exec("INSERT INTO scheme_assignments VALUES ($1, '-infinity', 'of-a-later-version')", odd)
	w.message(stuck, "inbound", monday) // the older mark
	w.message(fine, "inbound", monday)

	require.Equal(t, Settled{Conversations: 1, Failed: 1, Posted: 1}, w.settle(10))
	require.Equal(t, Settled{}, w.settle(10), "it is not tried again at once")
	_, err := w.ledger.Bill(t.Context(), stuck)
	var stuckErr *StuckError
	require.ErrorAs(t, err, &stuckErr)
	require.Equal(t, stuck, stuckErr.ConversationID)
	require.Equal(t, 1, w.count("dirty_conversations WHERE attempts = 2 AND retry_at BETWEEN now() + interval '50 seconds' AND now() + interval '61 seconds'"))

	w.exec("UPDATE dirty_conversations SET attempts = 1000")
	w.soon()
	require.Equal(t, 1, w.settle(10).Failed)
	require.Equal(t, 1, w.count("dirty_conversations WHERE retry_at BETWEEN now() + interval '59 minutes' AND now() + interval '1 hour'"))

	w.exec("UPDATE scheme_assignments SET scheme = $1", zenvia)
	w.soon()
	require.Equal(t, Settled{Conversations: 1, Posted: 1}, w.settle(10))
	w.consistent(stuck)
}

func TestARowThatTheDatabaseRefusesCostsNoneOfItsNeighbours(t *testing.T) {
	w := newWorld(t)
	number := w.shop("shop")
	var cs []uuid.UUID
	for range 3 {
		c := w.conversation(number)
		w.message(c, "inbound", monday)
		cs = append(cs, c)
	}
	w.exec(fmt.Sprintf("ALTER TABLE charges ADD CONSTRAINT odd CHECK (conversation_id <> '%s')", cs[1]))
	require.Equal(t, Settled{Conversations: 2, Failed: 1, Posted: 2}, w.settle(10))
	require.Equal(t, Settled{}, w.settle(10))
	w.exec("ALTER TABLE charges DROP CONSTRAINT odd")
	w.soon()
	require.Equal(t, Settled{Conversations: 1, Posted: 1}, w.settle(10))
	for _, c := range cs {
		w.consistent(c)
	}
}

// expiring is a context whose deadline passes when the test says so.
type expiring struct {
	context.Context
	expired chan struct{}
}

func (e expiring) Done() <-chan struct{} { return e.expired }

func (e expiring) Err() error {
	select {
	case <-e.expired:
		return context.DeadlineExceeded
	default:
		return e.Context.Err()
	}
}

func TestAConversationThatTakesTooLongIsPostponedAndStopsNobody(t *testing.T) {
	w := newWorld(t)
	number := w.shop("shop")
	long, fine := w.conversation(number), w.conversation(number)
	opener := w.message(long, "inbound", monday) // the older mark
	w.message(fine, "inbound", monday)
	other, err := w.pool.Begin(t.Context())
	require.NoError(t, err)
	defer other.Rollback(t.Context())
	w.execOn(other, "SELECT FROM events WHERE id = $1 FOR UPDATE", opener.id) // its charge waits

	ctx := expiring{t.Context(), make(chan struct{})}
	settled := make(chan error, 1)
	go func() { _, err := w.ledger.SettleBatch(ctx, 1); settled <- err }()
	w.awaitsLock("its time is up while it waits")
	close(ctx.expired)
	require.ErrorIs(t, <-settled, context.DeadlineExceeded)
	require.Eventually(t, func() bool {
		return w.count("pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") == 0
	}, 10*time.Second, time.Millisecond, "the server hears a little later that nobody waits any more, and lets go of the number")
	require.Equal(t, Settled{Conversations: 1, Posted: 1}, w.settle(1), "the other's turn")
	require.NoError(t, other.Rollback(t.Context()))
	w.soon()
	require.Equal(t, Settled{Conversations: 1, Posted: 1}, w.settle(1))
	w.consistent(long)
}

func TestAnEventThatArrivesWhileItsConversationIsBilledStaysMarked(t *testing.T) {
	for name, committed := range map[string]bool{"stored meanwhile": true, "being stored": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := w.conversation(w.shop("shop"))
			w.message(c, "inbound", monday)

			require.NoError(t, w.ledger.Open(t.Context()))
			billing, err := w.pool.Begin(t.Context())
			require.NoError(t, err)
			defer billing.Rollback(t.Context())
			q := queries(w).WithTx(billing)
			require.NoError(t, q.LockForBilling(t.Context(), c))
			tallies, pins, err := w.ledger.read(t.Context(), q, []uuid.UUID{c})
			require.NoError(t, err)
			tallies[0].conclude((&counting{}).end, pins)

			storing, err := w.pool.Begin(t.Context())
			require.NoError(t, err)
			defer storing.Rollback(t.Context())
			w.storeOn(storing, event{id: w.id(0), conversation: c, kind: "template", at: monday.Add(-time.Hour)})
			if committed {
				require.NoError(t, storing.Commit(t.Context()))
			}
			_, err = post(t.Context(), q, tallies, &counting{})
			require.NoError(t, err, "nobody waits for the other")
			require.NoError(t, billing.Commit(t.Context()))
			if !committed {
				require.NoError(t, storing.Commit(t.Context()))
			}

			require.Equal(t, 1, w.dirty())
			require.Equal(t, Posted{Charges: 1, Reversals: 1}, w.bill(c))
			w.consistent(c)
		})
	}
}

func TestSettlementSkipsWhatAnotherIsBilling(t *testing.T) {
	w := newWorld(t)
	number := w.shop("shop")
	held, free := w.conversation(number), w.conversation(number)
	w.message(held, "inbound", monday)
	w.message(free, "inbound", monday)
	other, err := w.pool.Begin(t.Context())
	require.NoError(t, err)
	require.NoError(t, queries(w).WithTx(other).LockForBilling(t.Context(), held))

	require.Equal(t, Settled{Conversations: 1, Posted: 1}, w.settle(1))
	w.consistent(free)
	require.NoError(t, other.Rollback(t.Context()))
	require.Equal(t, Settled{Conversations: 1, Posted: 1}, w.settle(1))
}

// Half of the conversations owe by sessions, and half by a scheme that counts over the number, whose allowance they exceed.
func TestManyWorkersBillEveryConversationExactlyOnce(t *testing.T) {
	w, statements := newTracedWorld(t)
	sessions, counted := w.shop("sessions"), w.number("counted")
	cs := w.serve(counted, 125, 10, october, time.Minute)
	for range 125 {
		c := w.conversation(sessions)
		w.message(c, "inbound", monday)
		w.message(c, "inbound", monday.Add(30*time.Hour))
		cs = append(cs, c)
	}
	w.analyze()
	var workers errgroup.Group
	for worker := range 6 {
		workers.Go(func() error {
			order := slices.Clone(cs) // each by all of them
			rand.New(rand.NewPCG(1, uint64(worker))).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			for i, c := range order {
				if _, err := w.ledger.Bill(t.Context(), c); err != nil {
					return err
				}
				if i%100 == 0 {
					if _, err := w.ledger.SettleBatch(t.Context(), 20); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	require.NoError(t, workers.Wait())
	w.drain(100)
	require.Zero(t, w.dirty())
	require.Zero(t, statements.deadlocks.Load())
	require.Equal(t, 250, w.count("charges WHERE business_number_id = $1", sessions))
	require.Equal(t, 1250, w.count("allowance_places"))
	standing := w.books(counted).Charges
	require.Len(t, standing, 250)
	require.Equal(t, 250, w.count("charges WHERE business_number_id = $1 AND charged_at > $2 AND reverses IS NULL", counted, october.Add(1000*time.Minute)))
	for _, c := range cs[:20] {
		w.consistent(c)
	}
}

func TestIntakeAndSettlementNeitherDeadlockNorLoseAnEvent(t *testing.T) {
	w, statements := newTracedWorld(t)
	number := w.shop("shop")
	var cs []uuid.UUID
	for range 20 {
		cs = append(cs, w.conversation(number))
	}
	var intake, settlement errgroup.Group
	for range 4 {
		intake.Go(func() error {
			for i := range 15 { // bodies with several conversations, in the order of their ids
				tx, err := w.pool.Begin(t.Context())
				if err != nil {
					return err
				}
				for _, c := range cs {
					w.storeOn(tx, event{id: w.id(0), conversation: c, kind: "inbound", at: monday.Add(time.Duration(15-i) * 20 * time.Hour)})
				}
				if err := tx.Commit(t.Context()); err != nil {
					return err
				}
			}
			return nil
		})
	}
	stop := make(chan struct{})
	for range 3 {
		settlement.Go(func() error {
			for {
				select {
				case <-stop:
					return nil
				default:
				}
				if _, err := w.ledger.SettleBatch(t.Context(), 6); err != nil {
					return err
				}
			}
		})
	}
	require.NoError(t, intake.Wait())
	close(stop)
	require.NoError(t, settlement.Wait())
	w.drain(6)
	require.Zero(t, statements.deadlocks.Load())
	for _, c := range cs {
		w.consistent(c)
		require.NotEmpty(t, w.unreversed(c))
	}
}
