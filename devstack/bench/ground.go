package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"reengage/db"
	"reengage/devstack/folder"
	"reengage/devstack/postgres"
	devtemporal "reengage/devstack/temporal"
	"reengage/workflows/contract"
)

// identity of our clients and workers. A server remembers workers for some minutes; by this name we know our own again.
const identity = "reengage-bench"

// cleanUpWithin bounds what is done after the end, or after Ctrl-C.
const cleanUpWithin = 30 * time.Second

// ground is what everything is measured on: a Postgres that databases can be made on, and a Temporal.
type ground struct {
	log      *slog.Logger
	sdkLog   sdklog.Logger // errors only: a worker that is stopped warns of it
	private  *folder.PrivateFolder
	postgres *postgres.Server // nil: the user's own

	databaseURL *url.URL
	temporal    *temporalServer // the user's own, or one of ours with its state in memory
}

// temporalServer is a client with the server behind it.
type temporalServer struct {
	client.Client
	server  *devtemporal.Server   // nil: the user's own
	file    string                // of the server's state; empty: in memory, or not ours
	private *folder.PrivateFolder // nil: it has none for itself
}

func open(ctx context.Context, o Options) (_ *ground, err error) {
	logAt := func(l slog.Level) *slog.Logger {
		return slog.New(slog.NewTextHandler(o.Progress, &slog.HandlerOptions{Level: l}))
	}
	g := &ground{log: logAt(slog.LevelWarn), sdkLog: sdklog.NewStructuredLogger(logAt(slog.LevelError))}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.close())
		}
	}()
	base, err := folder.Base()
	if err != nil {
		return nil, err
	}
	if g.private, err = folder.Private(ctx, base, "bench"); err != nil {
		return nil, err
	}
	if err := g.openPostgres(ctx, o.DatabaseURL); err != nil {
		return nil, err
	}
	if o.Temporal == nil {
		g.temporal, err = g.startTemporal(ctx, devtemporal.Options{Dir: filepath.Join(g.private.Path, "temporal")})
		return g, err
	}
	g.temporal, err = g.dialGiven(ctx, *o.Temporal)
	return g, err
}

func (g *ground) openPostgres(ctx context.Context, given string) (err error) {
	if given == "" {
		g.postgres, err = postgres.Start(ctx, postgres.Options{Dir: filepath.Join(g.private.Path, "postgres"), Durable: true, Log: g.log})
		if err != nil {
			return err
		}
		given = g.postgres.URL()
	}
	g.databaseURL, err = url.Parse(given)
	if err != nil || (g.databaseURL.Scheme != "postgres" && g.databaseURL.Scheme != "postgresql") {
		return errors.New("DATABASE_URL is not a Postgres URL") // the cause would show the password
	}
	return nil
}

// startTemporal starts a dev server of our own.
func (g *ground) startTemporal(ctx context.Context, o devtemporal.Options) (*temporalServer, error) {
	o.Log = g.log
	server, err := devtemporal.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	c, err := client.DialContext(ctx, client.Options{HostPort: server.Address(), Namespace: server.Namespace(),
		Identity: identity, Logger: g.sdkLog})
	if err != nil {
		server.Kill()
		return nil, fmt.Errorf("reach Temporal: %w", err)
	}
	t := &temporalServer{Client: c, server: server}
	if o.Durable {
		t.file = filepath.Join(o.Dir, "temporal.db")
	}
	return t, nil
}

// startTemporalOnDisk keeps the server's state in a file, in a folder of this name, and syncs it.
func (g *ground) startTemporalOnDisk(ctx context.Context, name string) (*temporalServer, error) {
	return g.startTemporal(ctx, devtemporal.Options{Dir: filepath.Join(g.private.Path, name), Durable: true})
}

// onDisk says in a figure's name that Temporal's state was in a file that it syncs.
const onDisk = "Temporal on disk"

// alsoOnDisk measures once more on a fresh dev server that syncs every write; not if the user has named a server.
func (g *ground) alsoOnDisk(ctx context.Context, name string, measure func(*temporalServer) error) (err error) {
	if g.temporal.server == nil {
		return nil
	}
	t, err := g.startTemporalOnDisk(ctx, name)
	if err != nil {
		return err
	}
	defer closing(t.close, &err)
	return measure(t)
}

// startTemporalInFile keeps the server's state in a file whose size is what matters: where there is a file system in
// memory with enough room, there, since a dev server syncs a file many times for every step of a workflow.
func (g *ground) startTemporalInFile(ctx context.Context) (*temporalServer, error) {
	const inMemory, room = "/dev/shm", 512 << 20
	var fs syscall.Statfs_t
	if err := syscall.Statfs(inMemory, &fs); err != nil || int64(fs.Bavail)*int64(fs.Bsize) < room {
		return g.startTemporalOnDisk(ctx, "temporal-in-file")
	}
	private, err := folder.Private(ctx, inMemory, "reengage-bench")
	if err != nil {
		return nil, err
	}
	t, err := g.startTemporal(ctx, devtemporal.Options{Dir: private.Path, Durable: true})
	if err != nil {
		return nil, errors.Join(err, private.Remove())
	}
	t.private = private
	return t, nil
}

// dialGiven takes a namespace only if nobody works there: a worker of the user's would get our conversations, of which its
// database knows nothing.
func (g *ground) dialGiven(ctx context.Context, options client.Options) (*temporalServer, error) {
	options.Identity, options.Logger = identity, g.sdkLog
	c, err := client.DialContext(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("reach Temporal: %w", err)
	}
	for _, kind := range []enums.TaskQueueType{enums.TASK_QUEUE_TYPE_WORKFLOW, enums.TASK_QUEUE_TYPE_ACTIVITY} {
		queue, err := c.DescribeTaskQueue(ctx, contract.TaskQueue, kind)
		if err != nil {
			c.Close()
			return nil, fmt.Errorf("look for workers in the namespace: %w", err)
		}
		if worker := foreign(queue.GetPollers()); worker != "" {
			c.Close()
			return nil, fmt.Errorf("worker %s has been at work on task queue %s of this namespace within the last minutes: "+
				"give the bench a namespace of its own (TEMPORAL_NAMESPACE)", worker, contract.TaskQueue)
		}
	}
	return &temporalServer{Client: c}, nil
}

// foreign returns the identity of a worker that is not ours.
func foreign(pollers []*taskqueue.PollerInfo) string {
	for _, p := range pollers {
		if p.GetIdentity() != identity {
			return p.GetIdentity()
		}
	}
	return ""
}

func (t *temporalServer) close() error {
	t.Close()
	if t.server != nil {
		t.server.Kill() // nobody wants its data
	}
	if t.private != nil {
		return t.private.Remove()
	}
	return nil
}

// close removes everything of ours.
func (g *ground) close() error {
	var failures []error
	if g.temporal != nil {
		failures = append(failures, g.temporal.close())
	}
	if g.postgres != nil {
		g.postgres.Kill()
	}
	if g.private != nil {
		failures = append(failures, g.private.Remove())
	}
	return errors.Join(failures...)
}

// scratch is a database that is dropped again.
type scratch struct {
	ground *ground
	name   string
	url    string
}

func (g *ground) newScratch(ctx context.Context) (*scratch, error) {
	s := &scratch{ground: g, name: "reengage_bench_" + strings.ToLower(rand.Text()[:10])}
	if err := g.asAdmin(ctx, "CREATE DATABASE "+pgx.Identifier{s.name}.Sanitize()); err != nil {
		err = fmt.Errorf("create a scratch database: %w", err)
		if ctx.Err() != nil { // cut short, it may have come about
			err = errors.Join(err, s.drop())
		}
		return nil, err
	}
	own := *g.databaseURL
	own.Path = "/" + s.name
	s.url = own.String()
	if err := db.Migrate(ctx, s.url); err != nil {
		return nil, errors.Join(err, s.drop())
	}
	return s, nil
}

// drop does so also when the measuring was cut short.
func (s *scratch) drop() error {
	ctx, cancel := context.WithTimeout(context.Background(), cleanUpWithin)
	defer cancel()
	if err := s.ground.asAdmin(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{s.name}.Sanitize()+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop the scratch database %s: %w", s.name, err)
	}
	return nil
}

// asAdmin runs a statement in the database that we were given.
func (g *ground) asAdmin(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, g.databaseURL.String())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, statement)
	return err
}
