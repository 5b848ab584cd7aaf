package api

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// ComparisonTimeout bounds one comparison, in real time: it rates a period's messages, of which there may be millions.
const ComparisonTimeout = 5 * time.Minute

// comparing runs what rates messages by the million. There is one at a time in a gateway, whose first duty are webhooks.
func (a *API) comparing(ctx context.Context, compare func() error) error {
	if !a.comparison.TryLock() {
		p := newProblem(http.StatusTooManyRequests, "comparison_running", "this gateway compares something else right now; try again when it is done")
		p.retryAfter = "5"
		return p
	}
	defer a.comparison.Unlock()
	err := compare()
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return newProblem(http.StatusServiceUnavailable, "comparison_too_long", "the comparison took too long; ask for a shorter period or for fewer numbers")
	}
	return err
}
