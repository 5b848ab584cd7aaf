package process_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/devstack/process"
)

// shell starts a shell script as a child and waits until it has written "ready".
func shell(t *testing.T, script string) *process.Process {
	t.Helper()
	p, err := process.Start(process.Command{
		Name: "the script", Path: "/bin/sh", Args: []string{"-c", script}, Dir: t.TempDir(),
		LogFile:    filepath.Join(t.TempDir(), "log"),
		StopSignal: syscall.SIGTERM, DeathSignal: syscall.SIGKILL,
	})
	require.NoError(t, err)
	t.Cleanup(p.Kill)
	require.Eventually(t, func() bool { return strings.Contains(p.Log(), "ready") }, 10*time.Second, time.Millisecond)
	return p
}

func TestStopAsksInOrder(t *testing.T) {
	p := shell(t, `trap 'echo tidied up; exit 0' TERM; echo ready; while :; do sleep 0.01; done`)
	require.NoError(t, p.Stop(t.Context()))
	require.Contains(t, p.Log(), "tidied up")
	require.NoError(t, p.Err())
}

func TestStopKillsWhatDoesNotListenAndSaysSo(t *testing.T) {
	p := shell(t, `trap '' TERM; echo ready; while :; do sleep 0.01; done`)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.EqualError(t, p.Stop(ctx), "the script did not stop when asked and was killed: context deadline exceeded")
	<-p.Done()
}

func TestStopOfAnExitedChildDoesNothing(t *testing.T) {
	p := shell(t, `echo ready`)
	<-p.Done()
	require.NoError(t, p.Stop(t.Context()))
}

func TestErrQuotesTheLastLinesOfThisRun(t *testing.T) {
	p := shell(t, `echo ready; echo no room left; exit 3`)
	<-p.Done()
	require.ErrorContains(t, p.Err(), "the script: exit status 3")
	require.ErrorContains(t, p.Err(), "ready | no room left")
}

func TestChildHasAProcessGroupOfItsOwn(t *testing.T) {
	p := shell(t, `echo $$; echo ready; while :; do sleep 0.01; done`)
	pid, err := strconv.Atoi(strings.Fields(p.Log())[0])
	require.NoError(t, err)
	group, err := syscall.Getpgid(pid)
	require.NoError(t, err)
	require.Equal(t, pid, group)
	require.NotEqual(t, syscall.Getpgrp(), group)
}

// Each goroutine that ends while locked takes its thread with it. If the child were started by the goroutine that calls
// Start, on whatever thread that happens to be on, one of these would end that thread, and the child.
func TestChildLivesOnWhileThreadsComeAndGo(t *testing.T) {
	for range 20 {
		p := shell(t, `echo ready; while :; do sleep 0.01; done`)
		for range 50 {
			ended := make(chan struct{})
			go func() {
				runtime.LockOSThread()
				close(ended) // and ends locked
			}()
			<-ended
		}
		select {
		case <-p.Done():
			t.Fatal(p.Err())
		default:
		}
		p.Kill()
	}
}

func TestRunEndsTheChildWithTheContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := process.Run(ctx, process.Command{
		Name: "a long task", Path: "/bin/sh", Args: []string{"-c", "exec sleep 600"}, Dir: t.TempDir(),
		LogFile: filepath.Join(t.TempDir(), "log"), StopSignal: syscall.SIGTERM, DeathSignal: syscall.SIGKILL,
	})
	require.EqualError(t, err, "a long task: context deadline exceeded")
}

func TestMissingProgramIsNamed(t *testing.T) {
	_, err := process.Start(process.Command{Name: "Postgres", Path: "/no/such/postgres", Dir: "/", LogFile: filepath.Join(t.TempDir(), "log")})
	require.ErrorContains(t, err, "start Postgres:")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestPortTakenKnowsAListener(t *testing.T) {
	port, err := process.FreePort()
	require.NoError(t, err)
	require.False(t, process.PortTaken(port))
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	require.NoError(t, err)
	defer listener.Close()
	require.True(t, process.PortTaken(port))
}
