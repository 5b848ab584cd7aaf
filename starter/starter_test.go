package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/config"
	"reengage/db/dbtest"
	"reengage/devstack/ready"
	"reengage/starter/serve"
)

// The test starts itself as the command, so that what is tested is what has just been compiled; exit codes and output are
// what the contract is about.
const asCommand = "STARTER_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	dbtest.Main(m)
}

// result is how the command ended.
type result struct {
	code     int
	out, err string
}

// stack is what the command finds: a data folder with or without a running gateway's description.
type stack struct {
	t   *testing.T
	env []string
}

func newStack(t *testing.T) stack {
	// Under the race detector a process sleeps for a second before it ends, unless told not to.
	return stack{t, []string{asCommand + "=1", "HOME=" + t.TempDir(), "REENGAGE_DEV_DIR=" + t.TempDir(), "GORACE=atexit_sleep_ms=0"}}
}

func (s stack) run(args ...string) result { return s.runWith("", args...) }

func (s stack) runWith(stdin string, args ...string) result {
	s.t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = s.env
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		require.IsType(s.t, &exec.ExitError{}, err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// running is a stack whose gateway runs on a database of its own, an hour ahead of real time.
func running(t *testing.T) stack {
	t.Helper()
	s := newStack(t)
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	url := dbtest.URL(t)
	pool := dbtest.Pool(t, url)
	wall := time.Now().UTC().Truncate(time.Second)
	c := clock.Clock{Anchor: wall.Add(time.Hour), Wall: wall, Scale: 1}
	_, err := pool.Exec(t.Context(), `UPDATE installation SET clock_anchor = $1, clock_wall = $2, clock_scale = 1`, c.Anchor, c.Wall)
	require.NoError(t, err)

	m := serve.Main{Log: slog.New(slog.DiscardHandler), Config: config.Config{DatabaseURL: config.Secret(url),
		HTTPAddr: "127.0.0.1:0", OpsAddr: "127.0.0.1:0", APIKeys: []config.Secret{"key"}, APIURL: "http://127.0.0.1:1", TimeScale: 1}}
	require.NoError(t, m.Listen())
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended) })

	dir := strings.TrimPrefix(s.env[2], "REENGAGE_DEV_DIR=")
	require.NoError(t, ready.Write(dir, ready.Ready{API: "http://" + m.HTTPAddr(), APIKey: "key", BusinessNumber: "106540352242922", Clock: c}))
	require.Eventually(t, func() bool { return s.run("list").code == 0 }, time.Minute, 50*time.Millisecond)
	return s
}

func TestExitCodesAndSentences(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	tests := []struct {
		name string
		env  []string
		args []string
		code int
		err  string
	}{
		{"help", nil, []string{"--help"}, 0, ""},
		{"help of a verb", nil, []string{"serve", "--help"}, 0, ""},
		{"no verb", nil, nil, 2, "serve"},
		{"a verb that does not exist", nil, []string{"fly"}, 2, "fly"},
		{"a flag that does not exist", nil, []string{"list", "--colour"}, 2, "--colour"},
		{"no contact", []string{"REENGAGE_URL=http://127.0.0.1:1", "REENGAGE_API_KEY=k"}, []string{"inbound", "--number", "1"}, 2, "--phone"},
		{"no number", []string{"REENGAGE_URL=http://127.0.0.1:1", "REENGAGE_API_KEY=k"}, []string{"inbound", "--phone", "447700900123"}, 2, "--number"},
		{"an id that is none", nil, []string{"status", "17"}, 2, "17 is not a conversation's id"},
		{"a time that is none", nil, []string{"inbound", "--phone", "447700900123", "--at", "yesterday"}, 2, "--at"},
		{"a group that is none", nil, []string{"charges", "--group-by", "colour"}, 2, "--group-by"},
		{"a filter that a list has not", nil, []string{"charges", "--unpriced", "--rule", "P2"}, 2, "--rule"},
		{"a comparison of nothing", nil, []string{"compare", "-"}, 2, "--schemes"},
		{"a comparison with an unknown scheme", nil, []string{"compare", "--schemes", "sirena,nobody", "-"}, 2, "nobody"},
		{"a comparison of a file of a period", nil, []string{"compare", "--schemes", "sirena", "--from", "2026-11-01", "-"}, 2, "--from"},
		{"a comparison of what is stored in a zone", nil, []string{"compare", "--schemes", "sirena", "--timezone", "UTC"}, 2, "--timezone"},
		{"a comparison of negative hours", nil, []string{"compare", "--schemes", "sirena", "--entry-point-hours=-1", "-"}, 2, "negative"},
		{"a comparison of a file that is not there", nil, []string{"compare", "--schemes", "sirena", "/nowhere"}, 2, "/nowhere"},
		{"a comparison without a gateway", nil, []string{"compare", "--schemes", "sirena"}, 1, "REENGAGE_URL is not set"},
		{"no template", nil, []string{"lint-template"}, 2, "<file>"},
		{"a template that is not there", nil, []string{"lint-template", "/nowhere"}, 2, "/nowhere"},
		{"a template that is none", nil, []string{"lint-template", os.Args[0]}, 2, "not JSON"},
		{"a template from nothing", nil, []string{"lint-template", "-"}, 2, "there is no template in it"},
		{"no invoice", nil, []string{"charges", "invoice"}, 2, "<file>"},
		{"an invoice that is not there", nil, []string{"charges", "invoice", "/nowhere"}, 2, "/nowhere"},
		{"an invoice that is none", nil, []string{"charges", "invoice", os.Args[0]}, 2, "line 1"},
		{"two lists at once", nil, []string{"charges", "--unpriced", "--differences"}, 2, "--differences"},
		{"no stack", nil, []string{"list"}, 1, "REENGAGE_URL is not set, and there is no development stack"},
		{"no key", []string{"REENGAGE_URL=http://127.0.0.1:1"}, []string{"list"}, 1, "REENGAGE_API_KEY is not set"},
		{"no gateway", []string{"REENGAGE_URL=http://127.0.0.1:1", "REENGAGE_API_KEY=k"}, []string{"list"}, 1, "the gateway at http://127.0.0.1:1 cannot be reached"},
		{"no database named", nil, []string{"serve"}, 2, "DATABASE_URL is not set"},
		{"a virtual clock at Meta's", []string{"DATABASE_URL=postgres://h/d", "REENGAGE_TIME_SCALE=60"}, []string{"serve"}, 2, "REENGAGE_TIME_SCALE"},
		{"a database that is away", []string{"DATABASE_URL=postgres://127.0.0.1:1/d"}, []string{"migrate"}, 1, "DATABASE_URL"},
		{"a taken port", []string{"DATABASE_URL=postgres://127.0.0.1:1/d", "REENGAGE_HTTP_ADDR=" + taken.Addr().String()}, []string{"serve"}, 1,
			"REENGAGE_HTTP_ADDR: the address " + taken.Addr().String() + " is taken by another program"},
		{"no scheme", nil, []string{"rate"}, 2, "--scheme"},
		{"an unknown scheme", nil, []string{"rate", "--scheme", "nobody"}, 2, "nobody"},
		{"a folder for a file", nil, []string{"rate", "--scheme", "zenvia-conversion", "."}, 2, ". is a folder"},
		{"a number from the environment", []string{"REENGAGE_URL=http://127.0.0.1:1", "REENGAGE_API_KEY=k", "BUSINESS_NUMBER=1"},
			[]string{"inbound", "--phone", "447700900123"}, 1, "cannot be reached"},
		{"a file that is not there", nil, []string{"rate", "--scheme", "zenvia-conversion", "/nowhere"}, 2, "/nowhere"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStack(t)
			s.env = append(s.env, tt.env...)
			r := s.run(tt.args...)
			require.Equal(t, tt.code, r.code, "%+v", r)
			if tt.code == 0 {
				require.Empty(t, r.err)
				require.Contains(t, r.out, "Usage: starter")
				return
			}
			require.Contains(t, r.err, tt.err)
			require.True(t, strings.HasPrefix(r.err, "starter: "), r.err)
			require.Equal(t, 1, strings.Count(r.err, "\n"), "one line: %s", r.err)
			require.Empty(t, r.out)
		})
	}
}

func TestAConversationFromTheCommandLine(t *testing.T) {
	s := running(t)
	id := s.run("conversation-id", "--phone", "+44 7700 900123")
	require.Equal(t, 0, id.code, id.err)
	require.Regexp(t, `^[0-9a-f-]{36}\n$`, id.out)
	conversation := strings.TrimSpace(id.out)

	r := s.run("status", conversation)
	require.Equal(t, 0, r.code, r.err)
	require.Regexp(t, `(?m)^status +expired$`, r.out)
	require.Regexp(t, `(?m)^may be sent +nothing \(opt_in_required\)$`, r.out)

	r = s.run("inbound", "--phone", "447700900123", "--name", "Ada Example", "--text", "Hello", "--id", "m-1")
	require.Equal(t, 0, r.code, r.err)
	require.Equal(t, "message m-1: stored\nconversation "+conversation+"\n", r.out)
	r = s.run("inbound", "--phone", "447700900123", "--id", "m-1", "--json")
	var receipt map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.out), &receipt))
	require.Equal(t, true, receipt["duplicate"])
	require.Equal(t, conversation, receipt["conversation_id"])

	// The message occurred now by the stack's clock, not an hour ago.
	r = s.run("status", "--phone", "+44 7700 900 123")
	require.Equal(t, 0, r.code, r.err)
	require.Regexp(t, `(?m)^contact +Ada Example  \+447700900123$`, r.out)
	require.Regexp(t, `(?m)^window +.* UTC to .* UTC, closes in 23h59m$`, r.out)
	require.Regexp(t, `(?m)^may be sent +free-form, template$`, r.out)
	require.Regexp(t, `(?m)^next +reminder at .* UTC$`, r.out)

	r = s.run("list", "-q", "ada")
	require.Equal(t, 0, r.code, r.err)
	require.Regexp(t, `(?m)^active +in 23h59m +Ada Example  \+447700900123 +yes +.*UTC +`+conversation+`$`, r.out)
	r = s.run("list", "--status", "awaiting_reply")
	require.Equal(t, "No conversations.\n", r.out)
	r = s.run("list", "--json")
	var page struct{ Items []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(r.out), &page))
	require.Len(t, page.Items, 1)

	r = s.run("status", "--phone", "447700900124")
	require.Equal(t, result{1, "", "starter: there is no conversation of this contact with this number\n"}, r)
	// What only the gateway can tell to be a mistake is one all the same.
	for _, wrong := range []struct {
		args []string
		err  string
	}{
		{[]string{"inbound", "--phone", "12"}, "invalid_phone"},
		{[]string{"list", "--limit", "201"}, "limit"},
		{[]string{"list", "--cursor", "abc"}, "invalid_cursor"},
		{[]string{"charges", "--from", "today"}, "from"},
	} {
		r = s.run(wrong.args...)
		require.Equal(t, 2, r.code, "%v %+v", wrong.args, r)
		require.Contains(t, r.err, wrong.err)
	}
	require.Equal(t, 1, s.run("status", uuid.NewString()).code, "that nobody has the id is not one")
}

func TestStatusFindsExactlyTheContactThatIsNamed(t *testing.T) {
	s := running(t)
	long := s.run("conversation-id", "--phone", "447700900123")
	short := s.run("conversation-id", "--bsuid", "US.1349")
	require.Equal(t, 1, s.run("status", "--phone", "7700900123").code, "a part of a phone names nobody")
	require.Contains(t, s.run("status", "--phone", "447700900123").out, strings.TrimSpace(long.out))
	require.Contains(t, s.run("status", "--bsuid", "US.1349").out, strings.TrimSpace(short.out))
	require.Equal(t, 1, s.run("status", "--bsuid", "US.134").code)
}

func TestMigrateMayBeRepeated(t *testing.T) {
	s := newStack(t)
	s.env = append(s.env, "DATABASE_URL="+dbtest.URL(t))
	for range 2 {
		require.Equal(t, result{0, "The database's schema is up to date.\n", ""}, s.run("migrate"))
	}
}

func TestRateReadsEventsAndWritesCharges(t *testing.T) {
	s := newStack(t)
	events := `{"id":"e1","at":"2026-11-20T09:00:00Z","type":"inbound","conversation":"c","number":"n"}` + "\n"
	r := s.runWith(events, "rate", "--scheme", "zenvia-conversion")
	require.Equal(t, 0, r.code, r.err)
	require.Equal(t, 1, strings.Count(r.out, "\n"))
	require.Contains(t, r.out, `"kind":"customer_initiated"`)

	r = s.runWith(events+"nonsense\n", "rate", "--scheme", "zenvia-conversion")
	require.Equal(t, 2, r.code)
	require.Empty(t, r.out)
	require.Contains(t, r.err, "line 2")
}
