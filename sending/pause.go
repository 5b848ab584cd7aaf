package sending

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/db"
)

// Pause keeps a business number from sending, by hand: class manual. Sends that are planned wait. It reports whether the
// number is known; one that is paused stays as it is. now is virtual.
func Pause(ctx context.Context, pool *pgxpool.Pool, phoneNumberID string, now time.Time) (known bool, err error) {
	rows, err := db.New(pool).PauseNumberByHand(ctx, now, phoneNumberID)
	if err != nil {
		return false, fmt.Errorf("pause a number: %w", err)
	}
	return rows > 0, nil
}

// Resume lets a business number send again, whatever it was paused for. It reports whether the number is known.
func Resume(ctx context.Context, pool *pgxpool.Pool, phoneNumberID string) (known bool, err error) {
	rows, err := db.New(pool).ResumeNumber(ctx, phoneNumberID)
	if err != nil {
		return false, fmt.Errorf("resume a number: %w", err)
	}
	return rows > 0, nil
}
