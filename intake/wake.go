package intake

import (
	"context"
	"time"

	"reengage/db"
)

const (
	// wakeWithin bounds a notification; one that gets lost costs the relay the rest of its second between two looks.
	wakeWithin = 5 * time.Second
	// wakePause keeps the notifications of a flood apart. The first after a quiet time is sent at once.
	wakePause = 5 * time.Millisecond
)

// wakeRelay tells the relay that something is committed that is to be signalled, and does not wait for it. Of one process
// at most one notification is under way: what is committed meanwhile is told of by one more.
func (s *Store) wakeRelay() {
	if s.wakes.Add(1) > 1 {
		return
	}
	go func() {
		for asked := s.wakes.Load(); asked > 0; asked = s.wakes.Add(-asked) {
			ctx, cancel := context.WithTimeout(context.Background(), wakeWithin)
			if err := db.New(s.pool).WakeRelay(ctx); err != nil {
				s.log.DebugContext(ctx, "the relay was not woken", "error", err)
			}
			cancel()
			time.Sleep(wakePause)
		}
	}()
}
