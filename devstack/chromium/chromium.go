package chromium

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"reengage/devstack/folder"
	"reengage/devstack/process"
)

// startTimeout is how long Chromium may take until it listens, on a busy machine with cold disks.
const startTimeout = time.Minute

// Chromium is a running browser.
type Chromium struct {
	// URL is where it speaks the DevTools protocol: ws://127.0.0.1:port/devtools/browser/...
	URL string

	process *process.Process
	profile *folder.PrivateFolder
}

// Start starts one with an empty profile.
func Start(ctx context.Context, log *slog.Logger) (_ *Chromium, err error) {
	path, err := Ensure(ctx, log)
	if err != nil {
		return nil, err
	}
	base, err := folder.Base()
	if err != nil {
		return nil, err
	}
	profile, err := folder.Private(ctx, base, "chromium")
	if err != nil {
		return nil, err
	}
	c := &Chromium{profile: profile}
	c.process, err = process.Start(process.Command{
		Name: "Chromium", Path: path, Args: flags(profile.Path), LogFile: filepath.Join(profile.Path, "chromium.log"),
		Env:        append(os.Environ(), "HOME="+profile.Path), // where it keeps caches whatever its profile is
		StopSignal: syscall.SIGTERM, DeathSignal: syscall.SIGKILL,
	})
	if err != nil {
		return nil, errors.Join(err, profile.Remove())
	}
	if c.URL, err = c.listens(ctx); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

func flags(profile string) []string {
	flags := []string{
		"--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions",
		"--disable-dev-shm-usage", // containers have 64 MB of it
		// Pages in contexts that nobody looks at must not be slowed down: each stands for an agent who does.
		"--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
		// Pictures come out the same on every machine as far as that can be.
		"--hide-scrollbars", "--force-color-profile=srgb", "--font-render-hinting=none", "--lang=en-US",
		"--user-data-dir=" + filepath.Join(profile, "profile"), "--remote-debugging-port=0",
	}
	if os.Geteuid() == 0 {
		flags = append(flags, "--no-sandbox") // root has none
	}
	return append(flags, "about:blank")
}

// listens waits until it has written down the port that it has chosen.
func (c *Chromium) listens(ctx context.Context) (url string, err error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		text, err := os.ReadFile(filepath.Join(c.profile.Path, "profile", "DevToolsActivePort"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if port, path, whole := strings.Cut(string(text), "\n"); whole && path != "" {
			return "ws://127.0.0.1:" + port + path, nil
		}
		select {
		case <-c.process.Done():
			return "", fmt.Errorf("Chromium ended at once: %w", c.process.Err())
		case <-ctx.Done():
			return "", fmt.Errorf("Chromium does not listen: %w; it says: %s", ctx.Err(), c.process.Log())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Stop ends it and forgets its profile, as far as nobody writes there any more.
func (c *Chromium) Stop() error {
	c.process.Kill()
	if err := c.profile.Remove(); !errors.Is(err, syscall.ENOTEMPTY) {
		return err
	}
	return nil
}
