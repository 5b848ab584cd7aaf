package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/worker"

	"reengage/activities"
	"reengage/clock"
	"reengage/db"
	"reengage/intake"
	"reengage/ledger"
	"reengage/relay"
	"reengage/tariff"
	"reengage/workflows"
	"reengage/workflows/contract"
)

// stage is the whole system on an empty database of its own, wired as starter and worker wire it, and thrown away after one
// group of figures. The business number owes by zenvia-conversion.
type stage struct {
	*ground
	temporal *temporalServer
	scratch  *scratch
	traffic  traffic
	clock    clock.Clock
	store    *intake.Store
	serves   *pgxpool.Pool // the gateway's and the relay's
	works    *pgxpool.Pool // the worker's
	workers  []worker.Worker
}

// newStage sets the system up, without workers. scale is the virtual clock's.
func (g *ground) newStage(ctx context.Context, t *temporalServer, scale float64) (_ *stage, err error) {
	s := &stage{ground: g, temporal: t}
	if s.scratch, err = g.newScratch(ctx); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.serves, err = db.Open(ctx, s.scratch.url); err != nil {
		return nil, err
	}
	if s.works, err = db.Open(ctx, s.scratch.url); err != nil {
		return nil, err
	}
	if s.clock, err = db.LoadClock(ctx, s.serves, scale, time.Now()); err != nil {
		return nil, err
	}
	s.store = intake.New(s.serves, s.clock, g.log)
	// The number has to be known before it can be assigned a scheme.
	if _, err := s.store.Resolve(ctx, time.Now(), phoneNumberID, intake.Identity{Phone: s.traffic.newcomer().phone()}); err != nil {
		return nil, err
	}
	book, err := newLedger(s.serves, g.log)
	if err != nil {
		return nil, err
	}
	return s, book.Assign(ctx, ledger.Assignment{PhoneNumberID: phoneNumberID, Scheme: "zenvia-conversion"})
}

// newLedger is a ledger as the worker opens it.
func newLedger(pool *pgxpool.Pool, log *slog.Logger) (*ledger.Ledger, error) {
	cards, err := tariff.ShippedCards()
	if err != nil {
		return nil, err
	}
	return ledger.New(pool, cards, tariff.DefaultEntryPoint, log), nil
}

// work starts a worker with the real workflows and activities, as the worker program does.
func (s *stage) work() error {
	book, err := newLedger(s.works, s.log)
	if err != nil {
		return err
	}
	w := workflows.NewWorker(s.temporal.Client, worker.Options{Identity: identity,
		MaxConcurrentActivityExecutionSize: int(s.works.Config().MaxConns) * 4})
	w.RegisterActivity(&activities.Activities{Pool: s.works, Intake: intake.New(s.works, s.clock, s.log), Ledger: book,
		Clock: s.clock})
	return s.start(w)
}

// workPlainly starts a worker with the workflows that ours are held against.
func (s *stage) workPlainly() error {
	w := worker.New(s.temporal.Client, plainQueue, worker.Options{DisableRegistrationAliasing: true, Identity: identity})
	registerPlain(w)
	return s.start(w)
}

func (s *stage) workBoth() error { return errors.Join(s.work(), s.workPlainly()) }

func (s *stage) start(w worker.Worker) error {
	if err := w.Start(); err != nil {
		return fmt.Errorf("start a worker: %w", err)
	}
	s.workers = append(s.workers, w)
	return nil
}

// relay returns a relay that is not running.
func (s *stage) relay(signaller relay.Signaller) *relay.Relay {
	return relay.New(relay.Options{Pool: s.serves, Temporal: signaller, Clock: s.clock, Log: s.log})
}

// take stores webhooks without HTTP.
func (s *stage) take(ctx context.Context, bodies []signedBody, concurrency int) error {
	return inParallel(ctx, len(bodies), concurrency, func(ctx context.Context, i int) error {
		_, err := s.store.Webhook(ctx, bodies[i].bytes, time.Now())
		return err
	})
}

// analyze tells Postgres's planner how large the tables are, as autovacuum does by itself within a minute or so, and begins new
// connections, as the pools do every hour: what they have learned of plans for empty tables would stay with the old ones.
func (s *stage) analyze(ctx context.Context) error {
	if _, err := s.serves.Exec(ctx, "ANALYZE"); err != nil {
		return err
	}
	s.serves.Reset()
	s.works.Reset()
	return nil
}

// now is the virtual time.
func (s *stage) now() time.Time { return s.clock.At(time.Now()) }

func (s *stage) count(ctx context.Context, from string) (n int, err error) {
	err = s.serves.QueryRow(ctx, "SELECT count(*) FROM "+from).Scan(&n)
	return n, err
}

// billed waits until so many charges are posted. Every invented person who has written owes one.
func (s *stage) billed(ctx context.Context, charges int) error {
	return until(ctx, "charges posted", charges, func(ctx context.Context) (int, error) { return s.count(ctx, "charges") })
}

// nothingPending is an error if the relay has left something behind.
func (s *stage) nothingPending(ctx context.Context) error {
	left, err := s.count(ctx, "events WHERE needs_signal AND signalled_at IS NULL")
	if err == nil && left > 0 {
		err = fmt.Errorf("the relay has left %d messages behind: has the namespace our search attributes (ReengageStatus, "+
			"ReengageNumber, ReengageWindowExpiresAt)?", left)
	}
	return err
}

// close ends the workers, the workflows that are still open, and the database, also when the measuring was cut short.
func (s *stage) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), cleanUpWithin)
	defer cancel()
	for _, w := range s.workers {
		w.Stop()
	}
	var failures []error
	if s.works != nil {
		s.works.Close()
	}
	if s.serves != nil {
		failures = append(failures, s.endConversations(ctx))
		s.serves.Close()
	}
	return errors.Join(append(failures, s.scratch.drop())...)
}

// endConversations terminates the conversations on a server of the user's. One of ours is thrown away.
func (s *stage) endConversations(ctx context.Context) error {
	if s.temporal.server != nil {
		return nil
	}
	rows, err := s.serves.Query(ctx, "SELECT id FROM conversations WHERE EXISTS (SELECT FROM events e "+
		"WHERE e.conversation_id = conversations.id AND e.signalled_at IS NOT NULL)")
	if err != nil {
		return fmt.Errorf("list the conversations to end: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("list the conversations to end: %w", err)
	}
	return inParallel(ctx, len(ids), 16, func(ctx context.Context, i int) error {
		return s.temporal.end(ctx, contract.ConversationWorkflowID(ids[i]))
	})
}

// end terminates a workflow, if it is still open.
func (t *temporalServer) end(ctx context.Context, workflowID string) error {
	err := t.TerminateWorkflow(ctx, workflowID, "", "the bench is over")
	var gone *serviceerror.NotFound
	if err != nil && !errors.As(err, &gone) {
		return fmt.Errorf("end workflow %s: %w", workflowID, err)
	}
	return nil
}
