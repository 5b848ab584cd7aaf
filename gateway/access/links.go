package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// LinkLasts is how long, in real time, a link may be used if nobody says otherwise.
const LinkLasts = 30 * time.Minute

// MakeLink makes a link that signs somebody in once, and returns its token; a link that was made before stays valid. The error
// wraps ErrInvalid or ErrUnknown, also of somebody who is disabled.
func (p People) MakeLink(ctx context.Context, by Principal, real time.Time, name string, lasts time.Duration) (token string, err error) {
	if lasts <= 0 || lasts > SessionEnds {
		return "", fmt.Errorf("%w: a link lasts up to %d days", ErrInvalid, SessionEnds/(24*time.Hour))
	}
	token, hash := newToken()
	_, err = p.change(ctx, by, "make_link", nil, func(q *db.Queries) (uuid.UUID, error) {
		user, err := q.FindUser(ctx, folded(name))
		if err == nil && user.DisabledAt != nil {
			err = pgx.ErrNoRows
		}
		if err != nil {
			return user.ID, err
		}
		return user.ID, q.MakeLink(ctx, db.MakeLinkParams{Hash: hash, UserID: user.ID, CreatedAt: real, ExpiresAt: real.Add(lasts)})
	})
	return token, err
}

// UseLink begins a session for whoever has the link, once. The error is ErrRefused, whether the link is used, late or forged.
func (p People) UseLink(ctx context.Context, link string, real time.Time) (token string, s Session, err error) {
	err = db.InTx(ctx, p.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		user, err := q.UseLink(ctx, real, hashOf(link))
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrRefused
		}
		if err != nil {
			return err
		}
		token, s, err = begin(ctx, q, real, user, "link")
		return err
	})
	if err != nil && !errors.Is(err, ErrRefused) {
		err = fmt.Errorf("use link: %w", err)
	}
	return token, s, err
}
