package relay

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/clock"
	"reengage/db"
	"reengage/engine"
)

// channel is notified by whoever stores an event that is to be signalled.
const channel = "reengage_relay"

// Signaller is what the relay needs of Temporal; a client.Client is one.
type Signaller interface {
	engine.Signaller
	SignalWorkflow(ctx context.Context, workflowID, runID, signalName string, arg any) error
}

// Options say what a relay works with. Pool, Temporal and Log are needed; the rest may be zero.
type Options struct {
	Pool     *pgxpool.Pool
	Temporal Signaller
	Clock    clock.Clock  // handed to the runs that a signal starts
	Log      *slog.Logger // never sees personal data
	Holder   uuid.UUID    // names this relay in the leases; default a new one

	Concurrency int           // conversations signalled at once; default 16
	Lease       time.Duration // how long a conversation is ours, real time; default 30 s
	CallTimeout time.Duration // of one call to Temporal, real time; default 10 s
	Poll        time.Duration // how often to look without being woken, real time; default 1 s
}

// Relay hands stored events to their conversations' workflows. Any number of relays may run on one database.
type Relay struct {
	Options
	queries *db.Queries
	metrics *metrics
	woken   chan struct{}
}

// New returns a relay that does nothing yet.
func New(o Options) *Relay {
	if o.Holder == uuid.Nil {
		o.Holder = uuid.New()
	}
	o.Concurrency = orDefault(o.Concurrency, 16)
	o.Lease = orDefault(o.Lease, 30*time.Second)
	o.CallTimeout = orDefault(o.CallTimeout, 10*time.Second)
	o.Poll = orDefault(o.Poll, time.Second)
	return &Relay{Options: o, queries: db.New(o.Pool), metrics: newMetrics(), woken: make(chan struct{}, 1)}
}

func orDefault[T int | time.Duration](value, otherwise T) T {
	if value > 0 {
		return value
	}
	return otherwise
}

// Run relays until ctx ends and what is under way has come to an end. Nothing that fails ends it.
func (r *Relay) Run(ctx context.Context) error {
	stopObserving, err := r.metrics.observe(r.queries)
	if err != nil {
		return err
	}
	defer stopObserving()
	var listening sync.WaitGroup
	listening.Go(func() { db.Listen(ctx, r.Pool, channel, r.Log, r.wake) })
	defer listening.Wait()
	_ = r.loop(ctx, false) // ends with ctx only
	return nil
}

// Drain relays until nobody has to be told of anything any more, as far as it can be told now: a conversation that
// Temporal refuses, and one that another relay holds, is left for later. It returns an error if Temporal or Postgres is
// away.
func (r *Relay) Drain(ctx context.Context) error { return r.loop(ctx, true) }

func (r *Relay) wake() {
	select {
	case r.woken <- struct{}{}:
	default: // it will look anyway
	}
}
