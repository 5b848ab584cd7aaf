package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"reengage/activities"
	"reengage/campaign"
	"reengage/config"
	"reengage/db"
	"reengage/intake"
	"reengage/ledger"
	"reengage/ops"
	"reengage/sending"
	"reengage/tariff"
	"reengage/whatsapp/cloudapi"
	"reengage/workflows"
	"reengage/workflows/contract"
)

// Main is the worker's wiring.
type Main struct {
	Config config.Config
	Log    *slog.Logger

	polling atomic.Bool
}

// started is a check: the worker is one only once it asks for tasks.
func (m *Main) started(context.Context) error {
	if !m.polling.Load() {
		return errors.New("waits for Postgres and Temporal")
	}
	return nil
}

// stopTimeout is how long activities under way may take to end when the worker stops, in real time. What does not end
// by then is tried again by another worker.
const stopTimeout = 20 * time.Second

// Run works until ctx ends. While Postgres or Temporal is away it waits for them; /readyz says so.
func (m *Main) Run(ctx context.Context) error {
	m.Log.Info("worker starts", "config", m.Config)
	metrics, err := ops.NewMetrics()
	if err != nil {
		return err
	}
	listener, err := ops.Listen("REENGAGE_OPS_ADDR", m.Config.OpsAddr)
	if err != nil {
		return err
	}
	pool, err := db.Open(ctx, m.Config.DatabaseURL.Reveal())
	if err != nil {
		return err
	}
	defer pool.Close()
	options, err := config.Temporal(m.Log)
	if err != nil {
		return err
	}
	temporal, err := client.NewLazyClient(options)
	if err != nil {
		return err
	}
	defer temporal.Close()
	served := make(chan error, 1)
	checks := []ops.Check{ops.Database(pool), ops.Temporal(temporal, options.Namespace), {Name: "started", Probe: m.started}}
	go func() { served <- ops.Serve(ctx, listener, ops.Handler(metrics, checks...), m.Log) }()
	if err := m.work(ctx, pool, temporal); err != nil {
		return err
	}
	return <-served
}

// work runs the worker from the moment at which Postgres and Temporal are there until ctx ends.
func (m *Main) work(ctx context.Context, pool *pgxpool.Pool, temporal client.Client) error {
	k, err := db.AwaitClock(ctx, pool, m.Config.TimeScale, m.Log)
	if ctx.Err() != nil {
		return nil // ended before there was anything to do
	}
	if err != nil {
		return err
	}
	cards, err := tariff.ShippedCards()
	if err != nil {
		return err
	}
	book := ledger.New(pool, cards, time.Duration(m.Config.EntryPointHours)*time.Hour, m.Log)
	observed, err := book.Observe()
	if err != nil {
		return fmt.Errorf("observe the ledger: %w", err)
	}
	defer func() { _ = observed.Unregister() }()
	provider, err := cloudapi.New(cloudapi.Options{BaseURL: string(m.Config.APIURL), AccessToken: m.Config.AccessToken.Reveal(), Log: m.Log})
	if err != nil {
		return err
	}
	defer provider.Close()
	store := intake.New(pool, k, m.Log)
	sender := sending.New(sending.Options{Pool: pool, Intake: store, Quoter: book, Provider: provider, Clock: k, Log: m.Log,
		UnknownAfter: m.Config.UnknownAfter, Margin: m.Config.SendMargin})
	watched, err := sender.Observe()
	if err != nil {
		return fmt.Errorf("observe the sends: %w", err)
	}
	defer func() { _ = watched.Unregister() }()
	campaigns := &campaign.Campaigns{Pool: pool, Clock: k, Temporal: temporal, Log: m.Log}
	counted, err := campaigns.Observe()
	if err != nil {
		return fmt.Errorf("observe the campaigns: %w", err)
	}
	defer func() { _ = counted.Unregister() }()
	acts := &activities.Activities{
		Campaigns: campaigns,
		Pool:      pool, Intake: store, Ledger: book, Sending: sender, Clock: k, Notify: m.Config.NotifyURL != "",
	}
	var w worker.Worker
	fatal := make(chan error, 1)
	if !m.retry(ctx, "reach Temporal", func() error {
		if err := ensureSchedules(ctx, temporal, k); err != nil {
			return err
		}
		w = newWorker(temporal, acts, fatal)
		return w.Start()
	}) {
		return nil
	}
	defer w.Stop()
	m.polling.Store(true)
	m.Log.Info("worker is ready", "task_queue", contract.TaskQueue)
	select {
	case <-ctx.Done():
		return nil
	case err := <-fatal:
		return fmt.Errorf("the worker cannot go on: %w", err)
	}
}

// activitiesAtOnce is how many activities a worker runs at once. Most of them wait for Postgres, and more than there are
// connections would only wait for one; but an attempt to send waits for its turn and for the provider, without a connection, and
// attempts of one number that hang must not take the place of everything else.
const activitiesAtOnce = 256

// newWorker is a worker that knows our workflows and activities. What stops it for good, such as a namespace that is gone, goes
// to fatal: a process that does nothing must not look alive.
func newWorker(temporal client.Client, acts *activities.Activities, fatal chan<- error) worker.Worker {
	w := workflows.NewWorker(temporal, worker.Options{
		WorkerStopTimeout:                  stopTimeout,
		MaxConcurrentActivityExecutionSize: activitiesAtOnce,
		OnFatalError: func(err error) {
			select {
			case fatal <- err:
			default: // only the first is told of
			}
		},
	})
	w.RegisterActivity(acts)
	return w
}

// retry tries until it succeeds or ctx ends, and reports which.
func (m *Main) retry(ctx context.Context, what string, try func() error) bool {
	for wait := time.Second; ; wait = min(2*wait, 15*time.Second) {
		err := try()
		if err == nil {
			return true
		}
		m.Log.Warn("cannot "+what+" yet", "error", err, "again_in", wait)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
}
