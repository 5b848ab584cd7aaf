package postgres

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

// noCluster keeps Debian's package from making and starting a cluster of its own, which would be a second server that
// nobody asked for, on port 5432.
const noCluster = "/etc/postgresql-common/createcluster.d/reengage.conf"

// installPackage installs the distribution's package. One process at a time: tests of several packages may find at once
// that there is none.
func installPackage(ctx context.Context, log *slog.Logger) error {
	base, err := folder.Base()
	if err != nil {
		return err
	}
	lock, err := folder.Lock(ctx, filepath.Join(base, "install.lock"))
	if err != nil {
		return err
	}
	defer lock.Unlock()
	if _, err := Find(ctx); err == nil {
		return nil // another process has done it meanwhile
	}

	for _, manager := range []struct {
		program string
		install func(context.Context, *slog.Logger) error
	}{
		{"apt-get", installDebian},
		{"dnf", func(ctx context.Context, log *slog.Logger) error {
			return command(ctx, log, nil, "dnf", "install", "-y", "postgresql-server")
		}},
		{"apk", func(ctx context.Context, log *slog.Logger) error {
			return command(ctx, log, nil, "apk", "add", "--no-cache", "postgresql")
		}},
	} {
		if _, err := exec.LookPath(manager.program); err == nil {
			return manager.install(ctx, log)
		}
	}
	return errors.New("none of apt-get, dnf and apk is on this machine")
}

func installDebian(ctx context.Context, log *slog.Logger) error {
	if err := os.MkdirAll(filepath.Dir(noCluster), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(noCluster, []byte("create_main_cluster = false\n"), 0o644); err != nil {
		return err
	}
	defer os.Remove(noCluster) // the machine's owner may want a cluster with the next version

	env := []string{"DEBIAN_FRONTEND=noninteractive"}
	if err := command(ctx, log, env, "apt-get", "update", "-q"); err != nil {
		return err
	}
	// Another installation may hold dpkg's lock for a while. Packages with the same file in /etc keep the machine's own.
	return command(ctx, log, env, "apt-get", "install", "-y", "-q", "--no-install-recommends",
		"-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Options::=--force-confold", "postgresql")
}

// command runs one step of an installation, without a terminal to ask on; its error carries the last line of its output.
func command(ctx context.Context, log *slog.Logger, env []string, name string, args ...string) error {
	line := name + " " + strings.Join(args, " ")
	log.InfoContext(ctx, "installing PostgreSQL, which this machine lacks", "command", line)
	started := time.Now()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return fmt.Errorf("%s: %w: %s", line, err, lines[len(lines)-1])
	}
	log.InfoContext(ctx, "done", "command", name, "took", time.Since(started).Round(time.Millisecond))
	return nil
}
