package whatsapptest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"reengage/whatsapp"
)

const (
	secret   = "an invented app secret"
	token    = "an invented access token"
	waba     = "102290000000001"
	shop     = "106540000000001"
	branch   = "106540000000002"
	customer = "447700900101"
	bsuid    = "GB.13491208655302741918"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// receiver is a gateway that checks signatures and keeps what it understood.
type receiver struct {
	*httptest.Server
	t *testing.T

	mu      sync.Mutex
	refuse  int // how many webhooks are still to be answered with 503
	updates []whatsapp.Update
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{t: t}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err != nil, !whatsapp.Verify(body, req.Header.Get(whatsapp.SignatureHeader), []string{secret}):
		w.WriteHeader(http.StatusUnauthorized)
	case r.refuse > 0:
		r.refuse--
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		parsed := whatsapp.Parse(body)
		if len(parsed.Problems) > 0 {
			r.t.Errorf("a webhook that cannot be read: %v", parsed.Problems)
		}
		r.updates = append(r.updates, parsed.Updates...)
	}
}

func received[C whatsapp.Content](r *receiver) []C {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []C
	for _, u := range r.updates {
		if c, ok := u.Content.(C); ok {
			out = append(out, c)
		}
	}
	return out
}

// clock is a virtual clock that stands still unless moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a simulator, the gateway it reports to, and the clock of both.
type world struct {
	*Simulator
	t     *testing.T
	clock *clock
	in    *receiver
	http  *httptest.Server
}

// monday is a working day after Meta's prices of October 2026.
var monday = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

func newWorld(t *testing.T, change ...func(*Config)) *world {
	w := &world{t: t, clock: &clock{now: monday}, in: newReceiver(t)}
	cfg := Config{
		AppSecret: secret, AccessToken: token, WABA: waba,
		Numbers:    []Number{{ID: shop, Display: "15550100001"}, {ID: branch, Display: "15550100002"}},
		WebhookURL: w.in.URL, Now: w.clock.Now, Scale: 10_000, Seed: 7,
	}
	for _, c := range change {
		c(&cfg)
	}
	var err error
	w.Simulator, err = New(cfg)
	require.NoError(t, err)
	w.http = httptest.NewServer(w.Simulator)
	t.Cleanup(func() {
		w.Simulator.Close()
		w.http.Close()
	})
	return w
}

func (w *world) writes(in Inbound) string {
	w.t.Helper()
	if in.From == "" && in.BSUID == "" {
		in.From = customer
	}
	id, err := w.Inbound(w.t.Context(), in)
	require.NoError(w.t, err)
	return id
}

func (w *world) settle() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	require.NoError(w.t, w.Settle(ctx))
}

// reply is Meta's answer to a call, decoded.
type reply struct {
	status   int
	Contacts []map[string]string
	Messages []map[string]string
	Error    struct {
		Code    int
		Subcode int `json:"error_subcode"`
		Type    string
		Message string
		Trace   string                   `json:"fbtrace_id"`
		Data    struct{ Details string } `json:"error_data"`
	}
}

func (w *world) call(method, path, auth, body string) reply {
	w.t.Helper()
	resp, err := w.try(w.t.Context(), method, path, auth, body)
	require.NoError(w.t, err)
	defer resp.Body.Close()
	out := reply{status: resp.StatusCode}
	require.NoError(w.t, json.NewDecoder(resp.Body).Decode(&out))
	return out
}

func (w *world) try(ctx context.Context, method, path, auth, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, w.http.URL+path, bytes.NewBufferString(body))
	require.NoError(w.t, err)
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	return w.http.Client().Do(req)
}

func (w *world) send(body string) reply {
	w.t.Helper()
	return w.call("POST", "/v26.0/"+shop+"/messages", "Bearer "+token, body)
}

func (w *world) control(path, body string) (status int, answer string) {
	w.t.Helper()
	method := "GET"
	if body != "" {
		method = "POST"
	}
	resp, err := w.try(w.t.Context(), method, path, "", body)
	require.NoError(w.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	return resp.StatusCode, string(b)
}

const (
	text     = `{"messaging_product":"whatsapp","recipient_type":"individual","to":"+447700900101","type":"text","text":{"body":"Hello"},"biz_opaque_callback_data":"send-1/1"}`
	template = `{"messaging_product":"whatsapp","to":"+447700900101","type":"template","template":{"name":"come_back","language":{"code":"en_US"}}}`
)

func states(statuses []*whatsapp.Status) []string {
	var out []string
	for _, s := range statuses {
		out = append(out, s.State)
	}
	return out
}

func TestASendIsAcceptedAndThenSentDeliveredAndRead(t *testing.T) {
	w := newWorld(t)
	w.writes(Inbound{Text: "Hi"})
	answer := w.send(text)
	require.Equal(t, http.StatusOK, answer.status)
	require.Equal(t, []map[string]string{{"input": "+447700900101", "wa_id": customer}}, answer.Contacts)
	w.settle()

	statuses := received[*whatsapp.Status](w.in)
	require.Equal(t, []string{"sent", "delivered", "read"}, states(statuses))
	for _, s := range statuses {
		require.Equal(t, answer.Messages[0]["id"], s.ID)
		require.Equal(t, "send-1/1", s.OpaqueData)
		require.Equal(t, customer, s.Contact.WaID)
		require.Equal(t, monday, s.At)
	}
	messages := w.Messages()
	require.Len(t, messages, 1)
	require.Equal(t, monday, messages[0].At)
	require.JSONEq(t, text, string(messages[0].Body))
	require.Equal(t, []string{"sent", "delivered", "read"}, messages[0].Statuses)
}

func TestTheWindowClosesExactly24HoursAfterTheCustomersLastMessage(t *testing.T) {
	for name, tc := range map[string]struct {
		later time.Duration
		want  []string
	}{
		"OneSecondBefore": {24*time.Hour - time.Second, []string{"sent", "delivered", "read"}},
		"At24Hours":       {24 * time.Hour, []string{"failed"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.writes(Inbound{Text: "Hi"})
			w.clock.move(tc.later)
			require.Equal(t, http.StatusOK, w.send(text).status, "Meta accepts first and fails later")
			w.settle()
			statuses := received[*whatsapp.Status](w.in)
			require.Equal(t, tc.want, states(statuses))
			if last := statuses[len(statuses)-1]; last.State == "failed" {
				require.Equal(t, 131047, last.Errors[0].Code)
				require.Nil(t, last.Pricing)
			}
		})
	}
	t.Run("NeverOpenedByAReactionOrByATemplate", func(t *testing.T) {
		w := newWorld(t)
		w.writes(Inbound{Type: "reaction", Text: "👍"})
		w.send(template)
		w.settle()
		w.send(text)
		w.settle()
		require.Equal(t, []string{"sent", "delivered", "read", "failed"}, states(received[*whatsapp.Status](w.in)))
	})
	t.Run("IsRememberedAcrossARestart", func(t *testing.T) {
		w := newWorld(t)
		w.Remember(shop, "+"+customer, monday.Add(-23*time.Hour))
		w.send(text)
		w.settle()
		require.Equal(t, []string{"sent", "delivered", "read"}, states(received[*whatsapp.Status](w.in)))
	})
	t.Run("IsNotShortenedByAnOlderMessageThatArrivesLater", func(t *testing.T) {
		w := newWorld(t)
		w.writes(Inbound{Text: "Hi"})
		w.writes(Inbound{Text: "Sent yesterday", At: monday.Add(-30 * time.Hour)})
		w.send(text)
		w.settle()
		require.Equal(t, []string{"sent", "delivered", "read"}, states(received[*whatsapp.Status](w.in)))
	})
	t.Run("BelongsToOneNumber", func(t *testing.T) {
		w := newWorld(t)
		w.writes(Inbound{Number: branch, Text: "Hi"})
		w.send(text)
		w.settle()
		require.Equal(t, []string{"failed"}, states(received[*whatsapp.Status](w.in)))
	})
}

func TestWebhooksAreRepeatedUntilTheyAreAcknowledged(t *testing.T) {
	w := newWorld(t)
	w.in.refuse = 3
	id := w.writes(Inbound{Text: "Hi"})
	require.False(t, w.Webhooks()[0].Acknowledged, "Inbound does not wait for more than one attempt")
	w.settle()
	hook := w.Webhooks()[0]
	require.True(t, hook.Acknowledged)
	require.Equal(t, 4, hook.Attempts)
	require.Equal(t, 200, hook.LastStatus)
	messages := received[*whatsapp.Message](w.in)
	require.Len(t, messages, 1)
	require.Equal(t, id, messages[0].ID)
}

func TestWebhooksWaitForAGateway(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.WebhookURL = "" })
	w.writes(Inbound{Text: "Hi"})
	require.NotEmpty(t, w.Webhooks()[0].LastError)
	w.SetWebhookURL(w.in.URL)
	w.settle()
	require.Len(t, received[*whatsapp.Message](w.in), 1)
}

func TestCloseEndsEverythingThatIsStillToCome(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.WebhookURL = "http://127.0.0.1:1"; c.Scale = 0.001 })
	w.writes(Inbound{Text: "Hi"}) // is tried again and again
	w.send(text)                  // would be reported in a quarter of an hour
	require.NoError(t, w.Script(Rule{Do: "hang"}))
	hung := make(chan error)
	go func() {
		_, err := w.try(context.Background(), "POST", "/v26.0/"+shop+"/messages", "Bearer "+token, text)
		hung <- err
	}()
	require.Eventually(t, func() bool { return len(w.Requests()) == 2 && w.Requests()[1].Outcome == "hang" }, 10*time.Second, time.Millisecond)
	w.Close()
	require.Error(t, <-hung)
	_, err := w.Inbound(t.Context(), Inbound{From: customer})
	require.ErrorIs(t, err, ErrClosed)
	w.Close()
}

func TestManyCustomersAtOnce(t *testing.T) {
	w := newWorld(t)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for range 5 {
				w.writes(Inbound{Text: "Hi"})
				if answer := w.send(text); answer.status != http.StatusOK {
					t.Errorf("status %d", answer.status)
				}
				w.Messages()
				w.Requests()
				w.Webhooks()
				w.SetTemplate(Template{Name: "another"})
			}
		})
	}
	group.Wait()
	w.settle()
	require.Len(t, received[*whatsapp.Message](w.in), 100)
	require.Len(t, received[*whatsapp.Status](w.in), 300)
	require.Len(t, w.Messages(), 100)
}

func TestASeedRepeatsTheIDs(t *testing.T) {
	ids := func(seed uint64) string {
		w := newWorld(t, func(c *Config) { c.Seed = seed })
		return w.writes(Inbound{Text: "Hi"})
	}
	require.Equal(t, ids(1), ids(1))
	require.NotEqual(t, ids(1), ids(2))
	require.NotEqual(t, ids(0), ids(0))
}
