package main

import (
	"bufio"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/devstack/folder"
	"reengage/devstack/ready"
)

// devStack is `devstack dev` as a process of its own, as make dev starts it.
type devStack struct {
	dir     string
	program string
	root    string
}

func newDevStack(t *testing.T) devStack {
	t.Helper()
	root, err := folder.Checkout()
	require.NoError(t, err)
	base, err := folder.Base()
	require.NoError(t, err)
	private, err := folder.Private(t.Context(), base, "dev-test")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, private.Remove()) })
	program := filepath.Join(t.TempDir(), "devstack")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	return devStack{dir: filepath.Join(private.Path, "data"), program: program, root: root}
}

func (d devStack) command(t *testing.T, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir = d.root
	c.Env = append(os.Environ(), "REENGAGE_DEV_DIR="+d.dir, "REENGAGE_TIME_SCALE=1", "REENGAGE_DEV_PORT_BASE=0", "REENGAGE_DEV_QUIET=0")
	return c
}

// start returns once the stack says that it is ready; stop is Ctrl-C.
func (d devStack) start(t *testing.T) (stop func()) {
	t.Helper()
	c := d.command(t, d.program, "dev")
	c.Stderr = t.Output()
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		t.Log(lines.Text())
		if strings.HasPrefix(lines.Text(), "ready {") {
			go func() {
				for lines.Scan() { // so that it never blocks on its own output
				}
			}()
			return func() {
				t.Helper()
				require.NoError(t, c.Process.Signal(syscall.SIGINT))
				require.NoError(t, c.Wait(), "Ctrl-C is no failure")
			}
		}
	}
	require.NoError(t, c.Wait())
	require.Fail(t, "the stack ended without being ready")
	return nil
}

func (d devStack) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := d.command(t, name, args...).CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

// TestWhatTheREADMESaysCanBeDoneLiterally runs the shell blocks of README.md, from "Try it" to "Running it", one after the
// other in one shell against a fresh stack.
func TestWhatTheREADMESaysCanBeDoneLiterally(t *testing.T) {
	d := newDevStack(t)
	stop := d.start(t)
	text, err := os.ReadFile(filepath.Join(d.root, "README.md"))
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "\n## Try it\n")
	require.True(t, found)
	section, _, found = strings.Cut(section, "\n## Running it\n")
	require.True(t, found)
	script := shellBlocks(section)
	// What takes a minute and rewrites files of the checkout is left out, and the saved history goes elsewhere.
	script = regexp.MustCompile(`(?m)^make histories.*$`).ReplaceAllString(script, "")
	script = strings.ReplaceAll(script, "workflows/testdata/history/from-production.json", filepath.Join(t.TempDir(), "history.json"))
	out := d.run(t, "bash", "-c", script)
	for _, want := range []string{
		"\nexpiring  ", "\nactive  ", "\nawaiting_reply  ", "\nresuming  ", "\nexpired  ", // the back-dated customers, in every state
		"/console/sign-in/",                       // a link into the console
		"\n200\n", "Zoe", "status         active", // the webhook
		"ReengageWindowExpiresAt", "StaticSummary", "Current Details", "W1: ", `"status":"active"`, // the operators' view
		"Dry run: nothing is taken in yet.", "Taken in.", // a file of contacts
		"Hello Agnes, we are still here", "Barnaby Example", "finished", // the campaign
		`"outcome":"accepted"`, // a reply
		`"code":"window_closed"`, `"templates":[]`, `"code":"opt_in_required"`, "opted in to marketing (order form)",
		`"templates":[{"name":"come_back","language":"en_US","category":"marketing"}`, `"code":"template_parameters"`, "Text: 1 value is needed.",
		`"code":"template_not_approved"`, "autumn_news        en_US     pending", // what may not go, and why
		`"state":"failed"`, `"reason":{"code":"window_closed"`, `"replaced_by":"`, "kept reply    ", "\noffered  ", // instead of a reply
		`"code":"opted_out"`, "opted out of marketing (keyword)", "refused: opted_out", // STOP, and why
		`"quiet_hours":{"from":"21:00","to":"08:00"}`, "that is marketing", // the policy, and the linter
		"customer_initiated  –       –         0.022 USD", " zenvia-conversion | Z4 ", // the ledger
		`"scheme":"sirena","card":"sirena-2022","event":"offer-2","kind":"business_initiated","amount_micros":26600`, // rate
		`"rule":"C1"`, `"rule":"P6"`, `"card":"gupshup"`, "28.57 %", // by every scheme, and compared
		"Z4    ", "owes what twilio charges, from 2030-01-01T00:00:00Z on", "0 conversations will be rated again", // what is owed
		"ok  \treengage/workflows",
	} {
		require.Contains(t, out, want)
	}
	require.Equal(t, 2, strings.Count(out, "status         active"), "the direct signal ends as the webhook does")
	d.tellTheStoryOfTheAPI(t)

	r, err := ready.Read(d.dir)
	require.NoError(t, err)
	signsInOnce(t, r)
	stop()
	_, err = ready.Read(d.dir)
	require.ErrorIs(t, err, ready.ErrNone, "a stopped stack is no longer found")

	stop = d.start(t)
	resumed, err := ready.Read(d.dir)
	require.NoError(t, err)
	require.NotEqual(t, r.APIKey, resumed.APIKey, "the secrets are throw-away")
	signsInOnce(t, resumed)
	starter := filepath.Join(d.root, "bin", "starter")
	require.Contains(t, d.run(t, starter, "list"), "Zoe", "the data stays")
	require.Contains(t, d.run(t, starter, "numbers", "show"), "come_back", "and the policy")
	stop()
	d.run(t, d.program, "reset")
	_, err = os.Stat(d.dir)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// signsInOnce opens the console by the link that the stack has told of.
func signsInOnce(t *testing.T, r ready.Ready) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	open := func(browser *http.Client) (status int, at string) {
		res, err := browser.Get(*r.ConsoleLogin)
		require.NoError(t, err)
		defer res.Body.Close()
		return res.StatusCode, res.Request.URL.String()
	}
	status, at := open(&http.Client{Jar: jar})
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, *r.Console+"/inbox", at)
	status, _ = open(&http.Client{})
	require.Equal(t, http.StatusGone, status, "a link signs in once")
}

// tellTheStoryOfTheAPI runs the shell blocks of docs/api.md.
func (d devStack) tellTheStoryOfTheAPI(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(d.root, "docs", "api.md"))
	require.NoError(t, err)
	out := d.run(t, "bash", "-c", shellBlocks(string(text)))
	for _, want := range []string{
		`"code":"unauthorized"`, `"code":"unknown_parameter"`, `"field":"state"`, `"code":"missing_field"`, // what is refused
		`"duplicate":false`, `"duplicate":true`, `"status":"active"`, `"send_id":"`, `"code":"idempotency_key_reused"`,
		`"attempts":[{"attempt":1`, `"field":"parameters.body.order","code":"missing"`, `"sendable":true`, `"scheme":"zenvia-conversion"`,
		`"text":"Hello Yara, your order 4711 has left our house."`,
		`"kind":"message"`, `"direction":"inbound"`, `"text":"Where is my order?"`, "business: freeform", "contact: text", // the timeline
		"event: send", `"state":"accepted"`, "event: message", // what happened meanwhile
	} {
		require.Contains(t, out, want)
	}
}

// shellBlocks are the commands of a text, in one script.
func shellBlocks(text string) string {
	script := "set -eo pipefail\nshopt -s expand_aliases\n"
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(text, -1) {
		script += block[1]
	}
	return script
}

func TestAStackThatRunsIsNotForgottenAndNotStartedTwice(t *testing.T) {
	d := newDevStack(t)
	stop := d.start(t)
	for _, verb := range []string{"reset", "dev"} {
		out, err := d.command(t, d.program, verb).CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), "a stack is running in this folder")
	}
	require.Eventually(t, func() bool { return strings.Contains(d.run(t, d.program, "env"), "export TEMPORAL_ADDRESS=") }, time.Minute, time.Second)
	stop()
}
