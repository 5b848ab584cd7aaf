package temporaltest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"reengage/devstack/folder"
	"reengage/devstack/temporal"
)

// Namespace is a test's own, and empty when the test begins.
type Namespace struct {
	// Address of the server's frontend, host:port.
	Address string
	Name    string
	// Client of this namespace, closed when the test ends.
	Client client.Client
}

// Main runs a package's tests and then stops what they shared. A package that uses other shared servers too passes Stop to
// the one of them that runs the tests.
func Main(m *testing.M) {
	defer Stop()
	m.Run()
}

// New returns a fresh namespace, with the conversation workflow's search attributes, on the server that this process shares.
func New(t testing.TB) Namespace {
	t.Helper()
	server, err := sharedServer()
	require.NoError(t, err)
	return newNamespace(t, server)
}

// Server starts a server for one test, which may stop, kill and restart it; it is gone when the test ends. Options.Dir is
// filled in if empty.
func Server(t testing.TB, options temporal.Options) *temporal.Server {
	t.Helper()
	if options.Dir == "" {
		private, err := privateFolder(t.Context())
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, private.Remove()) })
		options.Dir = filepath.Join(private.Path, "temporal")
	}
	if options.Log == nil {
		options.Log = progress
	}
	server, err := temporal.Start(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(server.Kill)
	return server
}

// Dial returns a client of a namespace, closed when the test ends.
func Dial(t testing.TB, address, namespace string) client.Client {
	t.Helper()
	c, err := client.DialContext(t.Context(), client.Options{
		HostPort: address, Namespace: namespace,
		Logger: sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(newTestLog(t), nil))),
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

var namespaces atomic.Int64

func newNamespace(t testing.TB, server *temporal.Server) Namespace {
	t.Helper()
	name := fmt.Sprintf("test-%d", namespaces.Add(1))
	require.NoError(t, server.AddNamespace(t.Context(), name))
	return Namespace{Address: server.Address(), Name: name, Client: Dial(t, server.Address(), name)}
}

// progress goes to the terminal rather than to a test's log: building the CLI takes minutes, and people wait.
var progress = slog.New(slog.NewTextHandler(os.Stderr, nil))

// shared is this process's server, started by the first test that needs it.
var shared struct {
	sync.Mutex
	started bool
	server  *temporal.Server
	private *folder.PrivateFolder
	err     error
}

func sharedServer() (*temporal.Server, error) {
	shared.Lock()
	defer shared.Unlock()
	if shared.started {
		return shared.server, shared.err
	}
	shared.started = true
	// Not a test's context: the server outlives the test that happens to start it.
	ctx := context.Background()
	if shared.private, shared.err = privateFolder(ctx); shared.err != nil {
		return nil, shared.err
	}
	shared.server, shared.err = temporal.Start(ctx, temporal.Options{
		Dir: filepath.Join(shared.private.Path, "temporal"), Log: progress,
	})
	return shared.server, shared.err
}

// Stop ends the shared server, if there is one, and removes what it kept.
func Stop() {
	shared.Lock()
	defer shared.Unlock()
	if shared.server != nil {
		shared.server.Kill() // nobody needs what it knows
		shared.server = nil
	}
	if shared.private != nil {
		if err := shared.private.Remove(); err != nil {
			progress.Warn("remove the test server's folder", "error", err)
		}
		shared.private = nil
	}
	shared.started = false
}

func privateFolder(ctx context.Context) (*folder.PrivateFolder, error) {
	base, err := folder.Base()
	if err != nil {
		return nil, err
	}
	return folder.Private(ctx, base, "temporal-test")
}
