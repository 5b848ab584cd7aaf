// Command ensure gets what the tests and the development stack need on this machine, PostgreSQL, the Temporal CLI and
// Chromium, or says in one sentence what to install. It is run before the tests so that people see what takes minutes the first time.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"reengage/devstack/chromium"
	"reengage/devstack/postgres"
	"reengage/devstack/temporal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(ctx, log); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, log *slog.Logger) error {
	binDir, err := postgres.Ensure(ctx, log)
	if err != nil {
		return err
	}
	fmt.Println("PostgreSQL:", binDir)
	program, err := temporal.Ensure(ctx, log)
	if err != nil {
		return err
	}
	fmt.Println("Temporal:  ", program)
	path, err := chromium.Ensure(ctx, log)
	if err != nil {
		return err
	}
	fmt.Println("Chromium:  ", path)
	return nil
}
