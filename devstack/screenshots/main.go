// Command screenshots makes the README's pictures of the console from its stories. They are the same whenever they are made on one
// machine, but for a few pixels at edges: the stories' clock stands still. On another machine letters may look different.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"reengage/devstack/browser"
	"reengage/devstack/console"
	"reengage/devstack/folder"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	root, err := folder.Checkout()
	if err != nil {
		return err
	}
	to := filepath.Join(root, console.PicturesFolder)
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	chromium, err := browser.Start(ctx, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		return err
	}
	defer func() {
		if failed := chromium.Close(); err == nil {
			err = failed
		}
	}()
	book := httptest.NewServer(console.StoryBook())
	defer book.Close()
	for _, p := range console.Pictures {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(to, p.File+".png")
		if err := take(chromium, book.URL, p, path); err != nil {
			return fmt.Errorf("%s: %w", p.File, err)
		}
		fmt.Println(path)
	}
	return nil
}

func take(chromium *browser.Browser, origin string, p console.Picture, path string) error {
	tab, err := chromium.Open(origin, p.Look)
	if err != nil {
		return err
	}
	defer tab.Close()
	picture, err := p.Take(tab)
	if err != nil {
		return err
	}
	return os.WriteFile(path, picture, 0o644)
}
