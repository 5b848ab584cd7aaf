package bench

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// inParallel does 0 to n-1, so many at once, and ends with the first error.
func inParallel(ctx context.Context, n, concurrency int, do func(ctx context.Context, i int) error) error {
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(n, concurrency) {
		group.Go(func() error {
			for i := next.Add(1) - 1; i < int64(n) && ctx.Err() == nil; i = next.Add(1) - 1 {
				if err := do(ctx, int(i)); err != nil {
					return err
				}
			}
			return ctx.Err()
		})
	}
	return group.Wait()
}

// timed returns how long do took.
func timed(do func() error) (time.Duration, error) {
	begin := time.Now()
	err := do()
	return time.Since(begin), err
}

// repeat does it once, and again as long as there are repetitions and time for them left.
func repeat(n size, do func() error) error {
	begin := time.Now()
	for i := 0; i == 0 || i < n.repetitions && time.Since(begin) < n.timeForRepetitions; i++ {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// perSecond is a rate.
func perSecond(n int, took time.Duration) float64 { return float64(n) / took.Seconds() }

// median of what repetitions brought; of an even number the lower one of the middle.
func median(values []float64) float64 { return quantile(values, 0.5) }

// quantile is the least value that at least this share of them does not exceed.
func quantile[T ~int64 | ~float64](values []T, share float64) T {
	sorted := slices.Sorted(slices.Values(values))
	i := int(share*float64(len(sorted))+0.999999) - 1
	return sorted[max(0, min(i, len(sorted)-1))]
}

// patience is how long something may take that takes seconds.
const patience = 2 * time.Minute

// until asks again and again until there is as much as wanted; what says of what, should it never come.
func until(ctx context.Context, what string, wanted int, count func(context.Context) (int, error)) error {
	return untilWithin(ctx, patience, what, wanted, count)
}

// untilWithin is until with a patience of its own.
func untilWithin(ctx context.Context, patience time.Duration, what string, wanted int, count func(context.Context) (int, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found := 0
	for {
		n, err := count(ctx)
		if err == nil && n >= wanted {
			return nil
		}
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("count %s: %w", what, err)
		}
		found = max(found, n)
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d %s: %w", found, wanted, what, ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}
