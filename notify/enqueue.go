package notify

import (
	"context"
	"encoding/json"
	"fmt"

	"reengage/db"
)

// channel is notified when there is something to post.
const channel = "reengage_notify"

// Enqueue stores a notification within the caller's transaction; it is posted once that has committed. id is the webhook
// id, by which the receiver recognises a repetition: a key of what is notified of, not a random one. If it has been
// enqueued before, nothing happens. payload becomes the envelope's data.
func Enqueue(ctx context.Context, q *db.Queries, id, typ string, payload any) error {
	data, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("enqueue notification %s: %w", typ, err)
	}
	inserted, err := q.InsertNotification(ctx, id, typ, data)
	if err != nil {
		return fmt.Errorf("enqueue notification %s: %w", typ, err)
	}
	if inserted == 0 {
		return nil
	}
	if err := q.WakeNotifiers(ctx); err != nil {
		return fmt.Errorf("enqueue notification %s: %w", typ, err)
	}
	return nil
}
