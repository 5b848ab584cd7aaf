package chromium

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"

	"reengage/devstack/install"
)

// variable names the program where it is not in PATH, or where there are several.
const variable = "CHROMIUM"

// programs are what distributions, Google and Homebrew call it.
var programs = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"}

// ErrNotFound: this machine has no Chromium that we could run.
var ErrNotFound = errors.New("no Chromium found")

var distributions = install.Program{
	Name: "Chromium", Apt: "chromium", Dnf: "chromium-headless", Apk: "chromium",
	There: func(ctx context.Context) bool { _, err := Find(ctx); return err == nil },
}

// Ensure returns the path of the program. It installs the distribution's package as root if the machine has none, and says
// so in the log first, because that takes a while. Its error is one sentence that says what to install.
func Ensure(ctx context.Context, log *slog.Logger) (path string, err error) {
	path, err = Find(ctx)
	if !errors.Is(err, ErrNotFound) {
		return path, err
	}
	failure := errors.New("only root may install it")
	if os.Geteuid() == 0 {
		if failure = distributions.Install(ctx, log); failure == nil {
			path, failure = Find(ctx)
		}
	}
	if failure != nil {
		return "", fmt.Errorf("Chromium is needed for the tests of the console: install the package chromium (Debian: apt-get install chromium; "+
			"Homebrew: brew install chromium), or name a Chrome of yours in %s, since getting it automatically failed: %w", variable, failure)
	}
	return path, nil
}

// Find returns the program that is on this machine already, or ErrNotFound. One that cannot say its version is none: Ubuntu's
// chromium-browser without snap is a script that only says so.
func Find(ctx context.Context) (path string, err error) {
	if named := os.Getenv(variable); named != "" {
		if version(ctx, named) != nil {
			return "", fmt.Errorf("%s names %s, which does not run", variable, named)
		}
		return named, nil
	}
	for _, name := range programs {
		path, err := exec.LookPath(name)
		if err == nil && filepath.IsAbs(path) && version(ctx, path) == nil {
			return path, nil
		}
	}
	return "", ErrNotFound
}

func version(ctx context.Context, path string) error {
	return exec.CommandContext(ctx, path, "--version").Run()
}
