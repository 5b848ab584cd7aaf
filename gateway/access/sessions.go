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

// How long a session lasts, in real time: that long without use, and no longer than that in all.
const (
	SessionIdle = 12 * time.Hour
	SessionEnds = 7 * 24 * time.Hour
	seenEvery   = time.Minute // how often its use is written down
)

// Session is one browser that is signed in.
type Session struct {
	ID        uuid.UUID
	Person    Person
	ByLink    bool // it was begun by a link, which proves as much as the password
	CreatedAt time.Time
	SeenAt    time.Time // to the minute
	EndsAt    time.Time // at the latest
}

// Principal is who asks in this session.
func (s Session) Principal() Principal { return s.Person.principal() }

func sessionOf(row db.Session, user Person) Session {
	return Session{ID: row.ID, Person: user, ByLink: row.BeganBy == "link", CreatedAt: row.CreatedAt.UTC(), SeenAt: row.SeenAt.UTC(),
		EndsAt: row.EndsAt.UTC()}
}

// begin makes a session, always under a token of its own: one that somebody has planted in a browser before is worth nothing.
func begin(ctx context.Context, q *db.Queries, real time.Time, user uuid.UUID, how string) (token string, s Session, err error) {
	if err := prune(ctx, q, real); err != nil {
		return "", s, err
	}
	token, hash := newToken()
	row, err := q.BeginSession(ctx, db.BeginSessionParams{Hash: hash, UserID: user, BeganBy: how, CreatedAt: real,
		ExpiresAt: real.Add(SessionIdle), EndsAt: real.Add(SessionEnds)})
	if err != nil {
		return "", s, err
	}
	u, err := q.GetUser(ctx, user)
	if err != nil {
		return "", s, err
	}
	s = sessionOf(row, personOf(u))
	ctx = With(ctx, s.Principal())
	return token, s, q.Audit(ctx, "sign_in", "user/"+user.String(), db.Facts{"by": how})
}

// prune takes away a few of the sessions and links that are of no more use: each sign-in adds one or two.
func prune(ctx context.Context, q *db.Queries, real time.Time) error {
	if err := q.PruneSessions(ctx, real); err != nil {
		return err
	}
	return q.PruneLinks(ctx, real)
}

// Session finds who has a session's token. It is no use of the session, which Use notes. The error is ErrRefused, whatever is wrong
// with it, or what keeps the database away.
func (p People) Session(ctx context.Context, token string, real time.Time) (Session, error) {
	// Found by its hash: how long the search takes tells about the hash of a guess, which tells nothing about a token.
	row, err := db.New(p.Pool).FindSession(ctx, hashOf(token), real)
	if errors.Is(err, pgx.ErrNoRows) {
		return Session{}, ErrRefused
	}
	if err != nil {
		return Session{}, fmt.Errorf("find session: %w", err)
	}
	return sessionOf(row.Session, personOf(row.User)), nil
}

// Use notes that a person uses their session, which moves its end. What a page that is open asks for by itself is no use: else one
// that is left open would never end.
func (p People) Use(ctx context.Context, s Session, real time.Time) error {
	if !s.SeenAt.Before(real.Add(-seenEvery)) {
		return nil
	}
	if err := db.New(p.Pool).NoteSeen(ctx, real, real.Add(SessionIdle), s.ID); err != nil {
		return fmt.Errorf("use session: %w", err)
	}
	return nil
}

// Holds reports whether a session still holds: for what goes on for long after it was found. Asking is no use of the session.
func (p People) Holds(ctx context.Context, session uuid.UUID, real time.Time) (bool, error) {
	holds, err := db.New(p.Pool).HoldsSession(ctx, session, real)
	if err != nil {
		return false, fmt.Errorf("look after session: %w", err)
	}
	return holds, nil
}

// Sessions lists a person's sessions, the last used first.
func (p People) Sessions(ctx context.Context, user uuid.UUID, real time.Time) ([]Session, error) {
	rows, err := db.New(p.Pool).ListSessions(ctx, user, real)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	all := make([]Session, len(rows))
	for i, row := range rows {
		all[i] = sessionOf(row, Person{ID: user})
	}
	return all, nil
}

// End ends a session of the person who asks. The error wraps ErrUnknown if it is not theirs, or has ended.
func (p People) End(ctx context.Context, by Principal, real time.Time, session uuid.UUID) error {
	ctx = With(ctx, by)
	err := db.InTx(ctx, p.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		ended, err := q.RevokeSession(ctx, real, session, by.ID)
		if err != nil {
			return err
		}
		if ended == 0 {
			return ErrUnknown
		}
		return q.Audit(ctx, "sign_out", "session/"+session.String(), nil)
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}
