// Command worker runs the workflows and activities. It wires and nothing else: what is decided is in conversation, what
// is done in activities.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	var m Main
	parser := kong.Must(&m.Config, kong.Name("worker"), kong.Description("Runs Reengage's workflows and activities."))
	if _, err := parser.Parse(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err, "(worker --help shows the usage)")
		os.Exit(2)
	}
	m.Log = slog.New(slog.NewJSONHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := m.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(1)
	}
}
