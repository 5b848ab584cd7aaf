package access_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/gateway/access"
)

func TestWhoKnowsThePasswordSignsIn(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.people.SignIn(t.Context(), now, "Grace Example", "", "192.0.2.1")
	require.Equal(t, access.ErrRefused, err, "there is no default password")
	w.withPassword(t)
	token, s, err := w.people.SignIn(t.Context(), now, "grace EXAMPLE", password, "192.0.2.1")
	require.NoError(t, err)
	require.Equal(t, "Grace Example", s.Principal().Name)
	again, _, err := w.people.SignIn(t.Context(), now, "Grace Example", password, "192.0.2.1")
	require.NoError(t, err)
	require.NotEqual(t, token, again)
	for name, wrong := range map[string][2]string{
		"another password": {"Grace Example", password + "!"}, "nobody": {"Nobody", password}, "no name": {"", password}, "no password": {"Grace Example", ""},
		"a very long password": {"Grace Example", strings.Repeat("a", 100_000)}, "half a letter": {"Gr\xc3", "\xc3"}, "NUL": {"Grace\x00", "\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := w.people.SignIn(t.Context(), now, wrong[0], wrong[1], "192.0.2.1")
			require.Equal(t, access.ErrRefused, err)
		})
	}
	stored := value[string](t, w.pool, `SELECT password FROM users`)
	require.True(t, strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$"), stored)
	require.NoError(t, w.people.Disable(t.Context(), access.Operator, now, "Grace Example"))
	_, _, err = w.people.SignIn(t.Context(), now, "Grace Example", password, "192.0.2.1")
	require.Equal(t, access.ErrRefused, err)
}

func TestAPasswordIsComposedAlikeOnEveryKeyboard(t *testing.T) {
	w := newWorld(t)
	_, s := w.signedIn(t, now)
	require.NoError(t, w.people.SetPassword(t.Context(), now, s, "", "cafe\u0301 au lait noir", ""))
	_, _, err := w.people.SignIn(t.Context(), now, "Grace Example", "caf\u00e9 au lait noir", "")
	require.NoError(t, err)
}

func TestANewPasswordEndsTheOtherSessions(t *testing.T) {
	w := newWorld(t).withPassword(t)
	mine, s, err := w.people.SignIn(t.Context(), now, "Grace Example", password, "192.0.2.1")
	require.NoError(t, err)
	other, _, err := w.people.SignIn(t.Context(), now, "Grace Example", password, "192.0.2.2")
	require.NoError(t, err)
	set := func(s access.Session, current, password string) error {
		return w.people.SetPassword(t.Context(), now, s, current, password, "192.0.2.1")
	}
	require.Equal(t, access.ErrRefused, set(s, "wrong", "another password"), "a session that was left open is not enough")
	for name, bad := range map[string]string{"short": "elevenchars", "the name": "grace example", "one letter": strings.Repeat("a", 20), "long": strings.Repeat("ab", 101), "half a letter": "abcdefghijkl\xc3"} {
		t.Run(name, func(t *testing.T) { require.ErrorIs(t, set(s, password, bad), access.ErrInvalid) })
	}
	require.NoError(t, set(s, password, "another password"))
	_, err = w.people.Session(t.Context(), mine, now)
	require.NoError(t, err)
	_, err = w.people.Session(t.Context(), other, now)
	require.Equal(t, access.ErrRefused, err)
	_, byLink := w.signedIn(t, now)
	require.NoError(t, set(byLink, "", "a third password"), "a link helps who has forgotten it")
	require.Equal(t, 3, value[int](t, w.pool, `SELECT count(*) FROM audit WHERE action = 'set_password'`))
}

func TestGuessingIsSlowedByNameWhereverItComesFrom(t *testing.T) {
	w := newWorld(t).withPassword(t)
	sign := func(at time.Time, password, from string) error {
		_, _, err := w.people.SignIn(t.Context(), at, "Grace Example", password, from)
		return err
	}
	for i := range 10 {
		require.Equal(t, access.ErrRefused, sign(now.Add(time.Duration(i)*time.Second), "wrong", fmt.Sprintf("192.0.2.%d", i)))
	}
	var many *access.TooManyError
	require.ErrorAs(t, sign(now.Add(time.Minute), password, "198.51.100.1"), &many, "even the right one")
	require.Equal(t, 14*time.Minute, many.RetryAfter)
	for i := range 100 {
		require.ErrorAs(t, sign(now.Add(2*time.Minute+time.Duration(i)*time.Second), "wrong", "192.0.2.1"), &many)
	}
	require.NoError(t, sign(now.Add(15*time.Minute), password, "198.51.100.1"), "what was refused has not moved the end")
	_, s := w.signedIn(t, now.Add(time.Minute))
	require.Equal(t, w.grace.ID, s.Person.ID, "a link signs in all the while")
	for range 9 {
		require.Equal(t, access.ErrRefused, sign(now.Add(15*time.Minute), "wrong", "192.0.2.1"), "who has signed in begins anew")
	}
	rows := value[string](t, w.pool, `SELECT json_agg(f)::text FROM sign_in_failures f`)
	require.NotContains(t, strings.ToLower(rows), "grace")
	require.NotContains(t, rows, "192.0.2")
}

func TestGuessingIsSlowedByAddressWhateverTheName(t *testing.T) {
	w := newWorld(t).withPassword(t)
	var wg sync.WaitGroup
	refused := make([]error, 60)
	for i := range refused {
		wg.Go(func() {
			_, _, refused[i] = w.people.SignIn(t.Context(), now, fmt.Sprintf("Nobody %d", i), "wrong", fmt.Sprintf("2001:db8::%d", i))
		})
	}
	wg.Wait()
	var many *access.TooManyError
	slowed := slices.IndexFunc(refused, func(err error) bool { return errors.As(err, &many) })
	require.GreaterOrEqual(t, slowed, 0)
	compared := 0
	for _, err := range refused {
		if errors.Is(err, access.ErrRefused) {
			compared++
		}
	}
	require.Equal(t, 50, compared, "guesses at once are not more than guesses one after the other")
	_, _, err := w.people.SignIn(t.Context(), now, "Grace Example", password, "2001:db8::ffff")
	require.ErrorAs(t, err, &many, "the same network")
	_, _, err = w.people.SignIn(t.Context(), now, "Grace Example", password, "2001:db8:0:1::1")
	require.NoError(t, err, "another one")
	_, _, err = w.people.SignIn(t.Context(), now.Add(15*time.Minute), "Grace Example", password, "2001:db8::1")
	require.NoError(t, err, "nobody is kept out for ever")
	_, _, err = w.people.SignIn(t.Context(), now.Add(16*time.Minute), "Grace Example", password, "2001:db8::1")
	require.NoError(t, err)
	require.Less(t, value[int](t, w.pool, `SELECT count(*) FROM sign_in_failures`), 10, "old rows go")
}

// The time that a password takes is that of its hash; a name that nobody has must cost one as well.
// Time cannot be asserted, but what takes the time can: a password is compared in memory of its own, many megabytes of it.
func TestANameThatNobodyHasIsComparedWithAPasswordToo(t *testing.T) {
	w := newWorld(t).withPassword(t)
	allocated := func(name string) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := w.people.SignIn(t.Context(), now, name, "wrong", "192.0.2.1")
		runtime.ReadMemStats(&after)
		require.Equal(t, access.ErrRefused, err)
		return after.TotalAlloc - before.TotalAlloc
	}
	known := allocated("Grace Example")
	require.Greater(t, known, uint64(8<<20))
	require.InEpsilon(t, known, allocated("Nobody"), 0.1)
}
