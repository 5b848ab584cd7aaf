package ops

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A comparison takes up to five minutes, and a question to a workflow as long as the limit for its body.
func TestTheLimitForReadingARequestDoesNotEndOneThatHasBeenRead(t *testing.T) {
	const limit = 100 * time.Millisecond
	for name, tt := range map[string]struct {
		body   string
		limits func(http.ResponseWriter) // as huma does for each body
	}{
		"without a body": {"", func(http.ResponseWriter) {}},
		"with a body":    {"{}", func(http.ResponseWriter) {}},
		"with a limit of its own": {"{}", func(w http.ResponseWriter) {
			require.NoError(t, http.NewResponseController(w).SetReadDeadline(time.Now().Add(limit)))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr := listening(t, limit, func(w http.ResponseWriter, r *http.Request) {
				tt.limits(w)
				if _, err := io.ReadAll(r.Body); err != nil {
					return
				}
				select {
				case <-r.Context().Done():
					io.WriteString(w, "ended: "+r.Context().Err().Error())
				case <-time.After(5 * limit):
					io.WriteString(w, "finished")
				}
			})
			res, err := http.Post("http://"+addr, "application/json", strings.NewReader(tt.body))
			require.NoError(t, err)
			defer res.Body.Close()
			text, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.Equal(t, "finished", string(text))
		})
	}
}

func TestARequestThatIsNotReadInTimeEnds(t *testing.T) {
	read := make(chan error, 1)
	addr := listening(t, 50*time.Millisecond, func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
	})
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
	require.NoError(t, err)
	select {
	case err := <-read:
		require.ErrorContains(t, err, "timeout")
	case <-time.After(time.Minute):
		require.Fail(t, "it waits for the rest for ever")
	}
}

// listening serves h with another limit than the usual one, and returns its address.
func listening(t *testing.T, limit time.Duration, h http.HandlerFunc) string {
	t.Helper()
	l, err := Listen("REENGAGE_HTTP_ADDR", "127.0.0.1:0")
	require.NoError(t, err)
	s := newServer(h, slog.New(slog.DiscardHandler))
	s.ReadTimeout = limit
	go s.Serve(l)
	t.Cleanup(func() { _ = s.Shutdown(context.Background()) })
	return l.Addr().String()
}
