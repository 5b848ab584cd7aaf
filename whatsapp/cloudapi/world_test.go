package cloudapi

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"reengage/whatsapp/template"
	"reengage/whatsapp/whatsapptest"
)

const (
	token    = "an-invented-access-token-of-nobody"
	waba     = "102290000000001"
	shop     = "106540000000001"
	customer = "447700900101"
	bsuid    = "GB.13491208655302741918"
	words    = "Hello Ada, your bike is ready."
	opaque   = "0b54b1f5-4f0c-4b77-9a43-6a3c4d0e8f10/1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is Meta, as the simulator plays it, and a client that talks to it.
type world struct {
	*whatsapptest.Simulator
	t      *testing.T
	client *Client
	log    *bytes.Buffer
	url    string
}

func newWorld(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	sim, err := whatsapptest.New(whatsapptest.Config{AppSecret: "an invented app secret", AccessToken: token, WABA: waba,
		Numbers: []whatsapptest.Number{{ID: shop, Display: "15550100001"}}, Seed: 7})
	require.NoError(t, err)
	sim.AutoStatuses(false)
	w := &world{Simulator: sim, t: t, log: &bytes.Buffer{}}
	server := httptest.NewServer(sim)
	w.url = server.URL
	w.client = newClient(t, append([]func(*Options){func(o *Options) { o.BaseURL, o.Log = server.URL, slog.New(slog.NewTextHandler(w.log, nil)) }}, change...)...)
	t.Cleanup(func() {
		sim.Close()
		server.Close()
	})
	return w
}

func newClient(t *testing.T, change ...func(*Options)) *Client {
	t.Helper()
	o := Options{AccessToken: token}
	for _, c := range change {
		c(&o)
	}
	c, err := New(o)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func at(url string) func(*Options)          { return func(o *Options) { o.BaseURL = url } }
func within(d time.Duration) func(*Options) { return func(o *Options) { o.Timeout = d } }
func hello() Message {
	return Message{PhoneNumberID: shop, To: customer, Text: words, OpaqueData: opaque}
}

func helloTo(change func(m *Message)) Message { m := hello(); change(&m); return m }
func server(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// failed is the error of a send, of which is seen to that it tells nobody
// anything about a person.
func failed(t *testing.T, err error) *SendError {
	t.Helper()
	var e *SendError
	require.ErrorAs(t, err, &e)
	for _, secret := range []string{token, customer, bsuid, words, "Ada", "wamid", opaque, "127.0.0.1", "?"} {
		require.NotContains(t, err.Error(), secret)
		require.NotContains(t, e.Details, secret)
	}
	var f *Failure
	require.ErrorAs(t, err, &f)
	return e
}

var comeBack = whatsapptest.Template{Name: "come_back", Components: []whatsapptest.TemplateComponent{
	{Type: "HEADER", Format: "TEXT", Text: "News of {{1}}"},
	{Type: "BODY", Text: "Dear {{1}}, your {{2}} is ready, {{1}}."},
	{Type: "BUTTONS", Buttons: []whatsapptest.TemplateButton{{Type: "QUICK_REPLY", Text: "Yes"}, {Type: "URL", Text: "See", URL: "https://shop.example/{{1}}"}}},
}}

var byName = whatsapptest.Template{Name: "by_name", Components: []whatsapptest.TemplateComponent{{Type: "BODY", Text: "Dear {{first_name}}, your {{thing}} is ready."}}}

// filled is a template of the account, as it is listed, with parameters.
func (w *world) filled(name string, p template.Parameters) *Template {
	w.t.Helper()
	list, err := w.client.ListTemplates(w.t.Context(), waba)
	require.NoError(w.t, err)
	for _, t := range list {
		if t.Name == name {
			require.NoError(w.t, t.Check(p))
			return &Template{t.Name, t.Language, t.Fill(p)}
		}
	}
	w.t.Fatalf("no template %s", name)
	return nil
}
