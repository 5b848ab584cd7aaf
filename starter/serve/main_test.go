package serve_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/config"
	"reengage/db/dbtest"
	"reengage/ops"
	"reengage/starter/serve"
	"reengage/whatsapp"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const (
	wait = 30 * time.Second
	tick = 20 * time.Millisecond
)

// running is a gateway that runs as in production, with Temporal away.
type running struct {
	t     *testing.T
	main  *serve.Main
	stop  func()
	ended chan error
}

func start(t *testing.T, databaseURL string) *running {
	t.Helper()
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	r := &running{t: t, ended: make(chan error, 1), main: &serve.Main{
		Config: config.Config{
			DatabaseURL: config.Secret(databaseURL), HTTPAddr: "127.0.0.1:0", OpsAddr: "127.0.0.1:0",
			APIKeys: []config.Secret{"key"}, AppSecrets: []config.Secret{"app-secret"}, APIURL: "http://127.0.0.1:1", TimeScale: 1,
			UnknownAfter: time.Minute, SendMargin: 15 * time.Second, TemplateLimit: 250,
		},
		Log: slog.New(slog.DiscardHandler),
	}}
	require.NoError(t, r.main.Config.Validate())
	require.NoError(t, r.main.Listen())
	ctx, cancel := context.WithCancel(t.Context())
	go func() { r.ended <- r.main.Run(ctx) }()
	r.stop = func() {
		cancel()
		require.NoError(t, <-r.ended)
	}
	return r
}

func (r *running) answer(method, addr, path, body string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequest(method, "http://"+addr+path, strings.NewReader(body))
	require.NoError(r.t, err)
	req.Header.Set("Authorization", "Bearer key")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Hub-Signature-256", whatsapp.Sign([]byte(body), "app-secret"))
	res, err := http.DefaultClient.Do(req)
	require.NoError(r.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(r.t, err)
	return res.StatusCode, string(text)
}

// ready returns what /readyz says of each check.
func (r *running) ready() map[string]bool {
	r.t.Helper()
	_, body := r.answer("GET", r.main.OpsAddr(), "/readyz", "")
	var readiness ops.Readiness
	require.NoError(r.t, json.Unmarshal([]byte(body), &readiness))
	checks := map[string]bool{}
	for name, result := range readiness.Checks {
		checks[name] = result.OK
	}
	return checks
}

const webhookBody = `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{
	"messaging_product":"whatsapp","metadata":{"display_phone_number":"12025550100","phone_number_id":"106540352242922"},
	"contacts":[{"wa_id":"447700900123","profile":{"name":"Ada Example"}}],
	"messages":[{"from":"447700900123","id":"wamid.1","timestamp":"1795161600","type":"text","text":{"body":"Hello"}}]}}]}]}`

func TestItStartsWhilePostgresAndTemporalAreAwayAndAcknowledgesNothing(t *testing.T) {
	r := start(t, "postgres://app@127.0.0.1:1/none")
	code, _ := r.answer("GET", r.main.OpsAddr(), "/healthz", "")
	require.Equal(t, http.StatusOK, code)
	code, _ = r.answer("GET", r.main.OpsAddr(), "/readyz", "")
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.Equal(t, map[string]bool{"database": false, "temporal": false, "started": false}, r.ready())

	code, _ = r.answer("POST", r.main.HTTPAddr(), "/webhooks/whatsapp", webhookBody)
	require.Equal(t, http.StatusServiceUnavailable, code)
	code, body := r.answer("GET", r.main.HTTPAddr(), "/v1/conversations", "")
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.Contains(t, body, `"code":"database_unavailable"`)
	r.stop()
}

func TestItServesOnceItsDatabaseIsThereAndAgainAfterAnOutage(t *testing.T) {
	server := dbtest.Server(t)
	require.NoError(t, server.Stop(t.Context()))
	r := start(t, server.URL())
	require.False(t, r.ready()["started"])

	require.NoError(t, server.Restart(t.Context()))
	require.Eventually(t, func() bool { c := r.ready(); return c["started"] && c["database"] }, wait, tick)
	code, _ := r.answer("POST", r.main.HTTPAddr(), "/webhooks/whatsapp", webhookBody)
	require.Equal(t, http.StatusOK, code, "Temporal may be away")
	require.False(t, r.ready()["temporal"])

	require.NoError(t, server.Stop(t.Context()))
	code, _ = r.answer("POST", r.main.HTTPAddr(), "/webhooks/whatsapp", strings.Replace(webhookBody, "wamid.1", "wamid.2", 1))
	require.Equal(t, http.StatusServiceUnavailable, code)
	code, _ = r.answer("GET", r.main.OpsAddr(), "/healthz", "")
	require.Equal(t, http.StatusOK, code)

	require.NoError(t, server.Restart(t.Context()))
	require.Eventually(t, func() bool {
		code, body := r.answer("GET", r.main.HTTPAddr(), "/v1/conversations", "")
		return code == http.StatusOK && strings.Count(body, `"+447700900123"`) == 1
	}, wait, tick)
	code, body := r.answer("GET", r.main.OpsAddr(), "/metrics", "")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, "reengage_webhook_duration_seconds_bucket")
	r.stop()
}

// The door waits up to 20 s for requests under way, and a stream is one that would not end by itself.
func TestStreamsEndAtOnceWhenTheGatewayStops(t *testing.T) {
	r := start(t, dbtest.URL(t))
	require.Eventually(t, func() bool { return r.ready()["started"] }, wait, tick)
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+r.main.HTTPAddr()+"/v1/events", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer key")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusOK, res.StatusCode)
	lines := bufio.NewScanner(res.Body)
	require.True(t, lines.Scan(), "it has begun")
	code, _ := r.answer("POST", r.main.HTTPAddr(), "/webhooks/whatsapp", webhookBody)
	require.Equal(t, http.StatusOK, code)
	for lines.Scan() && lines.Text() != "event: status" {
	}
	require.Equal(t, "event: status", lines.Text())

	begun := time.Now()
	r.stop()
	require.Less(t, time.Since(begun), 15*time.Second)
	for lines.Scan() {
	}
	require.NoError(t, lines.Err(), "its end is an orderly one")
}

func TestATakenPortEndsTheStartWithASentence(t *testing.T) {
	first := serve.Main{Config: config.Config{HTTPAddr: "127.0.0.1:0", OpsAddr: "127.0.0.1:0"}}
	require.NoError(t, first.Listen())
	second := serve.Main{Config: config.Config{HTTPAddr: first.HTTPAddr(), OpsAddr: "127.0.0.1:0"}}
	require.EqualError(t, second.Listen(), "REENGAGE_HTTP_ADDR: the address "+first.HTTPAddr()+" is taken by another program")
	third := serve.Main{Config: config.Config{HTTPAddr: "127.0.0.1:0", OpsAddr: first.OpsAddr()}}
	require.ErrorContains(t, third.Listen(), "REENGAGE_OPS_ADDR: the address "+first.OpsAddr())
}
