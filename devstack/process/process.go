package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

// Command says what to run and how it is to be stopped.
type Command struct {
	// Name is what people call the program, for errors: "Postgres".
	Name string
	// Path is the program's absolute path, Args its arguments without the program itself.
	Path string
	Args []string
	// Dir is the working folder; Account, if any, has to be able to enter it.
	Dir string
	// Env is the whole environment; nil means ours.
	Env []string
	// LogFile takes the child's output, appended. A file and not a pipe: a child whose parent was killed would otherwise
	// die in the middle of its own shutdown, writing to a closed pipe.
	LogFile string
	// Account is the unprivileged account to run under; nil is our own.
	Account *Account
	// StopSignal asks the child to end in order.
	StopSignal syscall.Signal
	// DeathSignal is sent to the child by the kernel if we die first (Linux only).
	DeathSignal syscall.Signal
}

// Process is a running child, or one that has exited.
type Process struct {
	command  Command
	cmd      *exec.Cmd
	logStart int64 // where this run begins in the log file
	done     chan struct{}
	err      error // of Wait; to be read once done is closed
}

// Start starts the child and returns as soon as it runs; whether it does its work already is for the caller to find out.
func Start(command Command) (*Process, error) {
	log, err := os.OpenFile(command.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of %s: %w", command.Name, err)
	}
	defer log.Close() // the child holds its own
	logStart, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("find the end of the log of %s: %w", command.Name, err)
	}

	cmd := exec.Command(command.Path, command.Args...)
	cmd.Dir = command.Dir
	cmd.Env = command.Env
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = attributes(command)
	p := &Process{command: command, cmd: cmd, logStart: logStart, done: make(chan struct{})}
	started := make(chan error, 1)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Name, err)
	}
	return p, nil
}

// run starts the child and waits for it on one and the same OS thread: the parent death signal is sent when the thread
// that started the child ends. Without the lock the runtime might end that thread at any time, and the child with it.
func (p *Process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	p.err = p.cmd.Wait()
	close(p.done)
}

// Run starts the child and waits for its end. If the context ends first, the child is killed.
func Run(ctx context.Context, command Command) error {
	p, err := Start(command)
	if err != nil {
		return err
	}
	select {
	case <-p.done:
		return p.Err()
	case <-ctx.Done():
		p.Kill()
		return fmt.Errorf("%s: %w", command.Name, ctx.Err())
	}
}

// Done is closed once the child has exited.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how an exited child failed, with the last lines that it logged; nil if it runs or ended well.
func (p *Process) Err() error {
	select {
	case <-p.done:
	default:
		return nil
	}
	if p.err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w; its last lines in %s: %s", p.command.Name, p.err, p.command.LogFile, lastLines(p.Log(), 3))
}

// Stop asks the child to end in order and waits for it. If the context ends first, the child is killed and the error says so.
func (p *Process) Stop(ctx context.Context) error {
	if err := p.signal(p.command.StopSignal); err != nil {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		p.Kill()
		return fmt.Errorf("%s did not stop when asked and was killed: %w", p.command.Name, ctx.Err())
	}
}

// Kill ends the child at once, as a crash would, and waits until it is gone.
func (p *Process) Kill() {
	// The only possible error is that it is gone already.
	_ = p.signal(syscall.SIGKILL)
	<-p.done
}

// End sends another signal that makes the child exit, and waits for it. Postgres, for one, has a signal of its own for
// "stop without tidying up", after which its children are gone too.
func (p *Process) End(signal syscall.Signal) error {
	if err := p.signal(signal); err != nil {
		return err
	}
	<-p.done
	return nil
}

func (p *Process) signal(signal syscall.Signal) error {
	err := p.cmd.Process.Signal(signal)
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal %s: %w", p.command.Name, err)
	}
	return nil
}

// Log returns what the child has written since it was started.
func (p *Process) Log() string {
	log, err := os.ReadFile(p.command.LogFile)
	if err != nil || int64(len(log)) < p.logStart {
		return ""
	}
	return string(log[p.logStart:])
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], " | ")
}
