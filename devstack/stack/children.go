package stack

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"reengage/devstack/process"
)

// child is one of our own programs, as a process that can be stopped, killed and started again.
type child struct {
	name    string
	path    string
	args    []string
	env     []string
	log     string
	ready   string // URL that answers 200 once it works
	process *process.Process
}

// startTimeout is how long a program of ours may take until it answers, in real time.
const startTimeout = 30 * time.Second

func (c *child) start(ctx context.Context) error {
	p, err := process.Start(process.Command{
		Name: c.name, Path: c.path, Args: c.args, Env: append(os.Environ(), c.env...), LogFile: c.log,
		StopSignal: syscall.SIGTERM, DeathSignal: syscall.SIGKILL,
	})
	if err != nil {
		return err
	}
	c.process = p
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := answers(ctx, c.ready, p.Done()); err != nil {
		if failed := p.Err(); failed != nil {
			err = failed
		}
		p.Kill()
		return fmt.Errorf("%s does not get ready: %w", c.name, err)
	}
	return nil
}

func (c *child) stop(ctx context.Context) error {
	if c.process == nil {
		return nil
	}
	return c.process.Stop(ctx)
}

func (c *child) kill() {
	if c.process != nil {
		c.process.Kill()
	}
}

// answers waits until the URL answers 200, the context ends, or whoever should answer is gone.
func answers(ctx context.Context, url string, gone <-chan struct{}) error {
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-gone:
			return fmt.Errorf("it ended")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func logFile(dir, name string) string { return filepath.Join(dir, name+".log") }
