package dbtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/db"
	"reengage/devstack/folder"
	"reengage/devstack/postgres"
)

// serverVariable names a server to use instead of one of our own.
const serverVariable = "REENGAGE_TEST_DATABASE_URL"

// databases are those that this process has on one server.
type databases struct {
	admin    *pgxpool.Pool // creates and drops
	url      *url.URL      // of the server; the path is replaced by a database's name
	template string
	prefix   string // of this process's names, so that several processes can share a server
	clones   atomic.Int64

	server  *postgres.Server // nil if it is not ours
	private *folder.PrivateFolder
}

// shared is opened by the first test that needs it.
var shared struct {
	sync.Mutex
	opened    bool
	databases *databases
	err       error
}

func sharedDatabases() (*databases, error) {
	shared.Lock()
	defer shared.Unlock()
	if !shared.opened {
		shared.opened = true
		// Not a test's context: the server outlives the test that happens to start it.
		shared.databases, shared.err = open(context.Background(), os.Getenv(serverVariable))
	}
	return shared.databases, shared.err
}

// stop ends what sharedDatabases has begun, if anything.
func stop() {
	shared.Lock()
	defer shared.Unlock()
	if shared.databases != nil {
		if err := shared.databases.close(context.Background()); err != nil {
			progress.Warn("clean up after the tests", "error", err)
		}
	}
	shared.databases, shared.opened = nil, false
}

// open migrates a template on the server named, or on one of our own.
func open(ctx context.Context, serverURL string) (*databases, error) {
	d := &databases{prefix: "reengage_test_" + strings.ToLower(rand.Text()[:8])}
	d.template = d.prefix + "_template"
	if err := d.connect(ctx, serverURL); err != nil {
		return nil, errors.Join(err, d.close(ctx))
	}
	if err := d.create(ctx, d.template, "template0"); err != nil {
		return nil, errors.Join(err, d.close(ctx))
	}
	if err := db.Migrate(ctx, d.urlOf(d.template)); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate the template of the test databases: %w", err), d.close(ctx))
	}
	return d, nil
}

func (d *databases) connect(ctx context.Context, serverURL string) error {
	if serverURL == "" {
		var err error
		if d.private, err = privateFolder(ctx); err != nil {
			return err
		}
		if d.server, err = startServer(ctx, d.private, ""); err != nil {
			return err
		}
		serverURL = d.server.URL()
	}
	var err error
	if d.url, err = url.Parse(serverURL); err != nil {
		return fmt.Errorf("%s is not a URL", serverVariable) // the cause would quote the password
	}
	d.admin, err = pgxpool.New(ctx, serverURL)
	if err != nil {
		return fmt.Errorf("connect to the server of %s: %w", serverVariable, err)
	}
	return nil
}

// clone makes a fresh copy of the template.
func (d *databases) clone(ctx context.Context) (name, url string, err error) {
	name = fmt.Sprintf("%s_%d", d.prefix, d.clones.Add(1))
	if err := d.create(ctx, name, d.template); err != nil {
		return "", "", err
	}
	return name, d.urlOf(name), nil
}

func (d *databases) create(ctx context.Context, name, template string) error {
	_, err := d.admin.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s",
		pgx.Identifier{name}.Sanitize(), pgx.Identifier{template}.Sanitize()))
	if err != nil {
		return fmt.Errorf("create a test database: %w", err)
	}
	return nil
}

// drop removes a database even if a test has left connections to it.
func (d *databases) drop(ctx context.Context, name string) error {
	_, err := d.admin.Exec(ctx, fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", pgx.Identifier{name}.Sanitize()))
	if err != nil {
		return fmt.Errorf("drop a test database: %w", err)
	}
	return nil
}

func (d *databases) urlOf(name string) string {
	other := *d.url
	other.Path = "/" + name
	return other.String()
}

// close leaves nothing behind: neither a template on somebody's server nor a server of our own.
func (d *databases) close(ctx context.Context) error {
	var failures []error
	if d.admin != nil {
		if d.server == nil {
			failures = append(failures, d.drop(ctx, d.template))
		}
		d.admin.Close()
	}
	if d.server != nil {
		d.server.Kill() // nobody wants its data
	}
	if d.private != nil {
		failures = append(failures, d.private.Remove())
	}
	return errors.Join(failures...)
}
