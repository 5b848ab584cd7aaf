package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"

	"reengage/db"
)

// How often a password may be wrong, in real time. A refused attempt is not counted, so whoever keeps trying does not move the end
// of the wait. Who shares an address with a guesser, or has a guessed name, waits with it for a password but not for a link, and
// sessions go on.
const (
	failuresWithin   = 15 * time.Minute
	failuresOfName   = 10
	failuresOfOrigin = 50
)

// TooManyError says that signing in has failed too often.
type TooManyError struct{ RetryAfter time.Duration }

func (e *TooManyError) Error() string { return "signing in has failed too often" }

// passwordAttempt is a password that is about to be compared: it counts as wrong until it was right, so that guesses at once are not more
// than guesses one after the other.
type passwordAttempt struct {
	people People
	name   []byte
	noted  []int64
}

// attempt notes that a password will be tried. The error is a *TooManyError, or what keeps the database away.
func (p People) attempt(ctx context.Context, real time.Time, name, address string) (passwordAttempt, error) {
	a := passwordAttempt{people: p}
	err := db.InTx(ctx, p.Pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		key, err := q.GetEventKey(ctx)
		if err != nil {
			return err
		}
		a.noted, a.name = nil, keyed(key, "sign-in/name", folded(name))
		limits := []struct {
			subject []byte
			most    int32
		}{{a.name, failuresOfName}, {keyed(key, "sign-in/address", origin(address)), failuresOfOrigin}}
		if err := q.LockSignIn(ctx, [][]byte{limits[0].subject, limits[1].subject}); err != nil {
			return err
		}
		for _, l := range limits {
			oldest, err := q.FindFailure(ctx, l.subject, real.Add(-failuresWithin), l.most-1)
			if err == nil {
				return &TooManyError{oldest.Add(failuresWithin).Sub(real)}
			}
			if !errors.Is(err, pgx.ErrNoRows) {
				return err
			}
		}
		for _, l := range limits {
			id, err := q.NoteFailure(ctx, l.subject, real)
			if err != nil {
				return err
			}
			a.noted = append(a.noted, id)
		}
		return q.PruneFailures(ctx, real.Add(-failuresWithin))
	})
	return a, err
}

// right takes the attempt back, and the name's failures with it: its owner has come.
func (a passwordAttempt) right(ctx context.Context, q *db.Queries) error {
	if err := q.ForgiveFailure(ctx, a.noted); err != nil {
		return err
	}
	return q.ForgiveFailures(ctx, a.name)
}

func keyed(key []byte, purpose, text string) []byte {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s\n%s", purpose, text)
	return mac.Sum(nil)
}

// origin is where an address belongs: of IPv6 somebody has a whole /64 to come from.
func origin(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a = a.Unmap().WithZone(""); a.Is6() {
		return netip.PrefixFrom(a, 64).Masked().String()
	}
	return a.String()
}
