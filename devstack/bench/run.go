package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Run measures everything, one group after the other, and writes the report. What it has started or created is gone when it
// returns, also after an error and when ctx ends.
func Run(ctx context.Context, o Options) (err error) {
	if o.Out == nil {
		o.Out = io.Discard
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	r := Report{Machine: describeMachine(), Began: time.Now()}
	g, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer closing(g.close, &err)
	if err := g.describe(ctx, &r.Machine); err != nil {
		return err
	}
	for _, measure := range []struct {
		name string
		run  func(context.Context, *ground, size) (Group, error)
	}{
		{"webhooks", measureWebhook},
		{"a backlog", measureBacklog},
		{"windows", measureWindows},
		{"histories", measureHistory},
		{"bytes", measureFootprint},
		{"rating", measureRating},
	} {
		fmt.Fprintf(o.Progress, "measuring %s ...", measure.name)
		begin := time.Now()
		group, err := measure.run(ctx, g, o.size())
		fmt.Fprintf(o.Progress, " %s\n", time.Since(begin).Round(100*time.Millisecond))
		if err != nil {
			return fmt.Errorf("measure %s: %w", measure.name, err)
		}
		r.Groups = append(r.Groups, group)
	}
	r.Took = time.Since(r.Began)
	return r.write(o.Out, o.JSON)
}

// describe fills in what the servers say of themselves.
func (g *ground) describe(ctx context.Context, m *Machine) (err error) {
	s, err := g.newStage(ctx, g.temporal, 1)
	if err != nil {
		return err
	}
	defer closing(s.close, &err)
	if m.Postgres, err = describePostgres(ctx, s.serves); err != nil {
		return err
	}
	m.Postgres.Ours = g.postgres != nil
	if m.Temporal, err = describeTemporal(ctx, g.temporal, g.temporal.file); err != nil {
		return err
	}
	if g.postgres != nil || g.temporal.server != nil {
		m.SyncMicros, err = syncMicros(g.private.Path)
	}
	return err
}

// closing joins what ending something brings to the error of a function that returns.
func closing(end func() error, err *error) { *err = errors.Join(*err, end()) }
