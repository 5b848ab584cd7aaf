package install

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"reengage/devstack/folder"
)

// Program is something that this machine lacks, and what the package managers call the package that has it.
type Program struct {
	Name          string // as people call it: "PostgreSQL"
	Apt, Dnf, Apk string
	// There says that it is here after all: another process may have installed it meanwhile.
	There func(context.Context) bool
	// Before, if any, is done just before a package of apt's is installed, and undoes itself with what it returns.
	Before func() (undo func(), err error)
}

// Install installs the program with the package manager of this machine. It needs root.
func (p Program) Install(ctx context.Context, log *slog.Logger) error {
	base, err := folder.Base()
	if err != nil {
		return err
	}
	lock, err := folder.Lock(ctx, filepath.Join(base, "install.lock"))
	if err != nil {
		return err
	}
	defer lock.Unlock()
	if p.There(ctx) {
		return nil
	}
	for _, manager := range []struct {
		program string
		install func(context.Context, *slog.Logger) error
	}{
		{"apt-get", p.debian},
		{"dnf", func(ctx context.Context, log *slog.Logger) error {
			return p.command(ctx, log, "dnf", "install", "-y", p.Dnf)
		}},
		{"apk", func(ctx context.Context, log *slog.Logger) error {
			return p.command(ctx, log, "apk", "add", "--no-cache", p.Apk)
		}},
	} {
		if _, err := exec.LookPath(manager.program); err == nil {
			return manager.install(ctx, log)
		}
	}
	return errors.New("none of apt-get, dnf and apk is on this machine")
}

func (p Program) debian(ctx context.Context, log *slog.Logger) error {
	if p.Before != nil {
		undo, err := p.Before()
		if err != nil {
			return err
		}
		defer undo()
	}
	if err := p.command(ctx, log, "apt-get", "update", "-q"); err != nil {
		return err
	}
	// Another installation may hold dpkg's lock for a while. Packages with the same file in /etc keep the machine's own.
	return p.command(ctx, log, "apt-get", "install", "-y", "-q", "--no-install-recommends",
		"-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Options::=--force-confold", p.Apt)
}

// command runs one step of an installation, without a terminal to ask on; its error carries the last line of its output.
func (p Program) command(ctx context.Context, log *slog.Logger, name string, args ...string) error {
	line := name + " " + strings.Join(args, " ")
	log.InfoContext(ctx, "installing "+p.Name+", which this machine lacks", "command", line)
	started := time.Now()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	out, err := cmd.CombinedOutput()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return fmt.Errorf("%s: %w: %s", line, err, lines[len(lines)-1])
	}
	log.InfoContext(ctx, "done", "command", name, "took", time.Since(started).Round(time.Millisecond))
	return nil
}
