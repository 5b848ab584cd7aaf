package intake

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"reengage/db"
	"reengage/notify"
)

// SenderPause says why a business number sends nothing any more.
type SenderPause struct {
	Number uuid.UUID // its row's id
	Class  string    // of the error: sender_paused, auth, registration; or manual
	Code   int       // the provider's; 0: none
	At     time.Time // virtual
}

// SenderPaused is the data of the notification number.paused.
type SenderPaused struct {
	PhoneNumberID string    `json:"phone_number_id"`
	Class         string    `json:"class"`
	Code          int       `json:"code,omitempty"`
	At            time.Time `json:"at"`
}

// PauseSender has a business number send nothing until somebody resumes it, and tells people once per pause. It reports
// whether that is new. The caller's transaction does it all.
func PauseSender(ctx context.Context, q *db.Queries, p SenderPause) (bool, error) {
	paused, err := q.PauseSender(ctx, db.PauseSenderParams{ID: p.Number, PausedAt: p.At, Class: p.Class, Code: int32(p.Code)})
	if err != nil {
		return false, fmt.Errorf("pause sender: %w", err)
	}
	for _, phoneNumberID := range paused {
		id := fmt.Sprintf("number.paused/%s/%d", phoneNumberID, p.At.UnixMicro())
		if err := notify.Enqueue(ctx, q, id, "number.paused", SenderPaused{phoneNumberID, p.Class, p.Code, p.At.UTC()}); err != nil {
			return false, err
		}
	}
	return len(paused) > 0, nil
}
