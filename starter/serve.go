package main

import (
	"context"
	"fmt"
	"log/slog"

	"reengage/config"
	"reengage/db"
	"reengage/starter/serve"
)

type serveVerb struct {
	Config config.Config `embed:""`
}

// Run serves until it is told to end.
func (v *serveVerb) Run(ctx context.Context, s streams) error {
	m := serve.Main{Config: v.Config, Log: slog.New(slog.NewJSONHandler(s.err, nil))}
	if err := m.Listen(); err != nil {
		return err
	}
	return m.Run(ctx)
}

type migrateVerb struct {
	Config config.Config `embed:""`
}

// Run migrates the database.
func (v *migrateVerb) Run(ctx context.Context, s streams) error {
	if err := db.Migrate(ctx, v.Config.DatabaseURL.Reveal()); err != nil {
		if db.Away(err) {
			return fmt.Errorf("the database that DATABASE_URL names cannot be reached: %w", err)
		}
		return err
	}
	fmt.Fprintln(s.out, "The database's schema is up to date.")
	return nil
}
