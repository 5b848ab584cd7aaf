package live

import (
	"context"
	"time"
)

// How often old changes are taken away, and how many at once, so that no transaction of it is long.
const (
	pruneEvery = 10 * time.Minute
	pruneMost  = 10_000
)

// Run takes away what is older than the retention, whether anybody listens or not, until ctx ends. Nothing that fails ends it.
func (f *Feed) Run(ctx context.Context) error {
	turn := time.NewTicker(pruneEvery)
	defer turn.Stop()
	for {
		if err := f.Prune(ctx, time.Now()); err != nil && ctx.Err() == nil {
			f.Log.WarnContext(ctx, "old changes stay for now", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-turn.C:
		}
	}
}

// Prune takes away what at the real time now is older than the retention.
func (f *Feed) Prune(ctx context.Context, now time.Time) error {
	for {
		gone, err := f.reader.queries.PruneChanges(ctx, pruneMost, now.Add(-f.Retention))
		if err != nil || gone < pruneMost {
			return err
		}
	}
}
