package db

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// How long a listener that lost its connection waits before the next try: twice as long each time.
const (
	relistenFirst = 250 * time.Millisecond
	relistenMost  = 15 * time.Second
)

// Listen calls wake for every notification on the channel until ctx ends, over a connection of its own. It also calls
// wake whenever it has begun to listen, since notifications of the time before are lost. A connection may be dead
// without anybody noticing, so who listens must look now and then without being woken.
func Listen(ctx context.Context, pool *pgxpool.Pool, channel string, log *slog.Logger, wake func()) {
	wait := relistenFirst
	for ctx.Err() == nil {
		err := listen(ctx, pool, channel, func() {
			wait = relistenFirst
			wake()
		})
		if ctx.Err() != nil {
			return
		}
		log.WarnContext(ctx, "not listening for notifications", "channel", channel, "error", err, "retry_in", wait)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, relistenMost)
	}
}

// listen returns when the connection fails or ctx ends.
func listen(ctx context.Context, pool *pgxpool.Pool, channel string, wake func()) error {
	conn, err := pgx.ConnectConfig(ctx, pool.Config().ConnConfig)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() {
		// The server forgets the session in any case; a dead one must not hold us up.
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(closing)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	for {
		wake()
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return fmt.Errorf("wait for a notification: %w", err)
		}
	}
}
