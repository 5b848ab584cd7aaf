package postgres_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"reengage/devstack/folder"
	"reengage/devstack/postgres"
	"reengage/devstack/process"
)

// The test starts itself as another program, to be killed: see TestServerEndsWhenItsParentIsKilled.
const (
	parentDir     = "REENGAGE_TEST_POSTGRES_PARENT"
	parentCache   = "REENGAGE_TEST_POSTGRES_CACHE"
	parentDurable = "REENGAGE_TEST_POSTGRES_DURABLE"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentDir); dir != "" {
		runParent(dir)
		return
	}
	m.Run()
}

func runParent(dir string) {
	server, err := postgres.Start(context.Background(), postgres.Options{
		Dir: dir, Cache: os.Getenv(parentCache), Durable: os.Getenv(parentDurable) == "true", Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println("error", err)
		return
	}
	fmt.Println(server.URL())
	select {} // until killed
}

// privateDir is a folder that Postgres can reach, whoever we are.
func privateDir(t *testing.T) (dir, cache string) {
	t.Helper()
	base, err := folder.Base()
	require.NoError(t, err)
	private, err := folder.Private(t.Context(), base, "postgres-test")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, private.Remove()) })
	return filepath.Join(private.Path, "server"), base
}

func start(t *testing.T, options postgres.Options) *postgres.Server {
	t.Helper()
	server, err := postgres.Start(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop(context.Background())) })
	return server
}

func query[T any](t *testing.T, server *postgres.Server, sql string) (value T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server.URL())
	require.NoError(t, err)
	defer conn.Close(t.Context())
	require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(&value))
	return value
}

func execute(t *testing.T, server *postgres.Server, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server.URL())
	require.NoError(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), sql)
	require.NoError(t, err)
}

func reachable(url string) bool {
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		return false
	}
	conn.Close(context.Background())
	return true
}

func TestServerKeepsPortPasswordAndData(t *testing.T) {
	for _, durable := range []bool{false, true} {
		for _, ending := range []string{"Stop", "Kill"} {
			t.Run(fmt.Sprintf("through %s and Restart, durable %v", ending, durable), func(t *testing.T) {
				dir, cache := privateDir(t)
				server := start(t, postgres.Options{Dir: dir, Cache: cache, Database: "reengage", Durable: durable})
				execute(t, server, "CREATE TABLE kept (n int)")
				execute(t, server, "INSERT INTO kept VALUES (42)")
				execute(t, server, "CHECKPOINT")
				url := server.URL()

				if ending == "Stop" {
					require.NoError(t, server.Stop(t.Context()))
				} else {
					server.Kill()
				}
				require.False(t, reachable(url))
				require.NoError(t, server.Restart(t.Context()))

				require.Equal(t, url, server.URL())
				require.Equal(t, 42, query[int](t, server, "SELECT n FROM kept"))
			})
		}
	}
}

func TestServerIsStartedAgainOnItsFolderByTheNextOwner(t *testing.T) {
	dir, _ := privateDir(t)
	options := postgres.Options{Dir: dir, Database: "reengage", Durable: true}
	first := start(t, options)
	execute(t, first, "CREATE TABLE kept AS SELECT 7 AS n")

	_, err := postgres.Start(t.Context(), options)
	require.ErrorContains(t, err, "is in use by another Postgres of ours")

	require.NoError(t, first.Stop(t.Context()))
	second := start(t, options)
	require.Equal(t, 7, query[int](t, second, "SELECT n FROM kept"))
}

func TestRestartRefusesWhileTheServerRuns(t *testing.T) {
	dir, cache := privateDir(t)
	server := start(t, postgres.Options{Dir: dir, Cache: cache})
	require.ErrorContains(t, server.Restart(t.Context()), "still runs")
}

func TestTwoServersRunSideBySideOnDifferentPorts(t *testing.T) {
	dir, cache := privateDir(t)
	one := start(t, postgres.Options{Dir: filepath.Join(dir, "one"), Cache: cache})
	two := start(t, postgres.Options{Dir: filepath.Join(dir, "two"), Cache: cache})
	require.NotEqual(t, one.Port(), two.Port())
	require.Equal(t, one.Port(), query[int](t, one, "SELECT inet_server_port()"))
	require.Equal(t, two.Port(), query[int](t, two, "SELECT inet_server_port()"))
}

func TestTakenPortIsNamedInOneSentence(t *testing.T) {
	dir, cache := privateDir(t)
	first := start(t, postgres.Options{Dir: filepath.Join(dir, "one"), Cache: cache})
	_, err := postgres.Start(t.Context(), postgres.Options{Dir: filepath.Join(dir, "two"), Cache: cache, Port: first.Port()})
	var taken *process.PortTakenError
	require.ErrorAs(t, err, &taken)
	require.EqualError(t, err, fmt.Sprintf("port %d, meant for Postgres, is taken by another program on this machine", first.Port()))
}

func TestPasswordIsAskedForEvenFromThisMachine(t *testing.T) {
	dir, cache := privateDir(t)
	server := start(t, postgres.Options{Dir: dir, Cache: cache})
	config, err := pgx.ParseConfig(server.URL())
	require.NoError(t, err)
	config.Password = "guessed"
	_, err = pgx.ConnectConfig(t.Context(), config)
	require.ErrorContains(t, err, "password authentication failed")
}

func TestTextsAreComparedInUnicode(t *testing.T) {
	dir, cache := privateDir(t)
	server := start(t, postgres.Options{Dir: dir, Cache: cache})
	require.Equal(t, "UTF8", query[string](t, server, "SHOW server_encoding"))
	require.True(t, query[bool](t, server, "SELECT 'JOSÉ' ILIKE 'josé'"))
}

func TestServerEndsWhenItsParentIsKilled(t *testing.T) {
	for _, durable := range []bool{false, true} {
		t.Run(fmt.Sprintf("and its folder can be used at once, durable %v", durable), func(t *testing.T) {
			dir, cache := privateDir(t)
			parent := exec.Command(os.Args[0])
			parent.Env = append(os.Environ(), parentDir+"="+dir, parentCache+"="+cache, parentDurable+"="+strconv.FormatBool(durable))
			parent.Stderr = os.Stderr
			out, err := parent.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, parent.Start())
			var url string
			_, err = fmt.Fscanln(out, &url)
			require.NoError(t, err)
			conn, err := pgx.Connect(t.Context(), url)
			require.NoError(t, err)
			defer conn.Close(t.Context())
			_, err = conn.Exec(t.Context(), "CREATE TABLE kept AS SELECT 7 AS n")
			require.NoError(t, err)
			pid := postmaster(t, dir)

			require.NoError(t, parent.Process.Kill())
			require.Error(t, parent.Wait())
			next := start(t, postgres.Options{Dir: dir, Durable: durable})
			// Postgres itself refuses a folder on which another server runs, so this one's start proves the other's end.
			require.NotEqual(t, pid, postmaster(t, dir))
			require.False(t, reachable(url))
			if durable {
				require.Equal(t, 7, query[int](t, next, "SELECT n FROM kept"))
			}
		})
	}
}

func postmaster(t *testing.T, dir string) (pid int) {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, "data", "postmaster.pid"))
	require.NoError(t, err)
	defer file.Close()
	_, err = fmt.Fscanln(file, &pid)
	require.NoError(t, err)
	return pid
}

func TestServerStartsWhileTheWorkingFolderIsClosedToOthers(t *testing.T) {
	dir, cache := privateDir(t)
	binDir, err := postgres.Ensure(t.Context(), slog.Default())
	require.NoError(t, err)
	t.Setenv("PATH", binDir+":"+os.Getenv("PATH")) // nothing is to be found by way of the checkout
	closed := filepath.Join(t.TempDir(), "closed") // TempDir itself may be open
	require.NoError(t, os.Mkdir(closed, 0o700))
	t.Chdir(closed)
	server := start(t, postgres.Options{Dir: dir, Cache: cache})
	require.Equal(t, 1, query[int](t, server, "SELECT 1"))
}

func TestStopReportsNothingWhenTheServerHasEndedByItself(t *testing.T) {
	dir, cache := privateDir(t)
	server := start(t, postgres.Options{Dir: dir, Cache: cache})
	require.NoError(t, syscall.Kill(postmaster(t, dir), syscall.SIGINT))
	<-server.Done()
	require.NoError(t, server.Err())
	require.NoError(t, server.Stop(t.Context()))
	require.NoError(t, server.Restart(t.Context()))
}

func TestErrTellsWhyTheServerEnded(t *testing.T) {
	dir, cache := privateDir(t)
	server := start(t, postgres.Options{Dir: dir, Cache: cache})
	require.NoError(t, server.Stop(t.Context()))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data", "postgresql.auto.conf"), []byte("no_such_setting = 1\n"), 0o600))
	require.ErrorContains(t, server.Restart(t.Context()), "no_such_setting")
}

func TestDataOfAnotherMajorVersionAreRefusedInOneSentence(t *testing.T) {
	dir, cache := privateDir(t)
	options := postgres.Options{Dir: dir, Cache: cache}
	require.NoError(t, start(t, options).Stop(t.Context()))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("9\n"), 0o600))
	_, err := postgres.Start(t.Context(), options)
	require.ErrorContains(t, err, "were made by PostgreSQL 9")
}
