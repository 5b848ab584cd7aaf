package browser

import (
	"context"
	"log/slog"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"

	"reengage/devstack/chromium"
)

// Browser is a running Chromium that we hold a connection to.
type Browser struct {
	process *chromium.Chromium
	ctx     context.Context
	close   context.CancelFunc
}

// Start starts one. It lives until Close, whatever becomes of ctx.
func Start(ctx context.Context, log *slog.Logger) (*Browser, error) {
	process, err := chromium.Start(ctx, log)
	if err != nil {
		return nil, err
	}
	allocator, release := remote.NewAllocator(context.WithoutCancel(ctx), process.URL, remote.NoModifyURL)
	connection, disconnect := chromedp.NewContext(allocator)
	b := &Browser{process: process, ctx: connection, close: func() { disconnect(); release() }}
	if err := chromedp.Do(connection); err != nil {
		_ = b.Close()
		return nil, err
	}
	return b, nil
}

// Close ends it, with all its tabs.
func (b *Browser) Close() error {
	b.close()
	return b.process.Stop()
}
