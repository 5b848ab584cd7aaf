package db

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/clock"
)

// ScaleError says that a process was told another scale than the clock that is kept with the data has.
type ScaleError struct{ Told, Kept float64 }

func (e *ScaleError) Error() string {
	return fmt.Sprintf("REENGAGE_TIME_SCALE is %v, but the clock of this database runs at %v, and all processes share it", e.Told, e.Kept)
}

// LoadClock returns the clock that is kept with the data. All processes of a stack read the same pair. Another scale than
// the one kept is a *ScaleError, unless there is no conversation yet: then the clock begins at that scale.
func LoadClock(ctx context.Context, pool *pgxpool.Pool, scale float64, real time.Time) (clock.Clock, error) {
	var c clock.Clock
	err := InTx(ctx, pool, func(tx pgx.Tx) error {
		q := New(tx)
		row, err := q.LockClock(ctx)
		if err != nil {
			return err
		}
		c = clock.Clock{Anchor: row.ClockAnchor.UTC(), Wall: row.ClockWall.UTC(), Scale: row.ClockScale}
		if c.Scale == scale {
			return nil
		}
		used, err := q.HasConversations(ctx)
		if err != nil {
			return err
		}
		if used {
			return &ScaleError{Told: scale, Kept: c.Scale}
		}
		c = clock.Clock{Anchor: c.At(real), Wall: real.UTC().Truncate(time.Microsecond), Scale: scale}
		return q.SetClock(ctx, c.Anchor, c.Wall, c.Scale)
	})
	if err != nil {
		return clock.Clock{}, fmt.Errorf("load clock: %w", err)
	}
	return c, nil
}

// clockRetry is how long AwaitClock waits, in real time, before it asks again.
const clockRetry = time.Second

// AwaitClock is LoadClock for a process that starts while Postgres is away or not migrated yet: it asks until it is
// answered, and logs each new reason why not once, not every second of an outage. The error is the
// context's, or a *ScaleError, which waiting does not mend.
func AwaitClock(ctx context.Context, pool *pgxpool.Pool, scale float64, log *slog.Logger) (clock.Clock, error) {
	for said := ""; ; {
		c, err := LoadClock(ctx, pool, scale, time.Now())
		var scaleErr *ScaleError
		if err == nil || errors.As(err, &scaleErr) {
			return c, err
		}
		if err.Error() != said {
			said = err.Error()
			log.WarnContext(ctx, "waiting for the database", "error", err)
		}
		select {
		case <-ctx.Done():
			return clock.Clock{}, ctx.Err()
		case <-time.After(clockRetry):
		}
	}
}

// ResumeClock is for the one that starts a whole stack: a virtual clock resumes at the time at which it was last seen
// running, so that no virtual time passes while the stack is down. The real clock stays the real one.
func ResumeClock(ctx context.Context, pool *pgxpool.Pool, scale float64, real time.Time) (clock.Clock, error) {
	var c clock.Clock
	err := InTx(ctx, pool, func(tx pgx.Tx) error {
		q := New(tx)
		row, err := q.LockClock(ctx)
		if err != nil {
			return err
		}
		kept := clock.Clock{Anchor: row.ClockAnchor.UTC(), Wall: row.ClockWall.UTC(), Scale: row.ClockScale}
		c = clock.Clock{Anchor: kept.At(row.ClockSeen), Wall: real.UTC().Truncate(time.Microsecond), Scale: scale}
		if kept.IsReal() {
			c.Anchor = c.Wall
		}
		return q.SetClock(ctx, c.Anchor, c.Wall, c.Scale)
	})
	if err != nil {
		return clock.Clock{}, fmt.Errorf("resume clock: %w", err)
	}
	return c, nil
}
