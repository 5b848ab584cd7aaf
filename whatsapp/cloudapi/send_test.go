package cloudapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/whatsapp"
	"reengage/whatsapp/template"
	"reengage/whatsapp/whatsapptest"
)

func TestASendIsAccepted(t *testing.T) {
	values := func(s ...string) template.Values { return template.Values{Positional: s} }
	for name, tc := range map[string]struct {
		message func(w *world) Message
		want    string
	}{
		"a text": {func(*world) Message { return hello() },
			`{"messaging_product":"whatsapp","recipient_type":"individual","to":"+447700900101","type":"text","text":{"body":"` + words + `"},"biz_opaque_callback_data":"` + opaque + `"}`},
		"a text to a phone with its plus": {func(*world) Message { return helloTo(func(m *Message) { m.To = "+" + customer; m.OpaqueData = "" }) },
			`{"messaging_product":"whatsapp","recipient_type":"individual","to":"+447700900101","type":"text","text":{"body":"` + words + `"}}`},
		"a text to a phone rather than to a business-scoped id": {func(*world) Message { return helloTo(func(m *Message) { m.BSUID = bsuid; m.OpaqueData = "" }) },
			`{"messaging_product":"whatsapp","recipient_type":"individual","to":"+447700900101","type":"text","text":{"body":"` + words + `"}}`},
		"a text to a business-scoped id": {func(*world) Message {
			return helloTo(func(m *Message) { m.To = ""; m.BSUID = bsuid; m.OpaqueData = "" })
		},
			`{"messaging_product":"whatsapp","recipient_type":"individual","recipient":"` + bsuid + `","type":"text","text":{"body":"` + words + `"}}`},
		"a template by position": {func(w *world) Message {
			return helloTo(func(m *Message) {
				m.Text, m.OpaqueData = "", ""
				m.Template = w.filled("come_back", template.Parameters{Body: values("Ada", "<bike> & bell"), Header: values("us"), Buttons: map[int]string{1: "42"}})
			})
		}, `{"messaging_product":"whatsapp","recipient_type":"individual","to":"+447700900101","type":"template","template":{"name":"come_back","language":{"code":"en_US"},"components":[
			{"type":"header","parameters":[{"type":"text","text":"us"}]},
			{"type":"body","parameters":[{"type":"text","text":"Ada"},{"type":"text","text":"<bike> & bell"}]},
			{"type":"button","sub_type":"url","index":"1","parameters":[{"type":"text","text":"42"}]}]}}`},
		"a template by name": {func(w *world) Message {
			return helloTo(func(m *Message) {
				m.Text, m.OpaqueData = "", ""
				m.Template = w.filled("by_name", template.Parameters{Body: template.Values{Named: map[string]string{"thing": "bike", "first_name": "Ada"}}})
			})
		}, `{"messaging_product":"whatsapp","recipient_type":"individual","to":"+447700900101","type":"template","template":{"name":"by_name","language":{"code":"en_US"},"components":[
			{"type":"body","parameters":[{"type":"text","parameter_name":"first_name","text":"Ada"},{"type":"text","parameter_name":"thing","text":"bike"}]}]}}`},
		"a template without variables": {func(w *world) Message {
			return helloTo(func(m *Message) { m.Text, m.OpaqueData, m.Template = "", "", w.filled("plain", template.Parameters{}) })
		}, `{"messaging_product":"whatsapp","recipient_type":"individual","to":"+447700900101","type":"template","template":{"name":"plain","language":{"code":"en_US"}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, known := range []whatsapptest.Template{comeBack, byName, {Name: "plain"}} {
				w.SetTemplate(known)
			}
			got, err := w.client.Send(t.Context(), tc.message(w))
			require.NoError(t, err)
			sent := w.Messages()
			require.Len(t, sent, 1)
			require.Equal(t, Accepted{WAMID: sent[0].WAMID}, got)
			require.False(t, sent[0].Dropped)
			require.JSONEq(t, tc.want, string(sent[0].Body))
			requests := w.Requests()
			require.Equal(t, "/v26.0/"+shop+"/messages", requests[len(requests)-1].Path)
		})
	}
	t.Run("and held back", func(t *testing.T) {
		w := newWorld(t)
		require.NoError(t, w.Script(whatsapptest.Rule{Do: "accept", MessageStatus: "held_for_quality_assessment"}))
		got, err := w.client.Send(t.Context(), hello())
		require.NoError(t, err)
		require.True(t, got.Held)
	})
}

func TestWhatNobodyCouldMeanIsNotSent(t *testing.T) {
	w := newWorld(t)
	for name, m := range map[string]Message{
		"to nobody":                         helloTo(func(m *Message) { m.To = "" }),
		"a business-scoped id as phone":     helloTo(func(m *Message) { m.To = bsuid }),
		"a phone as a business-scoped id":   helloTo(func(m *Message) { m.To, m.BSUID = "", customer }),
		"a phone as people write it":        helloTo(func(m *Message) { m.To = "+44 7700 900101" }),
		"no text":                           helloTo(func(m *Message) { m.Text = "" }),
		"a text that is too long":           helloTo(func(m *Message) { m.Text = strings.Repeat("a", 4097) }),
		"a text and a template":             helloTo(func(m *Message) { m.Template = &Template{Name: "a", Language: "en"} }),
		"a template without a language":     helloTo(func(m *Message) { m.Text, m.Template = "", &Template{Name: "a"} }),
		"from no number":                    helloTo(func(m *Message) { m.PhoneNumberID = "" }),
		"from a number that is another way": helloTo(func(m *Message) { m.PhoneNumberID = "../1" }),
		"opaque data of 513":                helloTo(func(m *Message) { m.OpaqueData = strings.Repeat("é", 513) }),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.client.Send(t.Context(), m)
			e := failed(t, err)
			require.Equal(t, SendError{NotSent, Failure{Class: whatsapp.ClassRequestFault, Reason: ReasonBadRequest}}, *e)
		})
	}
	require.Empty(t, w.Requests())
}

func TestAGraphErrorIsNotSentAndDecidedByItsCode(t *testing.T) {
	w := newWorld(t)
	for _, code := range []int{1, 2, 3, 4, 10, 100, 190, 200, 299, 368, 80007, 130429, 130472, 130497, 131000, 131005, 131008, 131009, 131016, 131021, 131026,
		131031, 131042, 131045, 131047, 131048, 131049, 131050, 131051, 131053, 131056, 131057, 132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018,
		133000, 133004, 133010, 135000} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			require.NoError(t, w.Script(whatsapptest.Rule{Do: "error", Code: code, HTTPStatus: 400, Details: words}))
			_, err := w.client.Send(t.Context(), hello())
			e := failed(t, err)
			require.Equal(t, SendError{NotSent, Failure{Code: code, HasCode: true, Class: whatsapp.ClassOf(code), HTTPStatus: 400, Reason: ReasonGraphError}}, *e)
		})
	}
	t.Run("also with a status of 500", func(t *testing.T) {
		require.NoError(t, w.Script(whatsapptest.Rule{Do: "error", Code: 131016}))
		_, err := w.client.Send(t.Context(), hello())
		e := failed(t, err)
		require.Equal(t, []any{NotSent, 131016, 500}, []any{e.Outcome, e.Code, e.HTTPStatus})
		require.Equal(t, "send a message: not sent: graph_error 131016 (retry), HTTP 500", err.Error())
	})
	t.Run("also with the code 0", func(t *testing.T) {
		c := newClient(t, at(server(t, answering(401, `{"error":{"code":0}}`))))
		_, err := c.Send(t.Context(), hello())
		require.Equal(t, SendError{NotSent, Failure{HasCode: true, Class: whatsapp.ClassAuth, HTTPStatus: 401, Reason: ReasonGraphError}}, *failed(t, err))
	})
	t.Run("also if our token is not Meta's", func(t *testing.T) {
		other := newClient(t, at(w.url), func(o *Options) { o.AccessToken = "another" })
		_, err := other.Send(t.Context(), hello())
		require.Equal(t, whatsapp.ClassAuth, failed(t, err).Class)
	})
	t.Run("also as a string, among members of other types", func(t *testing.T) {
		c := newClient(t, at(server(t, answering(400, `{"error":{"message":3,"code":"131056","error_data":"none"}}`))))
		_, err := c.Send(t.Context(), hello())
		require.Equal(t, whatsapp.ClassPairThrottle, failed(t, err).Class)
	})
	t.Run("and says how long to wait", func(t *testing.T) {
		for header, want := range map[string]time.Duration{"7": 7 * time.Second, "999999": time.Hour, "-1": 0, "Sat, 21 Nov 2026 05:30:00 GMT": 0} {
			c := newClient(t, at(server(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Retry-After", header)
				answering(429, `{"error":{"code":130429}}`)(w, r)
			})))
			_, err := c.Send(t.Context(), hello())
			require.Equal(t, want, failed(t, err).RetryAfter, header)
		}
	})
	require.Empty(t, w.Messages())
}

func TestAnUnknownCodeKeepsMetasWordsWithoutWhatIsAPersons(t *testing.T) {
	w := newWorld(t)
	m := helloTo(func(m *Message) {
		m.Text = ""
		m.Template = &Template{"a", "en", []template.SendComponent{{Type: "body", Parameters: []template.SendParameter{{Type: "text", Text: "Ada Muster"}}}}}
	})
	require.NoError(t, w.Script(whatsapptest.Rule{Do: "error", Code: 139999, Details: "The colour of +44 7700 900-101 (wamid.HBgMNDQ3NzAw+/=, " + bsuid +
		") is wrong: Ada Muster, 447700900101 of https://graph.facebook.com/v26.0?access_token=x " + opaque + " EAAGm0PX4ZCpsBAJ9qZA " + token + " 3 times\n\x1b[31m" + strings.Repeat(" so", 300)}))
	_, err := w.client.Send(t.Context(), m)
	e := failed(t, err)
	require.Equal(t, whatsapp.ClassUnknown, e.Class)
	require.True(t, strings.HasPrefix(e.Details, "(#139999) Error The colour of # (#, #) is wrong: #, # of # # # # 3 times [31m so so"), e.Details)
	require.Len(t, []rune(e.Details), 500)
}

func TestWhatHasNoAnswerThatCanBeReadIsUnknown(t *testing.T) {
	raw := func(s string) *string { return &s }
	for name, tc := range map[string]struct {
		rule   whatsapptest.Rule
		status int
		reason Reason
		sent   int
	}{
		"a timeout":                           {whatsapptest.Rule{Do: "hang"}, 0, ReasonTimeout, 0},
		"a timeout, and it was accepted":      {whatsapptest.Rule{Do: "hang", Accepted: true}, 0, ReasonTimeout, 1},
		"a connection that is cut":            {whatsapptest.Rule{Do: "hang", Seconds: 0.01}, 0, ReasonBroken, 0},
		"a reset, and it was accepted":        {whatsapptest.Rule{Do: "reset_after_accept"}, 0, ReasonBroken, 1},
		"a proxy's 502":                       {whatsapptest.Rule{Do: "error", HTTPStatus: 502, Raw: raw("<html>Bad Gateway</html>")}, 502, ReasonBadAnswer, 0},
		"a 503 of JSON that is no error":      {whatsapptest.Rule{Do: "error", HTTPStatus: 503, Raw: raw(`{"status":"down"}`)}, 503, ReasonBadAnswer, 0},
		"an error without a code":             {whatsapptest.Rule{Do: "error", HTTPStatus: 500, Raw: raw(`{"error":{"message":"` + customer + `"}}`)}, 500, ReasonBadAnswer, 0},
		"an error that is a string":           {whatsapptest.Rule{Do: "error", HTTPStatus: 500, Raw: raw(`{"error":"no"}`)}, 500, ReasonBadAnswer, 0},
		"an error with a code that is none":   {whatsapptest.Rule{Do: "error", HTTPStatus: 400, Raw: raw(`{"error":{"code":null}}`)}, 400, ReasonBadAnswer, 0},
		"a 404 of a proxy":                    {whatsapptest.Rule{Do: "error", HTTPStatus: 404, Raw: raw("not here")}, 404, ReasonBadAnswer, 0},
		"a 200 of garbage":                    {whatsapptest.Rule{Do: "error", HTTPStatus: 200, Raw: raw("<html>")}, 200, ReasonBadAnswer, 0},
		"a 200 of nothing":                    {whatsapptest.Rule{Do: "error", HTTPStatus: 200, Raw: raw("")}, 200, ReasonBadAnswer, 0},
		"a 200 without messages":              {whatsapptest.Rule{Do: "error", HTTPStatus: 200, Raw: raw(`{"messages":[]}`)}, 200, ReasonBadAnswer, 0},
		"a 200 without a wamid":               {whatsapptest.Rule{Do: "error", HTTPStatus: 200, Raw: raw(`{"messages":[{"id":""}]}`)}, 200, ReasonBadAnswer, 0},
		"a 200 with a wamid nobody can store": {whatsapptest.Rule{Do: "error", HTTPStatus: 200, Raw: raw(`{"messages":[{"id":"wamid.\u0000"}]}`)}, 200, ReasonBadAnswer, 0},
		"a 200 with an error":                 {whatsapptest.Rule{Do: "error", HTTPStatus: 200, Raw: raw(`{"error":{"code":131000}}`)}, 200, ReasonBadAnswer, 0},
		"a 202 with a wamid":                  {whatsapptest.Rule{Do: "error", HTTPStatus: 202, Raw: raw(`{"messages":[{"id":"wamid.TEST"}]}`)}, 202, ReasonBadAnswer, 0},
		"a megabyte and more of garbage":      {whatsapptest.Rule{Do: "error", HTTPStatus: 400, Raw: raw(`{"error":{"code":131000},"x":"` + strings.Repeat("x", 1<<20) + `"}`)}, 400, ReasonBadAnswer, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, within(300*time.Millisecond))
			require.NoError(t, w.Script(tc.rule))
			_, err := w.client.Send(t.Context(), hello())
			e := failed(t, err)
			require.Equal(t, []any{Unknown, tc.status, tc.reason, whatsapp.ErrorClass("")}, []any{e.Outcome, e.HTTPStatus, e.Reason, e.Class})
			require.False(t, e.HasCode)
			require.Len(t, w.Messages(), tc.sent)
			require.Len(t, w.Requests(), 1, "it was not made again")
			require.Contains(t, w.log.String(), string(tc.reason))
			for _, secret := range []string{token, customer, words, opaque} {
				require.NotContains(t, w.log.String(), secret)
			}
		})
	}
	t.Run("a caller that goes away", func(t *testing.T) {
		w := newWorld(t)
		require.NoError(t, w.Script(whatsapptest.Rule{Do: "hang", Accepted: true}))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := w.client.Send(ctx, hello())
			ended <- err
		}()
		require.Eventually(t, func() bool { return len(w.Messages()) == 1 }, 10*time.Second, time.Millisecond)
		cancel()
		err := <-ended
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, Unknown, failed(t, err).Outcome)
	})
	t.Run("headers that come slowly, and a body that does not end", func(t *testing.T) {
		for name, status := range map[string]int{"headers": 0, "body": 200} {
			c := newClient(t, within(200*time.Millisecond), at(server(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if status == 200 {
					_, _ = io.WriteString(w, `{"messages":[{"id":"wamid.TEST"}]`)
					w.(http.Flusher).Flush()
				}
				<-r.Context().Done()
			})))
			_, err := c.Send(t.Context(), hello())
			require.ErrorIs(t, err, context.DeadlineExceeded, name)
			e := failed(t, err)
			require.Equal(t, []any{Unknown, status, ReasonTimeout}, []any{e.Outcome, e.HTTPStatus, e.Reason}, name)
		}
	})
	t.Run("a body that is cut off", func(t *testing.T) {
		c := newClient(t, at(server(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"messages":[{"id":"wamid.TEST"}]}`)
		})))
		_, err := c.Send(t.Context(), hello())
		e := failed(t, err)
		require.Equal(t, []any{Unknown, ReasonBroken}, []any{e.Outcome, e.Reason})
	})
}

func TestARedirectIsNotFollowed(t *testing.T) {
	w := newWorld(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := newClient(t, at(server(t, func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, w.url+r.URL.Path, status) })))
		_, err := c.Send(t.Context(), hello())
		e := failed(t, err)
		require.Equal(t, []any{Unknown, status, ReasonBadAnswer}, []any{e.Outcome, e.HTTPStatus, e.Reason})
	}
	require.Empty(t, w.Requests())
}

func TestWithoutAConnectionNothingIsSent(t *testing.T) {
	send := func(t *testing.T, ctx context.Context, want Reason, change ...func(*Options)) {
		t.Helper()
		_, err := newClient(t, change...).Send(ctx, hello())
		e := failed(t, err)
		require.Equal(t, []any{NotSent, want, whatsapp.ClassRetry, false, 0}, []any{e.Outcome, e.Reason, e.Class, e.HasCode, e.HTTPStatus})
	}
	t.Run("nobody listens", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		require.NoError(t, l.Close())
		send(t, t.Context(), ReasonConnect, at("http://"+l.Addr().String()))
	})
	t.Run("no such host", func(t *testing.T) {
		send(t, t.Context(), ReasonConnect, at("http://graph.invalid"))
	})
	t.Run("a certificate that nobody has signed", func(t *testing.T) {
		s := httptest.NewUnstartedServer(answering(200, `{"messages":[{"id":"wamid.TEST"}]}`))
		s.Config.ErrorLog = nothing
		s.StartTLS()
		defer s.Close()
		send(t, t.Context(), ReasonTLS, at(s.URL))
		send(t, t.Context(), ReasonTLS, at(strings.Replace(s.URL, "127.0.0.1", "localhost", 1)), func(o *Options) { o.TLS = trusting(s) })
		c := newClient(t, at(s.URL), func(o *Options) { o.TLS = trusting(s) })
		got, err := c.Send(t.Context(), hello())
		require.NoError(t, err)
		require.Equal(t, "wamid.TEST", got.WAMID)
	})
	t.Run("a server that speaks no TLS", func(t *testing.T) {
		_, err := newClient(t, at(strings.Replace(server(t, answering(200, "")), "http:", "https:", 1))).Send(t.Context(), hello())
		require.Equal(t, NotSent, failed(t, err).Outcome)
	})
	t.Run("a server that does not finish TLS in time", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		send(t, t.Context(), ReasonTimeout, at("https://"+l.Addr().String()), within(100*time.Millisecond))
	})
	t.Run("a caller whose time is over", func(t *testing.T) {
		w := newWorld(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		send(t, ctx, ReasonCanceled, at(w.url))
		require.Empty(t, w.Requests())
	})
}

func trusting(s *httptest.Server) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &tls.Config{RootCAs: pool}
}

// A server that closes connections whenever it likes must see each message at
// most once; and what is said of a message must be true.
func TestKeptConnectionsThatTheServerCloses(t *testing.T) {
	w := newWorld(t)
	var conns sync.Map
	var closing atomic.Bool
	s := httptest.NewUnstartedServer(w.Simulator)
	s.Config.ConnState = func(c net.Conn, state http.ConnState) {
		conns.Store(c, state)
		if closing.Load() && state == http.StateIdle {
			go c.Close()
		}
	}
	s.Start()
	defer s.Close()
	closing.Store(true)
	c := newClient(t, at(s.URL))
	accepted, unknown := map[string]bool{}, 0
	for i := range 300 {
		got, err := c.Send(t.Context(), helloTo(func(m *Message) { m.OpaqueData = fmt.Sprintf("send-%d/1", i) }))
		switch e := new(SendError); {
		case err == nil:
			accepted[fmt.Sprintf("send-%d/1", i)] = true
			require.NotEmpty(t, got.WAMID)
		case errors.As(err, &e) && e.Outcome == Unknown:
			unknown++
		}
	}
	seen := map[string]int{}
	for _, m := range w.Messages() {
		var body struct {
			Opaque string `json:"biz_opaque_callback_data"`
		}
		require.NoError(t, json.Unmarshal(m.Body, &body))
		seen[body.Opaque]++
	}
	for id, times := range seen {
		require.Equal(t, 1, times, id)
	}
	for id := range accepted {
		require.Equal(t, 1, seen[id], id)
	}
	require.LessOrEqual(t, len(seen), len(accepted)+unknown, "what was called not sent was not")
}

// A connection that takes not one byte: the request was given to it, but
// nothing was handed over.
func TestNothingWrittenIsNotSent(t *testing.T) {
	w := newWorld(t)
	_, err := w.client.Send(t.Context(), hello())
	require.NoError(t, err)
	transport := w.client.http.Transport.(*http.Transport)
	dial := transport.DialContext
	for name, tc := range map[string]struct {
		takes int
		want  Outcome
	}{"of all bytes none": {0, NotSent}, "of all bytes one": {1, Unknown}} {
		t.Run(name, func(t *testing.T) {
			transport.CloseIdleConnections()
			transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dial(ctx, network, address)
				if err == nil {
					c := conn.(*counted)
					c.Conn = brokenConn{c.Conn, tc.takes}
				}
				return conn, err
			}
			_, err := w.client.Send(t.Context(), hello())
			require.Equal(t, tc.want, failed(t, err).Outcome)
		})
	}
	require.Len(t, w.Messages(), 1)
}

type brokenConn struct {
	net.Conn
	takes int
}

func (c brokenConn) Write(b []byte) (int, error) {
	n, _ := c.Conn.Write(b[:c.takes])
	return n, errors.New("the connection is broken")
}

// With TLS between, and on a connection that has already served.
func TestNothingWrittenOnAKeptConnectionIsNotSent(t *testing.T) {
	w := newWorld(t)
	s := httptest.NewTLSServer(w.Simulator)
	defer s.Close()
	c := newClient(t, at(s.URL), func(o *Options) { o.TLS = trusting(s) })
	transport := c.http.Transport.(*http.Transport)
	dial := transport.DialContext
	var broken atomic.Bool
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err == nil {
			inner := conn.(*counted)
			inner.Conn = breakingConn{inner.Conn, &broken}
		}
		return conn, err
	}
	_, err := c.Send(t.Context(), hello())
	require.NoError(t, err)
	broken.Store(true)
	_, err = c.Send(t.Context(), hello())
	e := failed(t, err)
	require.Equal(t, []any{NotSent, ReasonBroken}, []any{e.Outcome, e.Reason})
	require.Len(t, w.Messages(), 1)
}

// breakingConn takes nothing any more as soon as it is broken.
type breakingConn struct {
	net.Conn
	broken *atomic.Bool
}

func (c breakingConn) Write(b []byte) (int, error) {
	if c.broken.Load() {
		return 0, errors.New("the connection is broken")
	}
	return c.Conn.Write(b)
}

func TestASealedConnectionTakesNothing(t *testing.T) {
	here, there := net.Pipe()
	defer there.Close()
	c := &counted{Conn: here}
	defer c.Close()
	go func() { _, _ = io.ReadFull(there, make([]byte, 2)) }()
	_, err := c.Write([]byte("ab"))
	require.NoError(t, err)
	require.True(t, c.seal(2))
	require.False(t, c.seal(0), "two bytes were taken since")
	_, err = c.Write([]byte("c"))
	require.ErrorIs(t, err, net.ErrClosed)

	busy := &counted{Conn: here}
	go func() { _, _ = busy.Write([]byte("d")) }() // nobody reads
	require.Eventually(t, func() bool {
		busy.mu.Lock()
		defer busy.mu.Unlock()
		return busy.writing == 1
	}, 10*time.Second, time.Millisecond)
	require.False(t, busy.seal(0), "it may just be taken")

	w := &witness{}
	w.got(here)
	require.False(t, w.nothingWritten(), "nothing is known of a connection of another kind")
	require.True(t, (&witness{}).nothingWritten())
}

func TestManySendsAtOnce(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.Script(whatsapptest.Rule{Do: "reset_after_accept", Times: 20}, whatsapptest.Rule{Do: "error", Code: 131000, Times: 20}))
	var ok, refused, unknown atomic.Int32
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for range 10 {
				_, err := w.client.Send(t.Context(), hello())
				var e *SendError
				switch {
				case err == nil:
					ok.Add(1)
				case errors.As(err, &e) && e.Outcome == Unknown:
					unknown.Add(1)
				default:
					refused.Add(1)
				}
			}
		})
	}
	group.Wait()
	require.Equal(t, []int32{160, 20, 20}, []int32{ok.Load(), refused.Load(), unknown.Load()})
	require.Len(t, w.Messages(), 180)
}

func TestTheAddressMayHaveAVersion(t *testing.T) {
	for given, want := range map[string]string{
		"https://graph.facebook.com":        "https://graph.facebook.com/v26.0",
		"https://graph.facebook.com/":       "https://graph.facebook.com/v26.0",
		"https://graph.facebook.com/v24.0/": "https://graph.facebook.com/v24.0",
		"http://127.0.0.1:9/meta/v25.0":     "http://127.0.0.1:9/meta/v25.0",
	} {
		c, err := New(Options{BaseURL: given})
		require.NoError(t, err)
		require.Equal(t, want, c.base)
	}
	for _, given := range []string{"", "graph.facebook.com", "ftp://graph.facebook.com", "https://", "https://user:pass@graph.facebook.com", "https://graph.facebook.com?x=pass", "https://a\x7f"} {
		_, err := New(Options{BaseURL: given})
		require.Error(t, err, given)
		require.NotContains(t, err.Error(), "pass")
	}
}
