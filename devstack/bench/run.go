package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// measurements in their order.
var measurements = []struct {
	name string
	run  func(context.Context, *ground, size) (Group, error)
}{
	{"webhook", measureWebhook},
	{"backlog", measureBacklog},
	{"windows", measureWindows},
	{"history", measureHistory},
	{"bytes", measureFootprint},
	{"rating", measureRating},
	{"month", measureMonth},
	{"reports", measureReports},
	{"inbox", measureInbox},
	{"campaign", measureCampaign},
	{"import", measureImport},
}

// Groups are the names of all groups of figures, for Options.Only.
func Groups() []string {
	var names []string
	for _, m := range measurements {
		names = append(names, m.name)
	}
	return names
}

// Run measures everything, one group after the other, and writes the report. What it has started or created is gone when it
// returns, also after an error and when ctx ends.
func Run(ctx context.Context, o Options) (err error) {
	if o.Out == nil {
		o.Out = io.Discard
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	for _, name := range o.Only {
		if !slices.Contains(Groups(), name) {
			return fmt.Errorf("there is no group of figures called %q: there are %s", name, strings.Join(Groups(), ", "))
		}
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
	for _, m := range measurements {
		if len(o.Only) > 0 && !slices.Contains(o.Only, m.name) {
			continue
		}
		fmt.Fprintf(o.Progress, "measuring %s\n", m.name)
		group, err := m.run(ctx, g, o.size())
		if err != nil {
			return fmt.Errorf("measure %s: %w", m.name, err)
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
	if m.Temporal, err = describeTemporal(ctx, g.temporal); err != nil {
		return err
	}
	m.Temporal.Ours = g.temporal.server != nil
	if g.postgres != nil || g.temporal.server != nil {
		m.SyncMicros, err = syncMicros(g.private.Path)
	}
	return err
}

// closing joins what ending something brings to the error of a function that returns.
func closing(end func() error, err *error) { *err = errors.Join(*err, end()) }
