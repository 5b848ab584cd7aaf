package temporal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	sdktemporal "go.temporal.io/sdk/temporal"

	"reengage/devstack/process"
	"reengage/workflows/contract"
)

// How long a server may take to answer, and to stop in order, before we give up.
const (
	startTimeout = 60 * time.Second
	stopTimeout  = 15 * time.Second
)

// searchAttributes are those of our workflows.
var searchAttributes = []sdktemporal.SearchAttributeKey{
	contract.StatusAttribute, contract.NumberAttribute, contract.ExpiresAttribute,
}

// Options say where the server keeps its state and how it behaves.
type Options struct {
	// Dir holds the server's log and, if Durable, its state. It is made if it does not exist.
	Dir string
	// Durable keeps the state in a file, so that it survives Stop, Kill and Restart; without it they forget everything.
	Durable bool
	// Port of 127.0.0.1; 0 takes a free one.
	Port int
	// UI serves the web UI on UIPort of 127.0.0.1; 0 takes a free one.
	UI     bool
	UIPort int
	// Namespace is created if need be; empty means `default`.
	Namespace string
	// SearchAttributes are registered in the namespace; nil means those of our workflows.
	SearchAttributes []sdktemporal.SearchAttributeKey
	// DynamicConfig sets server settings: name to a value in JSON, for instance "limit.historyCount.suggestContinueAsNew": "50".
	DynamicConfig map[string]string
	// Log hears of what takes long; nil means slog's default.
	Log *slog.Logger
}

// Server is a Temporal dev server that runs as our child.
type Server struct {
	options Options
	program string

	mu      sync.Mutex
	running *process.Process
}

// Start finds or builds the program, starts the server and returns when the namespace and its search attributes can be
// used. The context limits the start, not the server's life. A taken port is a *process.PortTakenError.
func Start(ctx context.Context, options Options) (*Server, error) {
	if options.Log == nil {
		options.Log = slog.Default()
	}
	if options.Namespace == "" {
		options.Namespace = client.DefaultNamespace
	}
	if options.SearchAttributes == nil {
		options.SearchAttributes = searchAttributes
	}
	var err error
	if options.Dir, err = filepath.Abs(options.Dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make Temporal's folder: %w", err)
	}
	program, err := Ensure(ctx, options.Log)
	if err != nil {
		return nil, err
	}
	return startOnPorts(ctx, options, program)
}

// startOnPorts starts the server on the ports asked for, or on free ones; should another program take a free one in
// between, on the next.
func startOnPorts(ctx context.Context, asked Options, program string) (*Server, error) {
	for attempt := 1; ; attempt++ {
		s := &Server{options: asked, program: program}
		var err error
		if asked.Port == 0 {
			s.options.Port, err = process.FreePort()
		}
		if asked.UI && asked.UIPort == 0 && err == nil {
			s.options.UIPort, err = process.FreePort()
		}
		if err != nil {
			return nil, err
		}
		err = s.launch(ctx)
		var taken *process.PortTakenError
		if errors.As(err, &taken) && taken.Port != asked.Port && taken.Port != asked.UIPort && attempt < 5 {
			continue
		}
		if err != nil {
			return nil, err
		}
		return s, nil
	}
}

// launch starts the process and waits until it can be used.
func (s *Server) launch(ctx context.Context) error {
	if err := s.takenPort(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	running, err := process.Start(process.Command{
		Name: "Temporal", Path: s.program, Args: s.arguments(),
		Dir: s.options.Dir, Env: environment(), LogFile: s.LogFile(),
		StopSignal: syscall.SIGTERM, DeathSignal: syscall.SIGKILL,
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.running = running
	s.mu.Unlock()
	if err := s.awaitUse(ctx, running); err != nil {
		s.Kill()
		if strings.Contains(running.Log(), "address already in use") {
			if taken := s.takenPort(); taken != nil {
				return taken
			}
		}
		return err
	}
	return nil
}

func (s *Server) takenPort() error {
	if process.PortTaken(s.options.Port) {
		return &process.PortTakenError{Program: "Temporal", Port: s.options.Port}
	}
	if s.options.UI && process.PortTaken(s.options.UIPort) {
		return &process.PortTakenError{Program: "Temporal's UI", Port: s.options.UIPort}
	}
	return nil
}

// awaitUse asks again and again until the server does what is expected of it, or the process or the context ends.
func (s *Server) awaitUse(ctx context.Context, running *process.Process) error {
	for {
		err := s.check(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-running.Done():
			if err := running.Err(); err != nil {
				return err
			}
			return fmt.Errorf("the Temporal server ended by itself, see %s", s.LogFile())
		case <-ctx.Done():
			return fmt.Errorf("the Temporal server cannot be used on port %d, see %s: %w", s.options.Port, s.LogFile(), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// check returns nil if the frontend answers, knows the namespace, and has its search attributes.
func (s *Server) check(ctx context.Context) error {
	// A gRPC client that finds nobody waits a second before it tries again; so look for a listener first.
	for _, address := range s.addresses() {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			return err
		}
		conn.Close()
	}
	c, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return checkNamespace(ctx, c, s.options.Namespace, s.options.SearchAttributes)
}

func (s *Server) dial(ctx context.Context) (client.Client, error) {
	return client.DialContext(ctx, client.Options{
		HostPort: s.Address(), Namespace: s.options.Namespace,
		Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
}

func (s *Server) addresses() []string {
	addresses := []string{s.Address()}
	if s.options.UI {
		addresses = append(addresses, net.JoinHostPort("127.0.0.1", strconv.Itoa(s.options.UIPort)))
	}
	return addresses
}

func (s *Server) arguments() []string {
	args := []string{"server", "start-dev", "--ip", "127.0.0.1", "--port", strconv.Itoa(s.options.Port),
		"--log-level", "warn", "--namespace", s.options.Namespace,
		// By default timers are gathered for up to a second, which is hours on a fast virtual clock.
		"--dynamic-config-value", "history.timerProcessorMaxTimeShift=\"10ms\""}
	if s.options.UI {
		args = append(args, "--ui-port", strconv.Itoa(s.options.UIPort))
	} else {
		args = append(args, "--headless")
	}
	if s.options.Durable {
		args = append(args, "--db-filename", filepath.Join(s.options.Dir, "temporal.db"))
	}
	for _, attribute := range s.options.SearchAttributes {
		args = append(args, "--search-attribute", attribute.GetName()+"="+attribute.GetValueType().String())
	}
	for name, value := range s.options.DynamicConfig {
		args = append(args, "--dynamic-config-value", name+"="+value)
	}
	return args
}

// environment is ours without what the CLI would take as settings: those name the server that a user works with.
func environment() []string {
	var kept []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TEMPORAL_") {
			kept = append(kept, variable)
		}
	}
	return kept
}

// Address of the frontend, host:port; the same after Restart.
func (s *Server) Address() string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.options.Port))
}

// Namespace that was made for the caller.
func (s *Server) Namespace() string { return s.options.Namespace }

// UIURL is the web UI's address; empty without one.
func (s *Server) UIURL() string {
	if !s.options.UI {
		return ""
	}
	return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(s.options.UIPort))
}

// LogFile is where the server writes its log: warnings and errors.
func (s *Server) LogFile() string { return filepath.Join(s.options.Dir, "temporal.log") }

// Done is closed once the server that runs now has exited, for whatever reason.
func (s *Server) Done() <-chan struct{} { return s.process().Done() }

// Err says why the server exited; nil if it runs or was stopped in order.
func (s *Server) Err() error { return s.process().Err() }

// Stop ends the server in order, which takes a second or two.
func (s *Server) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	return s.process().Stop(ctx)
}

// Kill ends the server at once. With Durable nothing that it has acknowledged is lost.
func (s *Server) Kill() { s.process().Kill() }

// Restart starts a stopped or killed server again on the same ports and, if Durable, with the same state.
func (s *Server) Restart(ctx context.Context) error {
	select {
	case <-s.Done():
		return s.launch(ctx)
	default:
		return errors.New("restart Temporal: it still runs")
	}
}

func (s *Server) process() *process.Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running
}
