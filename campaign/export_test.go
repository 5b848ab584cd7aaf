package campaign

import (
	"context"

	"github.com/google/uuid"

	"reengage/db"
)

// ChunkOf, Room, Claim and Slots are for tests of what nobody else may do by itself.
var (
	ChunkOf = chunkOf
	Room    = room
)

// Claim claims up to n recipients.
func (c *Campaigns) Claim(ctx context.Context, id uuid.UUID, n int) ([]uuid.UUID, error) {
	s, err := stand(ctx, db.New(c.Pool), id)
	if err != nil {
		return nil, err
	}
	got, err := c.claim(ctx, s, n)
	ids := make([]uuid.UUID, len(got.asked))
	for i, a := range got.asked {
		ids[i] = a.recipient
	}
	return ids, err
}

// Slots takes n slots, and says in how many seconds they begin.
func (c *Campaigns) Slots(ctx context.Context, id uuid.UUID, n int) (wait float64, taken bool, err error) {
	s, err := stand(ctx, db.New(c.Pool), id)
	if err != nil {
		return 0, false, err
	}
	in, taken, err := slots(ctx, db.New(c.Pool), s, n)
	return in.Seconds(), taken, err
}
