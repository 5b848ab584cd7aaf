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

// openLasts is how much of its pace a campaign has open at most: conversations that take longer than that are overtaxed, or the
// provider is away, and to ask more of them would help nobody.
const (
	openLasts = time.Minute
	openLeast = 100
)

func (s Standing) openMost() int {
	return max(openLeast, int(s.perSecond()*openLasts.Seconds()))
}
