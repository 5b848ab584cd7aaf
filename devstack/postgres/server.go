package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"reengage/devstack/folder"
	"reengage/devstack/process"
)

// superuser is the role that owns the cluster.
const superuser = "reengage"

// How long a server may take to answer, and to stop in order, before we give up.
const (
	startTimeout = 60 * time.Second
	stopTimeout  = 30 * time.Second
)

// Options say where the server keeps its data and how it behaves.
type Options struct {
	// Dir holds all that is the server's (see the package comment). It is made if it does not exist; if we are root, the
	// account `postgres` or `nobody` has to be able to enter it.
	Dir string
	// Port of 127.0.0.1; 0 takes a free one.
	Port int
	// Database is created if it does not exist, and is the one that URL names; empty means the cluster's own `postgres`.
	Database string
	// Durable keeps what was committed through a crash of the machine. Without it a commit waits for no disk: for tests.
	Durable bool
	// Cache is a folder in which a newly made cluster is kept, so that the next server without data can start from a copy.
	// Empty means no cache. Servers from one cache have one password.
	Cache string
	// Log hears of what takes long; nil means slog's default.
	Log *slog.Logger
}

// Server is a Postgres server that runs as our child.
type Server struct {
	options  Options
	cluster  cluster
	password string
	port     int

	mu      sync.Mutex
	running *process.Process
	lock    *folder.FileLock // held while it runs
}

// Start finds or gets PostgreSQL, makes the cluster if the folder has none, starts the server and returns when it answers.
// The context limits the start, not the server's life.
//
// A taken port is a *process.PortTakenError. A folder that the server's account cannot enter, one that another stack uses
// and one of another major version are errors of one sentence.
func Start(ctx context.Context, options Options) (*Server, error) {
	if options.Log == nil {
		options.Log = slog.Default()
	}
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, err
	}
	if options.Port != 0 && process.PortTaken(options.Port) {
		return nil, &process.PortTakenError{Program: "Postgres", Port: options.Port}
	}
	account, err := account()
	if err != nil {
		return nil, err
	}
	if err := checkReachable(dir, account); err != nil {
		return nil, err
	}
	binDir, err := Ensure(ctx, options.Log)
	if err != nil {
		return nil, err
	}
	if err := makeEnterable(dir); err != nil {
		return nil, err
	}
	s := &Server{options: options, cluster: cluster{dir: dir, binDir: binDir, account: account}}
	if err := s.acquire(); err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

// checkReachable says in one sentence that the server's account cannot get at its folder.
func checkReachable(dir string, account *process.Account) error {
	blocked, err := account.Unreachable(dir)
	if err != nil {
		return err
	}
	if blocked != "" {
		return fmt.Errorf("PostgreSQL refuses to run as root and the account %s cannot enter %s: choose a folder for the data (REENGAGE_DEV_DIR) that it can enter, for instance below /var/tmp", account.Name, blocked)
	}
	return nil
}

// acquire takes the folder for this server alone.
func (s *Server) acquire() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	lock, err := folder.TryLock(filepath.Join(s.cluster.dir, "lock"))
	if errors.Is(err, folder.ErrLocked) {
		return fmt.Errorf("%s is in use by another Postgres of ours: stop that one first, or choose another folder", s.cluster.dir)
	}
	s.lock = lock
	return err
}

// release gives the folder free; twice does no harm.
func (s *Server) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock != nil {
		s.lock.Unlock()
		s.lock = nil
	}
}

// open brings the server up with a cluster and its database.
func (s *Server) open(ctx context.Context) error {
	made, err := s.cluster.exists(ctx)
	if err != nil {
		return err
	}
	switch {
	case made:
	case s.options.Cache != "":
		err = s.cluster.copyFromCache(ctx, s.options.Cache)
	default:
		err = s.cluster.create(ctx, s.options.Durable)
	}
	if err != nil {
		return err
	}
	if s.password, err = s.cluster.password(); err != nil {
		return err
	}
	if err := s.launchOnPort(ctx); err != nil {
		return err
	}
	if err := s.createDatabase(ctx); err != nil {
		s.Kill()
		return err
	}
	return nil
}

// launchOnPort starts the server on the port asked for, or on a free one; should another program take the free one in
// between, on the next.
func (s *Server) launchOnPort(ctx context.Context) error {
	if s.options.Port != 0 {
		s.port = s.options.Port
		return s.launch(ctx)
	}
	for attempt := 1; ; attempt++ {
		var err error
		if s.port, err = process.FreePort(); err != nil {
			return err
		}
		err = s.launch(ctx)
		var taken *process.PortTakenError
		if !errors.As(err, &taken) || attempt == 5 {
			return err
		}
	}
}

// launch starts the process and waits until it answers.
func (s *Server) launch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := s.awaitPredecessor(ctx); err != nil {
		return err
	}
	death := syscall.SIGINT // fast shutdown: connections are cut, the data are left in good order
	if !s.options.Durable {
		death = syscall.SIGQUIT // at once: nobody wants these data any more
	}
	running, err := process.Start(process.Command{
		Name: "Postgres", Path: filepath.Join(s.cluster.binDir, "postgres"), Args: s.arguments(),
		Dir: s.cluster.data(), Env: environment(), LogFile: s.LogFile(),
		Account: s.cluster.account, StopSignal: syscall.SIGINT, DeathSignal: death,
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.running = running
	s.mu.Unlock()
	if err := s.awaitAnswer(ctx, running); err != nil {
		s.Kill()
		if strings.Contains(running.Log(), "could not bind") {
			return &process.PortTakenError{Program: "Postgres", Port: s.port}
		}
		return err
	}
	return nil
}

// awaitPredecessor waits for a server whose parent was killed and which is still shutting down, so that its data can be
// taken over at once. Whatever it leaves behind in the end, Postgres itself knows how to judge.
func (s *Server) awaitPredecessor(ctx context.Context) error {
	for {
		text, err := os.ReadFile(filepath.Join(s.cluster.data(), "postmaster.pid"))
		if err != nil {
			return nil // there is none
		}
		firstLine, _, _ := strings.Cut(string(text), "\n")
		pid, err := strconv.Atoi(firstLine)
		if err != nil || syscall.Kill(pid, 0) != nil {
			return nil // left by one that has crashed
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s still belongs to a Postgres that runs as process %d: stop that one first", s.cluster.data(), pid)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s *Server) awaitAnswer(ctx context.Context, running *process.Process) error {
	for {
		conn, err := pgx.Connect(ctx, s.URLOf("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-running.Done():
			if err := running.Err(); err != nil {
				return err
			}
			return fmt.Errorf("PostgreSQL ended by itself, see %s", s.LogFile())
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL does not answer on port %d, see %s: %w", s.port, s.LogFile(), err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (s *Server) arguments() []string {
	settings := []string{
		"listen_addresses=127.0.0.1",
		"port=" + strconv.Itoa(s.port),
		"unix_socket_directories=",
		"shared_buffers=128MB",
		"max_connections=200",
		"timezone=UTC",
		"log_timezone=UTC",
	}
	if !s.options.Durable {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off",
			"wal_level=minimal", "max_wal_senders=0", "autovacuum=off")
	}
	args := []string{"-D", s.cluster.data()}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

func (s *Server) createDatabase(ctx context.Context) error {
	if s.options.Database == "" {
		return nil
	}
	conn, err := pgx.Connect(ctx, s.URLOf("postgres"))
	if err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	defer conn.Close(ctx)
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", s.options.Database).Scan(&exists); err != nil {
		return fmt.Errorf("look for the database: %w", err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{s.options.Database}.Sanitize()); err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	return nil
}

// URL connects to Options.Database as superuser. It holds the password.
func (s *Server) URL() string {
	if s.options.Database == "" {
		return s.URLOf("postgres")
	}
	return s.URLOf(s.options.Database)
}

// URLOf connects to another database of this server as superuser. It holds the password.
func (s *Server) URLOf(database string) string {
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword(superuser, s.password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), Path: "/" + database,
		RawQuery: "sslmode=disable",
	}
	return address.String()
}

// Port of 127.0.0.1 that the server listens on; the same after Restart.
func (s *Server) Port() int { return s.port }

// LogFile is where the server writes its log.
func (s *Server) LogFile() string { return filepath.Join(s.cluster.dir, "postgres.log") }

// Done is closed once the server that runs now has exited, for whatever reason.
func (s *Server) Done() <-chan struct{} { return s.process().Done() }

// Err says why the server exited; nil if it runs or was stopped in order.
func (s *Server) Err() error { return s.process().Err() }

// Stop shuts the server down the fast way: connections are cut, what was committed is on disk.
func (s *Server) Stop(ctx context.Context) error {
	defer s.release()
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	return s.process().Stop(ctx)
}

// Kill ends the server as a crash would, without a checkpoint; the next start recovers from the log. (Postgres' immediate
// shutdown rather than SIGKILL, which would leave its child processes running for a moment, with its memory.)
func (s *Server) Kill() {
	defer s.release()
	if err := s.process().End(syscall.SIGQUIT); err != nil {
		s.process().Kill()
	}
}

// Restart starts a stopped or killed server again, with the same data, port and password, and returns when it answers.
func (s *Server) Restart(ctx context.Context) error {
	select {
	case <-s.Done():
	default:
		return errors.New("restart Postgres: it still runs")
	}
	s.release() // it may have ended by itself
	if err := s.acquire(); err != nil {
		return err
	}
	if err := s.launch(ctx); err != nil {
		s.release()
		return err
	}
	return nil
}

func (s *Server) process() *process.Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running
}
