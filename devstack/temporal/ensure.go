package temporal

import (
	"bufio"
	"context"
	"debug/buildinfo"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"reengage/devstack/folder"
)

// module whose program `temporal` is; cmdTemporal is that program.
const (
	module      = "github.com/temporalio/cli"
	cmdTemporal = module + "/cmd/temporal"
)

// Ensure returns the path of the Temporal CLI. If this machine has none it is built, which takes minutes the first time;
// the log says so first, and then how far it is.
func Ensure(ctx context.Context, log *slog.Logger) (path string, err error) {
	if path, err := exec.LookPath("temporal"); err == nil && filepath.IsAbs(path) {
		if exec.CommandContext(ctx, path, "--version").Run() == nil {
			return path, nil
		}
	}
	checkout, err := folder.Checkout()
	if err != nil {
		return "", err
	}
	return build(ctx, log, checkout)
}

// build makes bin/temporal in the checkout, unless it is there already in the version that tools/go.mod pins.
func build(ctx context.Context, log *slog.Logger, checkout string) (path string, err error) {
	tools := filepath.Join(checkout, "tools")
	wanted, err := pinned(filepath.Join(tools, "go.mod"))
	if err != nil {
		return "", err
	}
	path = filepath.Join(checkout, "bin", "temporal")
	if builtFrom(path) == wanted {
		return path, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	lock, err := folder.Lock(ctx, path+".lock")
	if err != nil {
		return "", err
	}
	defer lock.Unlock()
	if builtFrom(path) == wanted {
		return path, nil // another process has built it meanwhile
	}

	log.InfoContext(ctx, "building the Temporal CLI; the first time this takes some minutes", "module", module, "version", wanted, "to", path)
	started := time.Now()
	if err := goBuild(ctx, log, tools, path+".new"); err != nil {
		return "", fmt.Errorf("the Temporal CLI is needed: put the program temporal into PATH (https://docs.temporal.io/cli), since building it failed: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return "", err
	}
	log.InfoContext(ctx, "built the Temporal CLI", "took", time.Since(started).Round(time.Second))
	return path, nil
}

// goBuild compiles the program and tells every few seconds how many packages are done.
func goBuild(ctx context.Context, log *slog.Logger, tools, target string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-v", "-o", target, cmdTemporal)
	cmd.Dir = tools
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=") // a caller's -mod or -race is not for this
	out, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lastLine := reportProgress(ctx, log, out)
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("go build %s: %w: %s", cmdTemporal, err, lastLine)
	}
	return nil
}

// reportProgress reads what `go build -v` prints, a line per download or package, and returns the last line.
func reportProgress(ctx context.Context, log *slog.Logger, out io.Reader) (lastLine string) {
	const every = 10 * time.Second
	reported := time.Now()
	downloads, packages := 0, 0
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		lastLine = lines.Text()
		if strings.HasPrefix(lastLine, "go: downloading") {
			downloads++
		} else {
			packages++
		}
		if time.Since(reported) >= every {
			reported = time.Now()
			log.InfoContext(ctx, "still building the Temporal CLI", "downloaded", downloads, "compiled", packages)
		}
	}
	return lastLine
}

// pinned is the version of the CLI that a go.mod requires.
func pinned(goMod string) (version string, err error) {
	text, err := os.ReadFile(goMod)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) >= 2 && fields[0] == module {
			return fields[1], nil
		}
	}
	return "", fmt.Errorf("%s does not require %s", goMod, module)
}

// builtFrom is the version of the CLI that a program was built from; "" if there is no such program.
func builtFrom(path string) (version string) {
	info, err := buildinfo.ReadFile(path)
	if err != nil || info.Main.Path != module {
		return ""
	}
	return info.Main.Version
}
