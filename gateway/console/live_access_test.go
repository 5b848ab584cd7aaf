package console

import (
	"bufio"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/gateway/access"
	"reengage/gateway/live"
)

// A page that is open asks for nothing while nothing changes: its stream must not outlive who was let in.
func TestAnOpenPageOfSomebodyWhoWasDisabledIsToldNothingMore(t *testing.T) {
	people := peopleOf(t)
	feed := live.New(live.Options{Pool: people.Pool, Log: slog.New(slog.DiscardHandler), KeepAlive: 10 * time.Millisecond, Recheck: time.Millisecond})
	defer feed.Close()
	mux := http.NewServeMux()
	New(Deps{People: &people, Live: feed, Log: slog.New(slog.DiscardHandler)}).Register(mux)
	server := httptest.NewServer(mux)
	defer server.Close()
	link, err := people.MakeLink(t.Context(), access.Operator, time.Now(), "Grace Example", time.Hour)
	require.NoError(t, err)
	token, _, err := people.UseLink(t.Context(), link, time.Now())
	require.NoError(t, err)

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/console/live", nil)
	require.NoError(t, err)
	req.AddCookie(&http.Cookie{Name: "reengage", Value: token})
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	lines := bufio.NewScanner(res.Body)
	for range 20 {
		require.True(t, lines.Scan(), "it goes on while she may")
	}
	require.NoError(t, people.Disable(t.Context(), access.Operator, time.Now(), "Grace Example"))
	ended := make(chan error, 1)
	go func() { _, err := io.Copy(io.Discard, res.Body); ended <- err }()
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(time.Minute):
		require.Fail(t, "it goes on")
	}
}
