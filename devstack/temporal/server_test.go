package temporal_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"net"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"reengage/devstack/process"
	"reengage/devstack/temporal"
	"reengage/devstack/temporal/temporaltest"
)

// The test starts itself as another program, to be killed: see TestServerEndsWhenItsParentIsKilled.
const parentDir = "REENGAGE_TEST_TEMPORAL_PARENT"

func TestMain(m *testing.M) {
	dir := os.Getenv(parentDir)
	if dir == "" {
		temporaltest.Main(m)
		return
	}
	server, err := temporal.Start(context.Background(), temporal.Options{Dir: dir, UI: true})
	if err != nil {
		fmt.Println("error", err)
		return
	}
	fmt.Println(server.Address())
	select {} // until killed
}

func listening(address string) bool {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

func TestDurableServerKeepsPortsAndState(t *testing.T) {
	for _, ending := range []string{"Stop", "Kill"} {
		t.Run("through "+ending+" and Restart", func(t *testing.T) {
			server := temporaltest.Server(t, temporal.Options{Durable: true, Namespace: "app"})
			address := server.Address()
			c := temporaltest.Dial(t, address, "app")
			run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "waiting", TaskQueue: "queue"}, "Any")
			require.NoError(t, err)

			if ending == "Stop" {
				require.NoError(t, server.Stop(t.Context()))
			} else {
				server.Kill()
			}
			require.False(t, listening(address))
			require.NoError(t, server.Restart(t.Context()))

			require.Equal(t, address, server.Address())
			again := temporaltest.Dial(t, address, "app")
			description, err := again.DescribeWorkflowExecution(t.Context(), "waiting", "")
			require.NoError(t, err)
			require.Equal(t, run.GetRunID(), description.WorkflowExecutionInfo.Execution.RunId)
			require.Equal(t, "Running", description.WorkflowExecutionInfo.Status.String())
		})
	}
}

func TestRestartRefusesWhileTheServerRuns(t *testing.T) {
	server := temporaltest.Server(t, temporal.Options{})
	require.ErrorContains(t, server.Restart(t.Context()), "still runs")
}

func TestTwoServersRunSideBySide(t *testing.T) {
	one := temporaltest.Server(t, temporal.Options{UI: true})
	two := temporaltest.Server(t, temporal.Options{UI: true})
	require.NotEqual(t, one.Address(), two.Address())
	require.NotEqual(t, one.UIURL(), two.UIURL())
	for _, server := range []*temporal.Server{one, two} {
		response, err := http.Get(server.UIURL())
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode)
	}
}

func TestHeadlessServerHasNoUI(t *testing.T) {
	require.Empty(t, temporaltest.Server(t, temporal.Options{}).UIURL())
}

func TestTakenPortIsNamedInOneSentence(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	for program, options := range map[string]temporal.Options{
		"Temporal":      {Port: port},
		"Temporal's UI": {UI: true, UIPort: port},
	} {
		options.Dir = t.TempDir()
		_, err = temporal.Start(t.Context(), options)
		var taken *process.PortTakenError
		require.ErrorAs(t, err, &taken)
		require.EqualError(t, err, fmt.Sprintf("port %d, meant for %s, is taken by another program on this machine", port, program))
	}
}

func TestSettingThatTheServerRefusesIsQuoted(t *testing.T) {
	_, err := temporal.Start(t.Context(), temporal.Options{Dir: t.TempDir(), DynamicConfig: map[string]string{"limit.maxIDLength": "not JSON"}})
	require.ErrorContains(t, err, "limit.maxIDLength")
}

func TestServerEndsWhenItsParentIsKilled(t *testing.T) {
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), parentDir+"="+t.TempDir())
	parent.Stderr = os.Stderr
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	var address string
	_, err = fmt.Fscanln(out, &address)
	require.NoError(t, err)
	require.True(t, listening(address))

	require.NoError(t, parent.Process.Kill())
	require.Error(t, parent.Wait())
	require.Eventually(t, func() bool { return !listening(address) }, time.Minute, 10*time.Millisecond)
}

func TestSettingsOfTheUsersOwnServerAreNotTaken(t *testing.T) {
	t.Setenv("TEMPORAL_ADDRESS", "temporal.example.com:7233")
	t.Setenv("TEMPORAL_NAMESPACE", "production")
	server := temporaltest.Server(t, temporal.Options{})
	require.Equal(t, "default", server.Namespace())
	require.True(t, listening(server.Address()))
}
