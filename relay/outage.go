package relay

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"time"

	"go.temporal.io/api/serviceerror"
	"google.golang.org/grpc/codes"
)

// dependency is one of the two without which nothing can be relayed.
type dependency string

const (
	onPostgres dependency = "postgres"
	onTemporal dependency = "temporal"
)

// failure is an error because of which nothing at all can be relayed.
type failure struct {
	of  dependency
	err error
}

// outage is a time in which nothing at all can be relayed. The zero value is none.
type outage struct {
	strikes int
	until   time.Time // nothing is tried before
	cause   *failure  // nil: no outage
}

// strike notes that something is away. Failures that come in while we are already waiting belong to the same outage and
// do not count.
func (o *outage) strike(now time.Time, cause *failure) (counted bool) {
	if now.Before(o.until) {
		return false
	}
	o.strikes++
	o.cause = cause
	o.until = now.Add(backoff(o.strikes, 500*time.Millisecond, 15*time.Second))
	return true
}

// room is how many conversations may be under way: none while we wait, then one to find out whether it is over.
func (o *outage) room(now time.Time, full int) int {
	switch {
	case o.cause == nil:
		return full
	case now.Before(o.until):
		return 0
	default:
		return 1
	}
}

func (o *outage) is(of dependency) bool { return o.cause != nil && o.cause.of == of }

// err is why a loop ended before everything was told.
func (o *outage) err(ctx context.Context) error {
	if o.cause != nil {
		return fmt.Errorf("%s is away: %w", o.cause.of, o.cause.err)
	}
	return ctx.Err()
}

// over fires when the waiting ends; never if we do not wait.
func (o *outage) over(now time.Time) <-chan time.Time {
	if !now.Before(o.until) {
		return nil
	}
	return time.After(o.until.Sub(now))
}

// backoff is how long to wait after the n-th failure in a row, from 1: doubling from first up to most, of which a random
// half is taken off so that relays do not come back all at once.
func backoff(n int, first, most time.Duration) time.Duration {
	d := most
	if n < 16 {
		d = min(most, first<<(n-1))
	}
	return d - rand.N(d/2+1)
}

// fault says what a failed signal means. The names are the metric's label.
type fault string

const (
	away    fault = "away"    // no other conversation would do better
	busy    fault = "busy"    // this one will do in a moment
	refused fault = "refused" // this one will not do until something else changes
)

// faultOf judges an error of a call to Temporal. A missing namespace and missing permission are away: they are put right
// without a change of any conversation.
func faultOf(err error) fault {
	var netErr net.Error
	if errors.As(err, &netErr) {
		return away
	}
	switch serviceerror.ToStatus(err).Code() {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled, codes.NotFound, codes.PermissionDenied, codes.Unauthenticated:
		return away
	case codes.ResourceExhausted, codes.Aborted:
		return busy
	default:
		return refused
	}
}

// delay is how long a conversation waits after its n-th failure in a row. An outage costs it nothing: the relay waits.
func (f fault) delay(n int) time.Duration {
	switch f {
	case away:
		return 0
	case busy:
		return backoff(n, 200*time.Millisecond, 10*time.Second)
	default:
		return backoff(n, time.Second, time.Minute)
	}
}
