package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/db/dbtest"
	"reengage/devstack/ready"
	"reengage/gateway/access"
)

func TestKeysAreMadeListedAndRevoked(t *testing.T) {
	s := newStack(t)
	url := dbtest.URL(t)
	pool := dbtest.Pool(t, url)
	s.env = append(s.env, "DATABASE_URL="+url)
	require.Equal(t, result{0, "No keys.\n", ""}, s.run("keys", "list"))

	r := s.run("keys", "add", "web shop", "--scopes", "read,send", "--expires", "2100-01-01")
	require.Zero(t, r.code, r.err)
	text, _, _ := strings.Cut(r.out, "\n")
	who, err := access.Keys{Pool: pool}.Verify(t.Context(), text, time.Now())
	require.NoError(t, err)
	require.Equal(t, []access.Scope{access.Read, access.Send}, who.Scopes)

	r = s.run("keys", "list")
	require.Contains(t, r.out, "web shop  read,send")
	require.Contains(t, r.out, "2100-01-01 00:00:00 UTC")
	require.NotContains(t, r.out, text)
	var made struct{ Prefix, Key string }
	require.NoError(t, json.Unmarshal([]byte(s.run("keys", "add", "other", "--scopes", "admin", "--json").out), &made))
	var list struct{ Items []access.Key }
	require.NoError(t, json.Unmarshal([]byte(s.run("keys", "list", "--json").out), &list))
	require.Len(t, list.Items, 2)
	require.Equal(t, made.Prefix, list.Items[0].Prefix)

	require.Equal(t, result{0, "The key is refused from now on.\n", ""}, s.run("keys", "revoke", made.Prefix))
	_, err = access.Keys{Pool: pool}.Verify(t.Context(), made.Key, time.Now())
	require.ErrorIs(t, err, access.ErrRefused)
	require.Contains(t, s.run("keys", "list").out, "revoked ")
	var audited string
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT string_agg(who || ' ' || action, ', ' ORDER BY id) FROM audit`).Scan(&audited))
	require.Equal(t, "operator add_key, operator add_key, operator revoke_key", audited)

	for code, calls := range map[int][][]string{
		exitUsage:  {{"add", "x"}, {"add", "x", "--scopes", "all"}, {"add", "x", "--scopes", "read", "--expires", "soon"}, {"add", "x", "--scopes", "read", "--expires", "2020-01-01"}, {"revoke"}},
		exitFailed: {{"revoke", made.Prefix}, {"revoke", "nothing"}},
	} {
		for _, call := range calls {
			r := s.run(append([]string{"keys"}, call...)...)
			require.Equal(t, code, r.code, "%v: %s", call, r.err)
			require.Empty(t, r.out)
			require.NotEmpty(t, r.err)
		}
	}
}

func TestUsersAreAddedAndLetIn(t *testing.T) {
	s := newStack(t)
	url := dbtest.URL(t)
	people := access.People{Pool: dbtest.Pool(t, url)}
	// The development stack's database is used if none is named.
	dir := strings.TrimPrefix(s.env[2], "REENGAGE_DEV_DIR=")
	require.NoError(t, ready.Write(dir, ready.Ready{API: "http://127.0.0.1:4711", Database: url}))

	require.Equal(t, result{0, "Nobody may sign in.\n", ""}, s.run("users", "list"))
	require.Equal(t, result{0, "Grace Example may sign in as agent. A link for the first time: starter users link.\n", ""},
		s.run("users", "add", "Grace Example", "--role", "agent"))
	r := s.run("users", "link", "grace example")
	require.Zero(t, r.code, r.err)
	link, rest, _ := strings.Cut(r.out, "\n")
	require.Equal(t, "It signs in once, within 30 min.\n", rest)
	token, found := strings.CutPrefix(link, "http://127.0.0.1:4711/console/sign-in/")
	require.True(t, found, link)
	_, session, err := people.UseLink(t.Context(), token, time.Now())
	require.NoError(t, err)
	require.Equal(t, access.Agent, session.Person.Role)

	require.Zero(t, s.run("users", "role", "Grace Example", "viewer").code)
	require.Contains(t, s.run("users", "list").out, "Grace Example  viewer  no")
	s.env = append(s.env, "REENGAGE_CONSOLE_URL=https://support.example.com")
	require.Contains(t, s.run("users", "link", "Grace Example", "--json", "--lasts", "1h").out, `"link": "https://support.example.com/console/sign-in/`)
	require.Zero(t, s.run("users", "disable", "Grace Example").code)
	require.Equal(t, exitFailed, s.run("users", "link", "Grace Example").code)
	require.Zero(t, s.run("users", "enable", "Grace Example").code)
	require.Contains(t, s.run("users", "list", "--json").out, `"disabled_at": null`)

	for code, calls := range map[int][][]string{
		exitUsage:  {{"add", "Grace"}, {"add", "GRACE EXAMPLE", "--role", "agent"}, {"add", "Ada", "--role", "owner"}, {"role", "Grace Example", "owner"}, {"link", "Grace Example", "--lasts", "300h"}},
		exitFailed: {{"role", "Nobody", "agent"}, {"disable", "Nobody"}, {"enable", "Nobody"}, {"link", "Nobody"}},
	} {
		for _, call := range calls {
			r := s.run(append([]string{"users"}, call...)...)
			require.Equal(t, code, r.code, "%v: %s", call, r.err)
			require.Empty(t, r.out)
			require.NotEmpty(t, r.err)
			if code == exitFailed {
				require.Equal(t, "starter: there is no user \"Nobody\", or they may not sign in any more: starter users list\n", r.err)
			}
		}
	}
}

func TestHowLongSomethingLastsIsSaidInWords(t *testing.T) {
	for d, words := range map[time.Duration]string{45 * time.Second: "45 s", 30 * time.Minute: "30 min", time.Hour: "1 h", 90 * time.Minute: "1 h 30 min", 72 * time.Hour: "72 h"} {
		require.Equal(t, words, inWords(d))
	}
}

func TestWithoutADatabaseKeysAndUsersSaySo(t *testing.T) {
	for _, verb := range []string{"keys", "users"} {
		r := newStack(t).run(verb, "list")
		require.Equal(t, exitUsage, r.code)
		require.Contains(t, r.err, "DATABASE_URL is not set, and there is no development stack")
	}
}
