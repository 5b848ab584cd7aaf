package relay

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// claim is a conversation that is ours until the lease runs out.
type claim struct {
	conversation uuid.UUID
	until        time.Time // on the database's clock; with the holder's id it names this claim and no other
	attempts     int       // that failed since the last success
	deadline     time.Time // on our clock, well before until: then we let go of it
}

// loop takes conversations while there is room for them and waits for something to change when there is not. With once
// it ends as soon as nothing can be taken and nothing is under way.
func (r *Relay) loop(ctx context.Context, once bool) error {
	var down outage
	results := make(chan result, r.Concurrency)
	underWay := 0
	defer func() {
		for ; underWay > 0; underWay-- {
			<-results
		}
	}()
	poll := time.NewTicker(r.Poll)
	defer poll.Stop()

	for look := true; ; { // look: there may be something to take
		if room := down.room(time.Now(), r.Concurrency) - underWay; look && room > 0 {
			claims, err := r.claim(ctx, room)
			switch {
			case ctx.Err() != nil:
			case err != nil:
				r.strike(ctx, &down, &failure{onPostgres, err})
			case down.is(onPostgres):
				r.recover(ctx, &down)
			}
			for _, c := range claims {
				underWay++
				go func() { results <- r.deliver(ctx, c) }()
			}
			look = len(claims) == room || down.cause != nil
		}
		if once && underWay == 0 && (!look || down.cause != nil) {
			return down.err(ctx)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.woken:
			look = true
		case <-poll.C:
			look = true
		case <-down.over(time.Now()):
		case done := <-results:
			underWay--
			switch {
			case done.failed != nil:
				r.strike(ctx, &down, done.failed)
				look = true
			case done.answered && down.cause != nil:
				r.recover(ctx, &down)
				look = true
			case done.more:
				look = true
			}
		}
	}
}

func (r *Relay) strike(ctx context.Context, down *outage, cause *failure) {
	if down.strike(time.Now(), cause) {
		r.metrics.failed(ctx, away)
		r.Log.WarnContext(ctx, "nothing can be relayed", "because_of", cause.of, "error", cause.err,
			"times", down.strikes, "retry_at", down.until)
	}
}

func (r *Relay) recover(ctx context.Context, down *outage) {
	r.Log.InfoContext(ctx, "relaying again", "because_of", down.cause.of)
	*down = outage{}
}

func (r *Relay) claim(ctx context.Context, most int) ([]claim, error) {
	// Asked for before the lease begins, so it ends no later than this says.
	deadline := time.Now().Add(r.Lease - r.Lease/6)
	rows, err := r.queries.ClaimConversations(ctx, r.Lease.Seconds(), r.Holder, int32(most))
	if err != nil {
		return nil, fmt.Errorf("claim conversations: %w", err)
	}
	claims := make([]claim, len(rows))
	for i, row := range rows {
		claims[i] = claim{row.ConversationID, row.Until, int(row.Attempts), deadline}
	}
	return claims, nil
}
