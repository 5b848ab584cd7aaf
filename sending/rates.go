package sending

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// How long an attempt waits for its turn before it would rather be called again. Replies may book further ahead than bulk
// may, so under load a reply waits for nothing but replies, and bulk takes what they leave.
const (
	replyPatience = 2 * time.Second
	bulkPatience  = 250 * time.Millisecond
	// bulkSpread keeps the many of a campaign from coming back in the same moment.
	bulkSpread = 3 * time.Second
)

// One message per contact every six seconds, of which 45 may go at once, borrowed from the future (whatsapp.md, "Sending").
const (
	pairEvery    = 6 * time.Second
	pairBorrowed = 44 * pairEvery
)

// turn waits for the number's turn and then for the contact's. later is when to come again instead, if that is too long. A
// slot of the number that is then not used is lost: a hundredth of a second.
func (s *Sender) turn(ctx context.Context, row db.Send) (later time.Time, err error) {
	q := db.New(s.Pool)
	patience := replyPatience
	if Origin(row.Origin).bulk() {
		patience = bulkPatience
	}
	number, taken, err := numberRate(ctx, q, row.BusinessNumberID, patience).slot(patience)
	if err == nil && !taken {
		if Origin(row.Origin).bulk() {
			number += rand.N(bulkSpread)
		}
		return time.Now().Add(number), nil
	}
	if err != nil {
		return time.Time{}, err
	}
	pair, taken, err := pairRate(ctx, q, row.ConversationID, patience).slot(patience)
	if err == nil && !taken {
		return time.Now().Add(pair), nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return time.Time{}, sleep(ctx, max(number, pair))
}

// rate is where a rate is kept: a business number's, or that of one contact of it. take takes its next slot, and finds nothing if
// that begins after patience or if there is no such row yet; find says when it begins.
type rate struct {
	take, find func() (wait time.Duration, err error)
	start      func() error
}

// slotTries is how often a slot is asked for: again if its row had to be made, by us or by somebody else between two looks.
const slotTries = 3

// slot takes the next slot if it begins within patience; else it says when it would.
func (r rate) slot(patience time.Duration) (wait time.Duration, taken bool, err error) {
	for range slotTries {
		wait, err := r.take()
		if err == nil {
			return wait, true, nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return 0, false, err
		}
		wait, err = r.find()
		switch {
		case err == nil && wait > patience:
			return wait, false, nil
		case errors.Is(err, pgx.ErrNoRows):
			err = r.start()
		}
		if err != nil {
			return 0, false, err
		}
	}
	return 0, false, nil // the others were faster: come again at once
}

// numberRate is how fast the number may send.
func numberRate(ctx context.Context, q *db.Queries, id uuid.UUID, patience time.Duration) rate {
	return rate{
		take: func() (time.Duration, error) {
			in, err := q.TakeNumberSlot(ctx, id, patience.Seconds())
			return seconds(in), err
		},
		find: func() (time.Duration, error) {
			in, err := q.FindNumberSlot(ctx, id)
			return seconds(in), err
		},
		start: func() error { return q.StartNumberRate(ctx, id) },
	}
}

// pairRate is how fast one contact of the number may be written to.
func pairRate(ctx context.Context, q *db.Queries, id uuid.UUID, patience time.Duration) rate {
	return rate{
		take: func() (time.Duration, error) {
			took, err := q.TakePairSlot(ctx, db.TakePairSlotParams{ConversationID: id, EverySeconds: pairEvery.Seconds(),
				AheadSeconds: (pairBorrowed + patience).Seconds(), PatienceSeconds: patience.Seconds()})
			return max(seconds(took.AheadSeconds)-pairEvery-pairBorrowed, seconds(took.ThrottledSeconds)), err
		},
		find: func() (time.Duration, error) {
			found, err := q.FindPairSlot(ctx, id)
			return max(seconds(found.AheadSeconds)-pairBorrowed, seconds(found.ThrottledSeconds)), err
		},
		start: func() error { return q.StartPairRate(ctx, id) },
	}
}

func seconds(f float64) time.Duration { return time.Duration(f * float64(time.Second)) }

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// A number that is throttled again and again waits twice as long each time, a pair four times (131056).
const (
	throttleMost     = time.Minute
	pairThrottleMost = time.Hour
)

// throttleNumber has the number send nothing for a while, or for as long as the provider asks. Requests that were under way
// together are told together and count once. It returns for how long.
func (l *locked) throttleNumber(ctx context.Context, asked time.Duration) (time.Duration, error) {
	if err := l.q.StartNumberRate(ctx, l.number.ID); err != nil {
		return 0, err
	}
	row, err := l.q.LockNumberThrottle(ctx, l.number.ID)
	if err != nil {
		return 0, err
	}
	n, left := inARow(int(row.Throttles), seconds(row.OverSeconds), throttleMost)
	if left > 0 && asked <= left {
		return left, nil
	}
	wait := max(min(time.Second<<n, throttleMost), asked)
	return wait, l.q.ThrottleNumber(ctx, int32(n), wait.Seconds(), l.number.ID)
}

// throttlePair leaves the contact alone for 4^n seconds the n-th time in a row.
func (l *locked) throttlePair(ctx context.Context, asked time.Duration) (time.Duration, error) {
	if err := l.q.StartPairRate(ctx, l.id); err != nil {
		return 0, err
	}
	row, err := l.q.LockPairThrottle(ctx, l.id)
	if err != nil {
		return 0, err
	}
	n, _ := inARow(int(row.Throttles), seconds(row.OverSeconds), pairThrottleMost)
	wait := max(min(time.Second<<(2*n), pairThrottleMost), asked)
	return wait, l.q.ThrottlePair(ctx, int32(n), wait.Seconds(), l.id)
}

// inARow says the how many-th throttle in a row this one is, the last one having been over for that long (negative: it
// lasts), and how long that lasts. One that is over for longer than any lasts does not count any more.
func inARow(before int, over, most time.Duration) (n int, left time.Duration) {
	switch {
	case over > 2*most:
		return 1, 0
	case over < 0:
		return max(before, 1), -over
	}
	return min(before+1, 12), 0
}
