package intake

import (
	"context"
	"time"

	"reengage/db"
)

// wakeWithin bounds a notification; one that gets lost costs the relay the rest of its second between two looks.
const wakeWithin = 5 * time.Second

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
		}
	}()
}
