package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/db"
)

// Errors of what callers hand in; each is a sentence.
var (
	ErrInvalid = errors.New("invalid")                                       // wrapped by what is wrong
	ErrUnknown = errors.New("there is none of this name")                    // a user or a key
	ErrRefused = errors.New("the key, the session or the link is not valid") // and no word of why
)

// Keys are the API keys of the database.
type Keys struct{ Pool *pgxpool.Pool }

// NewKey is what a key may be made with.
type NewKey struct {
	Name    string
	Scopes  []Scope
	Expires time.Time // half-open; zero: never
}

// Key is what is known of a key, without its secret.
type Key struct {
	ID        uuid.UUID  `json:"id"`
	Prefix    string     `json:"prefix"`
	Name      string     `json:"name"`
	Scopes    []Scope    `json:"scopes"`
	CreatedAt time.Time  `json:"created_at"`
	CreatedBy string     `json:"created_by"` // Principal.Ref
	ExpiresAt *time.Time `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at"`
	LastUsed  *time.Time `json:"last_used_at"` // to the minute
}

// Add makes a key. Its text is returned this once; nobody can read it again. The error wraps ErrInvalid.
func (k Keys) Add(ctx context.Context, by Principal, real time.Time, n NewKey) (text string, made Key, err error) {
	if err := n.check(real); err != nil {
		return "", made, err
	}
	prefix, text := newKeyText()
	row := db.AddKeyParams{Prefix: prefix, Hash: hashOf(text), Name: strings.TrimSpace(n.Name), CreatedAt: real, CreatedBy: by.Ref()}
	for _, s := range n.Scopes {
		row.Scopes = append(row.Scopes, string(s))
	}
	slices.Sort(row.Scopes)
	row.Scopes = slices.Compact(row.Scopes)
	if !n.Expires.IsZero() {
		row.ExpiresAt = &n.Expires
	}
	ctx = With(ctx, by)
	err = db.InTx(ctx, k.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		id, err := q.AddKey(ctx, row)
		if err != nil {
			return err
		}
		made = keyOf(db.ApiKey{ID: id, Prefix: prefix, Name: row.Name, Scopes: row.Scopes, CreatedAt: real, CreatedBy: row.CreatedBy,
			ExpiresAt: row.ExpiresAt})
		return q.Audit(ctx, "add_key", "key/"+id.String(), db.Facts{"prefix": prefix, "scopes": row.Scopes})
	})
	if err != nil {
		return "", Key{}, fmt.Errorf("add key: %w", err)
	}
	return text, made, nil
}

func (n NewKey) check(real time.Time) error {
	switch {
	case strings.TrimSpace(n.Name) == "" || len(n.Name) > maxName || !printable(n.Name):
		return fmt.Errorf("%w: a key needs a name of at most %d bytes", ErrInvalid, maxName)
	case len(n.Scopes) == 0:
		return fmt.Errorf("%w: a key needs at least one scope of read, send, billing, admin", ErrInvalid)
	case !n.Expires.IsZero() && !n.Expires.After(real):
		return fmt.Errorf("%w: the time at which the key expires is over", ErrInvalid)
	}
	for _, s := range n.Scopes {
		if !slices.Contains(Scopes, s) {
			return fmt.Errorf("%w: the scopes are read, send, billing and admin", ErrInvalid)
		}
	}
	return nil
}

// List lists all keys, the latest first, revoked and expired ones too.
func (k Keys) List(ctx context.Context) ([]Key, error) {
	rows, err := db.New(k.Pool).ListKeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	all := make([]Key, len(rows))
	for i, row := range rows {
		all[i] = keyOf(row)
	}
	return all, nil
}

// Revoke ends a key for good, from its next request on. The error wraps ErrUnknown if there is no such key, or not any more.
func (k Keys) Revoke(ctx context.Context, by Principal, real time.Time, prefix string) error {
	ctx = With(ctx, by)
	err := db.InTx(ctx, k.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		id, err := q.RevokeKey(ctx, real, prefix)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrUnknown
		}
		if err != nil {
			return err
		}
		return q.Audit(ctx, "revoke_key", "key/"+id.String(), nil)
	})
	if err != nil {
		return fmt.Errorf("revoke key: %w", err)
	}
	return nil
}

// usedEvery is how often, in real time, the use of a key is written down.
const usedEvery = time.Minute

// Verify says who has the key. The error is ErrRefused, whatever is wrong with it, or what keeps the database away.
func (k Keys) Verify(ctx context.Context, text string, real time.Time) (Principal, error) {
	prefix, wellFormed := prefixOf(text)
	if !wellFormed {
		return Principal{}, ErrRefused
	}
	q := db.New(k.Pool)
	row, err := q.FindKey(ctx, prefix)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Principal{}, fmt.Errorf("verify key: %w", err)
	}
	if subtle.ConstantTimeCompare(hashOf(text), row.Hash) != 1 || !keyOf(row).valid(real) {
		return Principal{}, ErrRefused
	}
	if row.LastUsedAt == nil || row.LastUsedAt.Before(real.Add(-usedEvery)) {
		if err := q.NoteKeyUsed(ctx, real, row.ID, real.Add(-usedEvery)); err != nil {
			return Principal{}, fmt.Errorf("verify key: %w", err)
		}
	}
	return Principal{Kind: ByKey, ID: row.ID, Name: row.Name, Scopes: keyOf(row).Scopes}, nil
}

// Holds reports whether a key is still valid: for what goes on for long after it was verified.
func (k Keys) Holds(ctx context.Context, key uuid.UUID, real time.Time) (bool, error) {
	holds, err := db.New(k.Pool).HoldsKey(ctx, key, real)
	if err != nil {
		return false, fmt.Errorf("look after key: %w", err)
	}
	return holds, nil
}

func (k Key) valid(real time.Time) bool {
	return k.RevokedAt == nil && (k.ExpiresAt == nil || real.Before(*k.ExpiresAt))
}

func keyOf(row db.ApiKey) Key {
	k := Key{ID: row.ID, Prefix: row.Prefix, Name: row.Name, CreatedAt: row.CreatedAt.UTC(), CreatedBy: row.CreatedBy,
		ExpiresAt: utc(row.ExpiresAt), RevokedAt: utc(row.RevokedAt), LastUsed: utc(row.LastUsedAt)}
	for _, s := range row.Scopes {
		k.Scopes = append(k.Scopes, Scope(s))
	}
	return k
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
