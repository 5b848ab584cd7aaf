// Command devstack is the whole system on one machine: `demo` plays two days on a throw-away stack, `dev` keeps one
// running, `env` tells a shell of it, `reset` forgets its data, `bench` measures. It wires; the work is in its packages.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"reengage/devstack/bench"
	"reengage/devstack/folder"
)

type commands struct {
	Demo  demoCommand  `cmd:"" help:"Play two days of conversations on a throw-away stack and compare what came of them."`
	Dev   devCommand   `cmd:"" help:"Keep a stack running until Ctrl-C."`
	Bench benchCommand `cmd:"" help:"Measure, each figure beside a baseline of the same run."`
	Env   envCommand   `cmd:"" help:"Print the running dev stack's addresses as shell variables."`
	Reset resetCommand `cmd:"" help:"Forget the data of the dev stack."`
}

func main() {
	var c commands
	parsed := kong.Parse(&c, kong.Name("devstack"), kong.Description("Reengage on one machine."),
		kong.Vars{"groups": strings.Join(bench.Groups(), ", ")})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.Bind(log)
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// buildPrograms compiles the worker and the starter into the checkout's bin folder and returns it.
func buildPrograms(ctx context.Context) (string, error) {
	root, err := folder.Checkout()
	if err != nil {
		return "", err
	}
	bin := filepath.Join(root, "bin")
	fmt.Println("compiling the worker and the gateway")
	build := exec.CommandContext(ctx, "go", "build", "-o", bin+string(filepath.Separator), "./worker", "./starter")
	build.Dir, build.Stdout, build.Stderr = root, os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("compile the worker and the gateway: %w", err)
	}
	return bin, nil
}
