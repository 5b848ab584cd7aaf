package campaign

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// PerSecond is how many recipients a campaign asks a second, in real time: its share of the number's rate, so that replies always get
// through.
func PerSecond(messagesPerSecond, percent int) float64 {
	return float64(messagesPerSecond) * float64(percent) / percentOfShares
}

// A chunk is what is claimed and told between two looks at the row: about half a second of the pace, so that a pause takes effect at
// once, and never so many that telling them takes long.
const (
	chunkLasts = 500 * time.Millisecond
	chunkMost  = 200
)

// chunkOf is how many recipients are asked at once.
func chunkOf(perSecond float64) int {
	return int(min(chunkMost, max(1, math.Ceil(perSecond*chunkLasts.Seconds()))))
}

// lasts is how long n recipients take at a pace.
func lasts(n int, perSecond float64) time.Duration {
	return time.Duration(float64(n) / perSecond * float64(time.Second))
}

// slotPatience is how far ahead campaigns of one number may take slots. It lets a few of them take turns, and keeps what one of them
// has taken short enough to lose.
const slotPatience = 2 * time.Second

// slots takes the next n slots that all campaigns of a number share, on the database's clock. taken is false if they begin too far in
// the future: others have them.
func slots(ctx context.Context, q *db.Queries, s Standing, n int) (wait time.Duration, taken bool, err error) {
	took, err := q.TakeCampaignSlots(ctx, s.BusinessNumberID, lasts(n, s.perSecond()).Seconds(), slotPatience.Seconds())
	if errors.Is(err, pgx.ErrNoRows) {
		return slotPatience, false, nil
	}
	return max(0, time.Duration(took*float64(time.Second))), err == nil, err
}

func (s Standing) perSecond() float64 {
	return PerSecond(int(s.number.MessagesPerSecond), s.Limits.Pace())
}

// A campaign asks nobody more while those whom it has asked wait: in front of the same workers wait the replies of people.
const (
	// openLasts is how much of the pace may be open: if it is more, the provider is away, or slows the number down.
	openLasts = time.Minute
	openLeast = 100
	// A conversation looks at what it is asked within moments. If too many have not, workers or Temporal are overtaxed, and what is
	// asked now would only lengthen the queue: so much of the pace, or a few for longer than lateAfter. What is older than lostAfter
	// does not wait in a queue, but for a worker that was killed with it.
	askedLasts = 2 * time.Second
	askedLeast = 20
	lateAfter  = 3 * time.Second
	lateMost   = 10
	lostAfter  = 20 * time.Second
)

// room is how many more may be asked, of so many that are open, so many of them not looked at, and so many of those late.
func room(perSecond float64, open, asked, late int) int {
	if late > lateMost {
		return 0
	}
	most := func(least int, lasts time.Duration) int { return max(least, int(perSecond*lasts.Seconds())) }
	return min(most(openLeast, openLasts)-open, most(askedLeast, askedLasts)-asked)
}
