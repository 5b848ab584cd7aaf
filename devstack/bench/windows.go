package bench

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"
)

// measureWindows takes first messages of new contacts all the way to their charges.
func measureWindows(ctx context.Context, g *ground, n size) (Group, error) {
	group := Group{
		Name: "Windows: from a message to its charge",
		How: fmt.Sprintf("%d new contacts write once, %d webhooks stored at a time; relay and worker are running; the time ends when the "+
			"last charge is in Postgres (stored, signalled, workflow started, search attributes, timer armed, billing activity). Median of up to %d repetitions.",
			n.windows, n.concurrency, n.repetitions),
		Baseline: fmt.Sprintf("a workflow that does nothing, from start to completion, %d at a time, as many", n.concurrency),
	}
	rate, plain, err := g.windowsOn(ctx, g.temporal, n)
	if err != nil {
		return group, err
	}
	group.add("opened and billed", "windows/s", rate, plain)
	return group, g.alsoOnDisk(ctx, "windows-on-disk", func(t *temporalServer) error {
		n.windows, n.repetitions = n.onDisk/3, 1
		rate, plain, err := g.windowsOn(ctx, t, n)
		group.add("opened and billed, "+onDisk, "windows/s", rate, plain)
		group.note("%s: %d windows, once", onDisk, n.windows)
		return err
	})
}

// windowsOn returns windows per second and starts of an empty workflow per second.
func (g *ground) windowsOn(ctx context.Context, t *temporalServer, n size) (rate, plain float64, err error) {
	s, err := g.newStage(ctx, t, 1)
	if err != nil {
		return 0, 0, err
	}
	defer closing(s.close, &err)
	if err := s.workBoth(); err != nil {
		return 0, 0, err
	}
	stopRelay := s.startRelay(ctx)
	defer closing(stopRelay, &err)

	var rates, plainRates []float64
	err = repeat(n, func() error {
		bodies := s.traffic.inBodies(time.Now(), s.traffic.newcomers(n.windows), 1)
		took, err := timed(func() error {
			if err := s.take(ctx, bodies, n.concurrency); err != nil {
				return err
			}
			return s.billed(ctx, (len(rates)+1)*n.windows)
		})
		if err != nil {
			return err
		}
		rates = append(rates, perSecond(n.windows, took))
		if took, err = s.startEmpty(ctx, n); err != nil {
			return err
		}
		plainRates = append(plainRates, perSecond(n.windows, took))
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	return median(rates), median(plainRates), nil
}

// startRelay runs the relay until stop is called.
func (s *stage) startRelay(ctx context.Context) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.relay(s.temporal).Run(ctx) }()
	return func() error {
		cancel()
		return <-ended
	}
}

// startEmpty is the baseline.
func (s *stage) startEmpty(ctx context.Context, n size) (time.Duration, error) {
	return timed(func() error {
		return inParallel(ctx, n.windows, n.concurrency, func(ctx context.Context, _ int) error {
			run, err := s.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: plainQueue}, emptyWorkflow)
			if err != nil {
				return err
			}
			return run.Get(ctx, nil)
		})
	})
}
