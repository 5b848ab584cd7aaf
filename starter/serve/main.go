package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"reengage/config"
	"reengage/db"
	"reengage/ops"
)

// Main is the process.
type Main struct {
	Config config.Config
	Log    *slog.Logger

	http, ops net.Listener
	namespace string // of Temporal, for links to its UI
}

// Listen opens both ports, so that a taken one is known before anything else has begun. The addresses that it found are
// HTTPAddr and OpsAddr; Run closes the ports.
func (m *Main) Listen() error {
	var err error
	if m.http, err = ops.Listen("REENGAGE_HTTP_ADDR", m.Config.HTTPAddr); err != nil {
		return err
	}
	if m.ops, err = ops.Listen("REENGAGE_OPS_ADDR", m.Config.OpsAddr); err != nil {
		m.http.Close()
		return err
	}
	return nil
}

// HTTPAddr is where the gateway listens, host:port.
func (m *Main) HTTPAddr() string { return m.http.Addr().String() }

// OpsAddr is where the ops port listens, host:port.
func (m *Main) OpsAddr() string { return m.ops.Addr().String() }

// Run serves until ctx ends and everything begun has come to an end. Listen must have been called.
func (m *Main) Run(ctx context.Context) error {
	defer m.http.Close()
	defer m.ops.Close()
	m.Log.InfoContext(ctx, "starting", "config", m.Config, "http", m.HTTPAddr(), "ops", m.OpsAddr())
	metrics, err := ops.NewMetrics()
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
	m.namespace = options.Namespace
	temporal, err := client.NewLazyClient(options)
	if err != nil {
		return fmt.Errorf("temporal client: %w", err)
	}
	defer temporal.Close()

	d := &door{}
	opsCtx, stopOps := context.WithCancel(context.WithoutCancel(ctx))
	var operators errgroup.Group
	operators.Go(func() error {
		checks := []ops.Check{ops.Database(pool), ops.Temporal(temporal, options.Namespace), d.check()}
		return ops.Serve(opsCtx, m.ops, ops.Handler(metrics, checks...), m.Log)
	})
	err = m.work(ctx, d, pool, temporal)
	stopOps()
	if err := errors.Join(err, operators.Wait()); err != nil {
		return err
	}
	m.Log.Info("ended")
	return nil
}

// work serves requests until ctx ends, and only then, when none is under way any more, ends what works on the stored.
func (m *Main) work(ctx context.Context, d *door, pool *pgxpool.Pool, temporal client.Client) error {
	behind, stopBehind := context.WithCancel(context.WithoutCancel(ctx))
	group, front := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer stopBehind()
		return ops.Serve(front, m.http, d, m.Log)
	})
	group.Go(func() error {
		c, err := db.AwaitClock(behind, pool, m.Config.TimeScale, m.Log)
		if behind.Err() != nil {
			return nil // ended before there was anything to do
		}
		if err != nil {
			return err
		}
		return m.open(behind, front, d, pool, temporal, c)
	})
	return group.Wait()
}
