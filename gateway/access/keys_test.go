package access_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/db/dbtest"
	"reengage/gateway/access"
)

func TestAKeyIsShownOnceAndOnlyItsHashIsKept(t *testing.T) {
	pool := dbtest.New(t)
	keys := access.Keys{Pool: pool}
	text, made, err := keys.Add(t.Context(), access.Operator, now, access.NewKey{Name: "shop", Scopes: []access.Scope{access.Send, access.Read, access.Read}})
	require.NoError(t, err)
	require.Regexp(t, `^re_[a-z2-7]{12}_[A-Z2-7]{52}$`, text)
	require.Equal(t, "re_"+made.Prefix+"_", text[:16])

	who, err := keys.Verify(t.Context(), text, now)
	require.NoError(t, err)
	require.Equal(t, access.Principal{Kind: access.ByKey, ID: made.ID, Name: "shop", Scopes: []access.Scope{access.Read, access.Send}}, who)

	secret := text[16:]
	rows := value[string](t, pool, `SELECT json_agg(k)::text || (SELECT json_agg(a)::text FROM audit a) FROM api_keys k`)
	require.NotContains(t, rows, secret)
	require.Equal(t, "operator add_key", value[string](t, pool, `SELECT who || ' ' || action FROM audit WHERE subject = 'key/' || $1`, made.ID.String()))
}

func TestAKeyIsRefusedWhenItIsForgedExpiredOrRevoked(t *testing.T) {
	pool := dbtest.New(t)
	keys := access.Keys{Pool: pool}
	add := func(expires time.Time) (string, access.Key) {
		text, made, err := keys.Add(t.Context(), access.Operator, now, access.NewKey{Name: "shop", Scopes: []access.Scope{access.Read}, Expires: expires})
		require.NoError(t, err)
		return text, made
	}
	good, made := add(time.Time{})
	for name, text := range map[string]string{
		"empty": "", "no key": "secret", "another secret": good[:16] + strings.Repeat("A", 52), "an unknown prefix": "re_aaaaaaaaaaaa" + good[15:],
		"no secret": good[:16], "a letter more": good + "A", "a letter less": good[:len(good)-1], "in capitals": strings.ToUpper(good),
		"a prefix that is none": "re_%%%%%%%%%%%%" + good[15:], "very long": good + strings.Repeat("A", 10_000),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := keys.Verify(t.Context(), text, now)
			require.Equal(t, access.ErrRefused, err)
		})
	}

	expiring, _ := add(now.Add(time.Hour))
	_, err := keys.Verify(t.Context(), expiring, now.Add(time.Hour-time.Second))
	require.NoError(t, err)
	_, err = keys.Verify(t.Context(), expiring, now.Add(time.Hour))
	require.Equal(t, access.ErrRefused, err)

	require.NoError(t, keys.Revoke(t.Context(), access.Operator, now, made.Prefix))
	_, err = keys.Verify(t.Context(), good, now)
	require.Equal(t, access.ErrRefused, err)
	require.ErrorIs(t, keys.Revoke(t.Context(), access.Operator, now, made.Prefix), access.ErrUnknown)
	require.Equal(t, 1, value[int](t, pool, `SELECT count(*) FROM audit WHERE action = 'revoke_key'`), "the second changed nothing")
}

func TestTheUseOfAKeyIsWrittenDownAtMostOnceAMinute(t *testing.T) {
	pool := dbtest.New(t)
	keys := access.Keys{Pool: pool}
	text, _, err := keys.Add(t.Context(), access.Operator, now, access.NewKey{Name: "shop", Scopes: []access.Scope{access.Read}})
	require.NoError(t, err)
	for _, step := range []struct{ at, noted time.Duration }{
		{0, 0}, {time.Minute, 0}, {time.Minute + time.Second, time.Minute + time.Second}, {2 * time.Minute, time.Minute + time.Second},
	} {
		_, err := keys.Verify(t.Context(), text, now.Add(step.at))
		require.NoError(t, err)
		require.Equal(t, now.Add(step.noted), value[time.Time](t, pool, `SELECT last_used_at FROM api_keys`).UTC())
	}
}

func TestAKeyNeedsANameAndScopes(t *testing.T) {
	keys := access.Keys{Pool: dbtest.New(t)}
	read := []access.Scope{access.Read}
	for name, n := range map[string]access.NewKey{
		"no name": {Scopes: read}, "a name of two lines": {Name: "a\nb", Scopes: read}, "a long name": {Name: strings.Repeat("a", 65), Scopes: read},
		"no scope": {Name: "a"}, "a scope that there is not": {Name: "a", Scopes: []access.Scope{"all"}},
		"over already": {Name: "a", Scopes: read, Expires: now},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := keys.Add(t.Context(), access.Operator, now, n)
			require.ErrorIs(t, err, access.ErrInvalid)
		})
	}
}
