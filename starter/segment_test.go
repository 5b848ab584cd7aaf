package main

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestContactsAreTaggedAndCountedBySegment(t *testing.T) {
	s := running(t)
	ok := func(input string, args ...string) string {
		t.Helper()
		r := s.runWith(input, args...)
		require.Equal(t, 0, r.code, "%v %+v", args, r)
		return r.out
	}
	require.Equal(t, "No contacts.\n", ok("", "contact", "list"))
	require.Equal(t, "No segments.\n", ok("", "segment", "list"))
	ok("", "inbound", "--phone", "447700900123", "--name", "Ada Example", "--text", "Hello", "--id", "m-1")
	ok("", "inbound", "--phone", "447700900124", "--name", "Grace Example", "--text", "Hello", "--id", "m-2")
	out := ok("", "contact", "set", "--phone", "447700900123", "--tags", "vip; new ;", "--field", "city=Lima, Peru", "--field", "plan=a=b")
	require.Regexp(t, `(?m)^tags +new; vip\ncity +Lima, Peru\nplan +a=b$`, out)
	require.Regexp(t, `(?m)^tags +new; vip\nplan +a=b$`, ok("", "contact", "set", "--phone", "447700900123", "--field", "city="))
	require.Regexp(t, `(?m)^Ada Example  \+447700900123 +GB +none +new; vip +[0-9a-f-]{36}$`, ok("", "contact", "list", "--tag", "vip"))

	out = ok(`{"any_tags": ["vip", "vip"]}`, "segment", "create", "Best", "-")
	require.Regexp(t, `(?m)^name +Best\nfilter +\{"any_tags":\["vip"\]\}\nversion +1$`, out)
	require.Equal(t, out, ok("", "segment", "show", "Best"))
	require.Regexp(t, `(?m)^Best +.* UTC +0 +[0-9a-f-]{36}$`, ok("", "segment", "list"))
	require.Equal(t, "contacts  1\n", ok("", "segment", "count", "Best"))
	require.Regexp(t, `^contacts +2\nopted in +0\nopted out +0\nsuppressed +0\nhave said nothing +2\n$`, ok(`{}`, "segment", "count", "--filter", "-", "--category", "marketing"))
	require.NotContains(t, ok("", "contact", "list", "--segment", "Best", "--q", "example"), "Grace")
	for _, verb := range [][]string{{"segment", "list"}, {"segment", "show", "Best"}, {"segment", "count", "Best"}, {"contact", "list"}} {
		require.True(t, json.Valid([]byte(ok("", append(verb, "--json")...))), verb)
	}

	require.Equal(t, result{1, "", "starter: there is no segment \"Worst\"\n"}, s.run("segment", "count", "Worst"))
	require.Contains(t, s.runWith(`{"tags": []}`, "segment", "create", "x", "-").err, "(unknown_field)")
	for _, args := range [][]string{{"segment", "count"}, {"segment", "count", "Best", "--filter", "-"}, {"segment", "create", "x", os.Args[0]},
		{"segment", "create", "x", "/nowhere"}, {"contact", "set", "--phone", "447700900123", "--field", "city"}} {
		require.Equal(t, 2, s.run(args...).code, args)
	}
}
