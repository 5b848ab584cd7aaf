package ops_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.temporal.io/sdk/client"

	"reengage/db"
	"reengage/ops"
)

var quiet = slog.New(slog.DiscardHandler)

const (
	testWait = 10 * time.Second
	testTick = 10 * time.Millisecond
)

func TestATakenPortIsOneSentenceThatNamesIt(t *testing.T) {
	first, err := ops.Listen("REENGAGE_OPS_ADDR", "127.0.0.1:0")
	require.NoError(t, err)
	defer first.Close()
	addr := first.Addr().String()
	_, err = ops.Listen("REENGAGE_OPS_ADDR", addr)
	require.EqualError(t, err, "REENGAGE_OPS_ADDR: the address "+addr+" is taken by another program")
}

func TestServeFinishesTheRequestUnderWayAndAcceptsNoMore(t *testing.T) {
	l, err := ops.Listen("REENGAGE_HTTP_ADDR", "127.0.0.1:0")
	require.NoError(t, err)
	began, finish := make(chan struct{}), make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-finish
		if r.Context().Err() == nil {
			io.WriteString(w, "finished")
		}
	})
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- ops.Serve(ctx, l, h, quiet) }()

	answered := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			answered <- err.Error()
			return
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		answered <- string(body)
	}()
	<-began
	stop()
	require.Eventually(t, func() bool {
		// A new listener gets the address only once the old one has let go of it.
		again, err := ops.Listen("REENGAGE_HTTP_ADDR", l.Addr().String())
		if err == nil {
			again.Close()
		}
		return err == nil
	}, testWait, testTick)
	select {
	case err := <-served:
		t.Fatalf("returned while a request was under way: %v", err)
	default:
	}
	close(finish)
	require.Equal(t, "finished", <-answered)
	require.NoError(t, <-served)
}

func TestMetricsShowOtelInstrumentsWithBucketsInSeconds(t *testing.T) {
	handler, err := ops.NewMetrics()
	require.NoError(t, err)
	h, err := otel.Meter("reengage/test").Float64Histogram("reengage_webhook_duration", metric.WithUnit("s"))
	require.NoError(t, err)
	h.Record(t.Context(), 0.0042)

	w := httptest.NewRecorder()
	ops.Handler(handler).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), `reengage_webhook_duration_seconds_bucket{le="0.005"} 1`)
	require.Contains(t, w.Body.String(), `reengage_webhook_duration_seconds_bucket{le="0.0025"} 0`)
	require.Contains(t, w.Body.String(), "go_goroutines")
}

func TestReadyOnlyIfEveryCheckPasses(t *testing.T) {
	good := ops.Check{Name: "good", Probe: func(context.Context) error { return nil }}
	bad := ops.Check{Name: "bad", Probe: func(context.Context) error { return errors.New("away") }}

	code, r := readyz(t, good)
	require.Equal(t, http.StatusOK, code)
	require.True(t, r.Ready)

	code, r = readyz(t, good, bad)
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.False(t, r.Ready)
	require.True(t, r.Checks["good"].OK)
	require.Equal(t, "away", r.Checks["bad"].Error)
}

func TestAProcessWhosePostgresAndTemporalAreAwayIsHealthyAndNotReady(t *testing.T) {
	pool, err := db.Open(t.Context(), "postgres://app@127.0.0.1:1/none")
	require.NoError(t, err)
	defer pool.Close()
	temporal, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1", Logger: nil})
	require.NoError(t, err)
	defer temporal.Close()
	checks := []ops.Check{ops.Database(pool), ops.Temporal(temporal, "")}

	code, r := readyz(t, checks...)
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.False(t, r.Checks["database"].OK)
	require.False(t, r.Checks["temporal"].OK)

	w := httptest.NewRecorder()
	ops.Handler(http.NotFoundHandler(), checks...).ServeHTTP(w, httptest.NewRequest("GET", "/healthz", nil))
	require.Equal(t, http.StatusOK, w.Code)
}

func readyz(t *testing.T, checks ...ops.Check) (int, ops.Readiness) {
	t.Helper()
	w := httptest.NewRecorder()
	ops.Handler(http.NotFoundHandler(), checks...).ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
	var r ops.Readiness
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &r))
	return w.Code, r
}
