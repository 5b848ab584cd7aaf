package main

import (
	"context"
	"log/slog"
	"os"

	"reengage/devstack/bench"
)

type benchCommand struct {
	Only []string `help:"Groups to run, of ${groups}; default all."`
	JSON bool     `name:"json" help:"Print the report as JSON."`
}

// Run measures, on servers of its own or on those that the environment names.
func (c benchCommand) Run(ctx context.Context, log *slog.Logger) error {
	o, err := bench.FromEnvironment(log)
	if err != nil {
		return err
	}
	o.Only, o.JSON, o.Out, o.Progress = c.Only, c.JSON, os.Stdout, os.Stderr
	return bench.Run(ctx, o)
}
