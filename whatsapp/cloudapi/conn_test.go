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
)

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
