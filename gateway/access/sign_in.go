package access

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// SignIn begins a session for whoever knows the name's password; address is where they come from. The error is ErrRefused, whether
// the name or the password is wrong, a *TooManyError, or what keeps the database away. The first takes as long for a name that
// nobody has.
func (p People) SignIn(ctx context.Context, real time.Time, name, password, address string) (token string, s Session, err error) {
	attempt, err := p.attempt(ctx, real, name, address)
	if err != nil {
		return "", s, tooManyOr("sign in", err)
	}
	user, err := db.New(p.Pool).FindUser(ctx, folded(name))
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", s, fmt.Errorf("sign in: %w", err)
	}
	right, err := samePassword(ctx, limited(password), user.Password)
	if err != nil {
		return "", s, fmt.Errorf("sign in: %w", err)
	}
	if !right || user.DisabledAt != nil {
		return "", s, ErrRefused
	}
	err = db.InTx(ctx, p.Pool, func(tx pgx.Tx) (err error) {
		q := db.New(tx)
		if err := attempt.right(ctx, q); err != nil {
			return err
		}
		token, s, err = begin(ctx, q, real, user.ID, "password")
		return err
	})
	if err != nil {
		return "", s, fmt.Errorf("sign in: %w", err)
	}
	return token, s, nil
}

// SetPassword sets the password of the session's person, and ends all other sessions. Whoever has one must know it, unless the
// session was begun by a link. The error wraps ErrInvalid, or is ErrRefused if the current one is wrong, or a *TooManyError.
func (p People) SetPassword(ctx context.Context, real time.Time, s Session, current, password, address string) error {
	if err := checkPassword(s.Person.Name, password); err != nil {
		return err
	}
	var attempt passwordAttempt
	if s.NeedsPassword() {
		var err error
		if attempt, err = p.attempt(ctx, real, s.Person.Name, address); err != nil {
			return tooManyOr("set password", err)
		}
		user, err := db.New(p.Pool).GetUser(ctx, s.Person.ID)
		if err != nil {
			return fmt.Errorf("set password: %w", err)
		}
		right, err := samePassword(ctx, limited(current), user.Password)
		if err != nil {
			return fmt.Errorf("set password: %w", err)
		}
		if !right {
			return ErrRefused
		}
	}
	hash, err := hashPassword(ctx, password)
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	ctx = With(ctx, s.Principal())
	err = db.InTx(ctx, p.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		if s.NeedsPassword() {
			if err := attempt.right(ctx, q); err != nil {
				return err
			}
		}
		if err := q.SetPassword(ctx, hash, s.Person.ID); err != nil {
			return err
		}
		if err := q.RevokeSessions(ctx, real, s.Person.ID, s.ID); err != nil {
			return err
		}
		return q.Audit(ctx, "set_password", "user/"+s.Person.ID.String(), nil)
	})
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

// NeedsPassword reports whether the current password must be told before another can be set.
func (s Session) NeedsPassword() bool { return s.Person.HasPassword && !s.ByLink }

// limited keeps what cannot be a password from costing more than one.
func limited(password string) string {
	if utf8.RuneCountInString(password) > maxPassword {
		return ""
	}
	return password
}

func tooManyOr(what string, err error) error {
	var many *TooManyError
	if errors.As(err, &many) {
		return many
	}
	return fmt.Errorf("%s: %w", what, err)
}
