package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// asked is a request that a gateway has had.
type asked struct{ call, key, body string }

// gatewayThat answers every request alike, and keeps them.
func gatewayThat(t *testing.T, status int, answer string) (s stack, requests chan asked) {
	t.Helper()
	requests = make(chan asked, 8)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- asked{r.Method + " " + r.URL.Path, r.Header.Get("Idempotency-Key"), string(body)}
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	s = newStack(t)
	s.env = append(s.env, "REENGAGE_URL="+server.URL, "REENGAGE_API_KEY=k")
	return s, requests
}

const (
	conversationID = "6f0d3a52-1111-4000-8000-000000000001"
	keptID         = "6f0d3a52-1111-4000-8000-000000000002"
	acceptedAnswer = `{"conversation_id": "` + conversationID + `", "send_id": "6f0d3a52-1111-4000-8000-000000000003", "request_id": "r-1",
		"verdict": {"code": "allowed", "rule": "W5", "sentence": "the window is open"}}`
)

func TestRequestsToAConversationAreMadeAsTheyAreMeant(t *testing.T) {
	path := "POST /v1/conversations/" + conversationID
	for _, tt := range []struct {
		name string
		args []string
		call string
		body string
	}{
		{"a text", []string{"send", "--conversation", conversationID, "Hello, Ada", "--critical"}, path + "/messages",
			`{"text": "Hello, Ada", "critical": true}`},
		{"a text with a template for later", []string{"send", "--conversation", conversationID, "Hello", "--fallback-template", "thanks/en_US",
			"--fallback-params", `["Ada"]`}, path + "/messages",
			`{"text": "Hello", "fallback_template": {"name": "thanks", "language": "en_US", "parameters": ["Ada"]}}`},
		{"a template", []string{"template", "thanks", "--language", "en_US", "--conversation", conversationID, "--param", "Ada, the first", "--param", "2"},
			path + "/templates", `{"name": "thanks", "language": "en_US", "parameters": ["Ada, the first", "2"]}`},
		{"a template with a button", []string{"template", "send", "thanks", "--language", "en_US", "--conversation", conversationID,
			"--params", `{"buttons": {"0": "x"}}`}, path + "/templates", `{"name": "thanks", "language": "en_US", "parameters": {"buttons": {"0": "x"}}}`},
		{"a reply to keep", []string{"kept", "reply", "Yes.", "--template", "thanks/en_US", "--conversation", conversationID}, path + "/kept-replies",
			`{"text": "Yes.", "template": {"name": "thanks", "language": "en_US"}}`},
		{"the same in other words", []string{"keep", "reply", "Yes.", "--template", "thanks/en_US", "--conversation", conversationID}, path + "/kept-replies",
			`{"text": "Yes.", "template": {"name": "thanks", "language": "en_US"}}`},
		{"a kept reply", []string{"kept", "send", keptID, "--conversation", conversationID}, path + "/kept-replies/" + keptID + "/send", ``},
		{"a kept reply no more", []string{"kept", "discard", keptID, "--conversation", conversationID}, path + "/kept-replies/" + keptID + "/discard", ``},
		{"closed", []string{"close", conversationID}, path + "/close", ``},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, requests := gatewayThat(t, http.StatusAccepted, acceptedAnswer)
			r := s.run(append(tt.args, "--request-id", "r-1")...)
			require.Equal(t, 0, r.code, r.err)
			require.Regexp(t, `(?m)^send +6f0d3a52-1111-4000-8000-000000000003$`, r.out)
			require.Regexp(t, `(?m)^allowed +the window is open$`, r.out)
			require.Regexp(t, `(?m)^request +r-1$`, r.out)
			require.Len(t, requests, 1)
			got := <-requests
			require.Equal(t, tt.call, got.call)
			require.Equal(t, "r-1", got.key)
			if tt.body == "" {
				require.Empty(t, got.body)
			} else {
				require.JSONEq(t, tt.body, got.body)
			}
			r = s.run(append(tt.args, "--json")...)
			require.Equal(t, 0, r.code, r.err)
			require.True(t, json.Valid([]byte(r.out)))
			key := (<-requests).key
			require.NotEmpty(t, key)
			require.NotEqual(t, "r-1", key, "another request")
		})
	}
}

func TestARefusalExitsWithItsSentence(t *testing.T) {
	for answer, want := range map[string]string{
		`{"status": 409, "code": "window_closed", "detail": "the window has closed", "rule": "W5"}`:                                  "the window has closed (window_closed)",
		`{"status": 422, "code": "template_parameters", "detail": "one text is missing", "rule": "gate", "field": "parameters"}`:     "one text is missing (template_parameters)",
		`{"status": 503, "code": "engine_unavailable", "detail": "repeat it with the header Idempotency-Key: x", "request_id": "x"}`: "repeat it with the header Idempotency-Key: x (engine_unavailable)",
	} {
		status := http.StatusUnprocessableEntity
		if strings.Contains(answer, "503") {
			status = http.StatusServiceUnavailable
		}
		s, _ := gatewayThat(t, status, answer)
		require.Equal(t, result{1, "", "starter: " + want + "\n"}, s.run("send", "--conversation", conversationID, "Hello"))
	}
}

func TestMistakesInWhatIsToBeSentAreFoundBeforeAnybodyIsAsked(t *testing.T) {
	s, requests := gatewayThat(t, http.StatusAccepted, acceptedAnswer)
	for _, args := range [][]string{
		{"send"},
		{"send", "Hello"},
		{"send", "--conversation", "17", "Hello"},
		{"send", "--conversation", conversationID, "Hello", "--fallback-template", "thanks"},
		{"send", "--conversation", conversationID, "Hello", "--fallback-template", "thanks/en_US", "--fallback-params", "Ada"},
		{"template", "thanks", "--conversation", conversationID},
		{"template", "thanks", "--conversation", conversationID, "--language", "en_US", "--params", "Ada"},
		{"template", "thanks", "--conversation", conversationID, "--language", "en_US", "--params", "[]", "--param", "Ada"},
		{"kept", "reply", "Yes.", "--conversation", conversationID},
		{"kept", "send", "17", "--conversation", conversationID},
		{"close", "17"},
		{"explain", "17"},
		{"consent", "show", "17"},
		{"contact", "show", "17"},
		{"contact", "set", "6f0d3a52-1111-4000-8000-000000000001"},
		{"consent", "in", "6f0d3a52-1111-4000-8000-000000000001"},
		{"numbers", "set", "/nowhere", "--number", "1"},
		{"numbers", "set", os.Args[0], "--number", "1"},
	} {
		r := s.run(args...)
		require.Equal(t, 2, r.code, "%v %+v", args, r)
		require.Empty(t, r.out)
	}
	require.Empty(t, requests)
}

func TestContactsNumbersAndDecisionsFromTheCommandLine(t *testing.T) {
	s := running(t)
	ok := func(args ...string) string {
		t.Helper()
		r := s.run(args...)
		require.Equal(t, 0, r.code, "%v %+v", args, r)
		return r.out
	}
	ok("inbound", "--phone", "447700900123", "--name", "Ada Example", "--text", "Hello", "--id", "m-1")

	require.Regexp(t, `(?m)^marketing +none$`, ok("consent", "show", "--phone", "447700900123"))
	out := ok("consent", "in", "--phone", "447700900123", "--source", "order form")
	require.Regexp(t, `(?m)^marketing +opted in$`, out)
	require.Regexp(t, `(?m)opted in to utility \(order form\)$`, out)
	require.Regexp(t, `(?m)^marketing +opted out$`, ok("consent", "out", "--phone", "447700900123", "--category", "marketing", "--source", "by phone"))
	require.Regexp(t, `(?m)^suppressed +all, manual, since .*, by Grace$`, ok("consent", "suppress", "--phone", "447700900123", "--by", "Grace"))
	require.Contains(t, ok("status", "--phone", "447700900123"), "nothing (suppressed)")
	require.NotContains(t, ok("consent", "lift", "--phone", "447700900123", "--by", "Grace"), "suppressed")

	require.Regexp(t, `(?m)^time zone +–\nlanguage +–$`, ok("contact", "show", "--phone", "447700900123"))
	ok("contact", "set", "--phone", "447700900123", "--time-zone", "Asia/Tokyo")
	require.Regexp(t, `(?m)^time zone +Asia/Tokyo\nlanguage +en_GB$`, ok("contact", "set", "--phone", "447700900123", "--language", "en_GB"))
	require.Regexp(t, `(?m)^time zone +–\nlanguage +en_GB$`, ok("contact", "set", "--phone", "447700900123", "--time-zone="))

	out = ok("explain", "--phone", "447700900123")
	require.Regexp(t, `(?m)^AT +SUBJECT +SEND +RULE +DECISION +WHY$`, out)
	require.Regexp(t, `(?m)UTC +window +– +W1 +window_opened +the contact wrote`, out)
	require.Regexp(t, `(?m)UTC +consent +– +consent +opted_out +the contact opted out of marketing messages$`, out)
	out = ok("timeline", "--phone", "447700900123")
	require.Regexp(t, `(?m)^AT +WHAT +STATE +TEXT$`, out)
	require.Regexp(t, `(?m)UTC +contact: text +– +Hello$`, out)
	require.Regexp(t, `(?m)UTC +consent +opted_out +the contact opted out of marketing messages$`, out)
	require.Contains(t, ok("timeline", "--phone", "447700900123", "--json"), `"direction": "inbound"`)
	require.Equal(t, "No kept replies.\n", ok("kept", "list", "--phone", "447700900123"))
	require.Contains(t, ok("template", "list"), "No templates.")

	require.Regexp(t, `(?m)^106540352242922 +– +no +yes +meta +UTC$`, ok("numbers", "list"))
	shown := filepath.Join(t.TempDir(), "number.json")
	text := strings.Replace(ok("numbers", "show", "--json"), `"settings": {}`, `"settings": {"kept_replies": {"mode": "auto"}}`, 1)
	require.NoError(t, os.WriteFile(shown, []byte(text), 0o600))
	out = ok("numbers", "set", shown)
	require.Regexp(t, `(?m)^configured +yes$`, out)
	require.Contains(t, out, `"mode": "auto"`)
	r := s.runWith(text, "numbers", "set", "-", "--number", "106540352242923")
	require.Equal(t, 0, r.code, r.err)
	require.Regexp(t, `(?m)^sends +no \(manual since .* UTC\)$`, ok("numbers", "pause"))
	require.Contains(t, ok("status", "--phone", "447700900123"), "nothing (sender_paused)")
	require.Regexp(t, `(?m)^sends +yes$`, ok("numbers", "resume"))

	r = s.run("send", "--phone", "447700900123", "Hello", "--request-id", "r-1")
	require.Equal(t, 1, r.code, "Temporal is away")
	require.Contains(t, r.err, "Idempotency-Key: r-1 is safe (engine_unavailable)")
}
