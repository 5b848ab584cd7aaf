package webhook_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/db/dbtest"
	"reengage/gateway/webhook"
	"reengage/intake"
	"reengage/whatsapp"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const secret, oldSecret, token = "a new app secret", "an old app secret", "a verify token"

const message = `{"object":"whatsapp_business_account","entry":[{"id":"102290000000001","changes":[{"field":"messages","value":{
	"metadata":{"phone_number_id":"106540000000001"},"messages":[{"id":"wamid.TEST1","from":"447700900101",
	"timestamp":"1790000001","type":"text","text":{"body":"Hello"}}]}}]}]}`

// memory is a Store that remembers what it was given.
type memory struct {
	bodies []string
	alive  []bool // whether the context was, when the body came
	err    error
}

func (m *memory) Webhook(ctx context.Context, body []byte, _ time.Time) (intake.Receipt, error) {
	m.bodies, m.alive = append(m.bodies, string(body)), append(m.alive, ctx.Err() == nil)
	return intake.Receipt{}, m.err
}

func handler(store webhook.Store) http.Handler {
	return webhook.New(webhook.Options{Secrets: []string{oldSecret, secret}, VerifyToken: token}, store,
		slog.New(slog.DiscardHandler))
}

func post(h http.Handler, body, signature string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, webhook.Path, strings.NewReader(body))
	if signature != "" {
		r.Header.Set(whatsapp.SignatureHeader, signature)
	}
	return do(h, r)
}

func do(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestASignedBodyIsStoredAsItCame(t *testing.T) {
	for _, s := range []string{secret, oldSecret} {
		store := &memory{}
		require.Equal(t, http.StatusOK, post(handler(store), message, whatsapp.Sign([]byte(message), s)).Code)
		require.Equal(t, []string{message}, store.bodies)
	}
}

func TestAWrongSignatureIsRefusedWithAConstantBody(t *testing.T) {
	store := &memory{}
	signed := whatsapp.Sign([]byte(message), secret)
	first := post(handler(store), message, "")
	require.Equal(t, http.StatusUnauthorized, first.Code)
	for name, signature := range map[string]string{
		"by another secret": whatsapp.Sign([]byte(message), "another"),
		"of another body":   whatsapp.Sign([]byte(message+" "), secret),
		"cut short":         signed[:len(signed)-2],
		"without its name":  strings.TrimPrefix(signed, "sha256="),
		"not hexadecimal":   "sha256=<script>",
	} {
		w := post(handler(store), message, signature)
		require.Equal(t, http.StatusUnauthorized, w.Code, name)
		require.Equal(t, first.Body.String(), w.Body.String(), name)
	}
	require.Empty(t, store.bodies)
}

func TestWithoutASecretEverythingIsRefused(t *testing.T) {
	for _, secrets := range [][]string{nil, {""}} {
		h := webhook.New(webhook.Options{Secrets: secrets}, &memory{}, slog.New(slog.DiscardHandler))
		require.Equal(t, http.StatusUnauthorized, post(h, message, whatsapp.Sign([]byte(message), "")).Code)
		get := httptest.NewRequest(http.MethodGet, webhook.Path+"?hub.mode=subscribe&hub.verify_token=&hub.challenge=1", nil)
		require.Equal(t, http.StatusForbidden, do(h, get).Code)
	}
}

func TestABodyOf3MBIsTakenAndOneByteMoreIsNot(t *testing.T) {
	store := &memory{}
	body := strings.Repeat(" ", 3<<20)
	require.Equal(t, http.StatusOK, post(handler(store), body, whatsapp.Sign([]byte(body), secret)).Code)
	body += " "
	require.Equal(t, http.StatusRequestEntityTooLarge, post(handler(store), body, whatsapp.Sign([]byte(body), secret)).Code)
	require.Len(t, store.bodies, 1)
}

func TestSubscription(t *testing.T) {
	for name, c := range map[string]struct {
		query string
		code  int
		body  string
	}{
		"with our token":      {"hub.mode=subscribe&hub.verify_token=a+verify+token&hub.challenge=1158201444", 200, "1158201444"},
		"with another":        {"hub.mode=subscribe&hub.verify_token=another&hub.challenge=1158201444", 403, ""},
		"without one":         {"hub.mode=subscribe&hub.challenge=1158201444", 403, ""},
		"of another kind":     {"hub.mode=unsubscribe&hub.verify_token=a+verify+token&hub.challenge=1158201444", 403, ""},
		"of no kind whatever": {"", 403, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := do(handler(&memory{}), httptest.NewRequest(http.MethodGet, webhook.Path+"?"+c.query, nil))
			require.Equal(t, c.code, w.Code)
			if c.code == http.StatusOK {
				require.Equal(t, c.body, w.Body.String())
			} else {
				require.NotContains(t, w.Body.String(), "1158201444")
			}
		})
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	w := do(handler(&memory{}), httptest.NewRequest(http.MethodPut, webhook.Path, nil))
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
	require.Equal(t, "GET, POST", w.Header().Get("Allow"))
}

func TestWhatCouldNotBeStoredIsAskedForAgain(t *testing.T) {
	w := post(handler(&memory{err: errors.New("the disk of 447700900101 is full")}), message, whatsapp.Sign([]byte(message), secret))
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.NotEmpty(t, w.Header().Get("Retry-After"))
	require.NotContains(t, w.Body.String(), "447700900101")
}

func TestACallerThatHangsUpDoesNotStopTheStoring(t *testing.T) {
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	store := &memory{}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, webhook.Path, strings.NewReader(message))
	r.Header.Set(whatsapp.SignatureHeader, whatsapp.Sign([]byte(message), secret))
	do(handler(store), r)
	require.Equal(t, []bool{true}, store.alive)
}

func TestABodyThatEndsEarlyIsNotStored(t *testing.T) {
	store := &memory{}
	broken := io.MultiReader(bytes.NewReader([]byte(message[:40])), brokenReader{})
	r := httptest.NewRequest(http.MethodPost, webhook.Path, broken)
	r.Header.Set(whatsapp.SignatureHeader, whatsapp.Sign([]byte(message[:40]), secret))
	require.Equal(t, http.StatusBadRequest, do(handler(store), r).Code)
	require.Empty(t, store.bodies)
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestMalformedJSONWithAGoodSignatureIsTakenAndKept(t *testing.T) {
	pool := dbtest.New(t)
	h := handler(intake.New(pool, clock.Clock{}, slog.New(slog.DiscardHandler)))
	for _, body := range []string{"", "{", `{"object":"whatsapp_business_account","entry":[`, "\x00\xff", "[]", "null"} {
		require.Equal(t, http.StatusOK, post(h, body, whatsapp.Sign([]byte(body), secret)).Code)
		var kept, problems int
		require.NoError(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM raw_bodies WHERE body = $1", []byte(body)).Scan(&kept))
		require.NoError(t, pool.QueryRow(t.Context(), `SELECT count(*) FROM intake_problems
			WHERE raw_body_id = (SELECT max(id) FROM raw_bodies)`).Scan(&problems))
		require.Equal(t, []int{1, 1}, []int{kept, problems})
	}
}

// A 200 means durable, and anything else that the provider sends it again.
func TestPostgresThatGoesAwayAndComesBackLosesNothing(t *testing.T) {
	server := dbtest.Server(t)
	pool := dbtest.Pool(t, server.URL())
	h := handler(intake.New(pool, clock.Clock{}, slog.New(slog.DiscardHandler)))
	send := func(id string) int {
		body := strings.ReplaceAll(message, "wamid.TEST1", id)
		return post(h, body, whatsapp.Sign([]byte(body), secret)).Code
	}
	require.Equal(t, http.StatusOK, send("wamid.BEFORE"))
	require.NoError(t, server.Stop(t.Context()))
	require.Equal(t, http.StatusServiceUnavailable, send("wamid.AWAY"))
	require.NoError(t, server.Restart(t.Context()))
	require.Eventually(t, func() bool { return send("wamid.AWAY") == http.StatusOK }, time.Minute, 10*time.Millisecond)
	require.Equal(t, http.StatusOK, send("wamid.AFTER"))
	var events int
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM events").Scan(&events))
	require.Equal(t, 3, events)
}
