package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"reengage/db"
	"reengage/db/dbtest"
	"reengage/notify"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// receiver is the operator's service: it checks signatures with the library and answers as the test says.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	heard   []heard
	invalid int
	answer  func(n int) int // status of the n-th request, from 1
}

type heard struct {
	id   string
	body string
}

func newReceiver(t *testing.T, answer func(n int) int) *receiver {
	verifier, err := standardwebhooks.NewWebhook(secret)
	require.NoError(t, err)
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		if err != nil || verifier.Verify(body, req.Header) != nil || req.Method != http.MethodPost {
			r.invalid++
		}
		r.heard = append(r.heard, heard{req.Header.Get("webhook-id"), string(body)})
		code := r.answer(len(r.heard))
		if code/100 == 3 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, "an answer that nobody should keep")
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) all() []heard {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]heard(nil), r.heard...)
}

func always(code int) func(int) int { return func(int) int { return code } }

func enqueue(t *testing.T, pool *pgxpool.Pool, id string) {
	t.Helper()
	require.NoError(t, db.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		return notify.Enqueue(t.Context(), db.New(tx), id, "reminder.due", map[string]any{"conversation": id})
	}))
}

func start(t *testing.T, pool *pgxpool.Pool, url string, change ...func(*notify.Options)) (stop func()) {
	t.Helper()
	o := notify.Options{Pool: pool, URL: url, Secret: secret, AllowPrivate: true, Log: slog.New(slog.DiscardHandler),
		Backoff: []time.Duration{time.Millisecond}, Poll: 10 * time.Millisecond}
	for _, c := range change {
		c(&o)
	}
	n, err := notify.New(o)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	t.Cleanup(stop)
	return stop
}

// row is what the outbox knows of a notification.
type row struct {
	attempts           int
	delivered, givenUp bool
	lastError          string
}

func rowOf(t *testing.T, pool *pgxpool.Pool, id string) (r row) {
	t.Helper()
	require.NoError(t, pool.QueryRow(context.Background(), `SELECT attempts, delivered_at IS NOT NULL, given_up_at IS NOT NULL,
		coalesce(last_error, '') FROM notifications WHERE id = $1`, id).Scan(&r.attempts, &r.delivered, &r.givenUp, &r.lastError))
	return r
}

func eventually(t *testing.T, condition func() bool, what string) {
	t.Helper()
	require.Eventually(t, condition, time.Minute, 5*time.Millisecond, what)
}

func TestNotificationIsSignedAndInItsEnvelope(t *testing.T) {
	pool := dbtest.New(t)
	r := newReceiver(t, always(204))
	start(t, pool, r.URL)
	before := time.Now().Add(-time.Minute)
	enqueue(t, pool, "reminder-1")
	eventually(t, func() bool { return rowOf(t, pool, "reminder-1").delivered }, "delivered")

	require.Equal(t, "reminder-1", r.all()[0].id)
	var body struct {
		Type      string
		Timestamp time.Time
		Data      map[string]string
	}
	require.NoError(t, json.Unmarshal([]byte(r.all()[0].body), &body))
	require.Equal(t, "reminder.due", body.Type)
	require.Equal(t, map[string]string{"conversation": "reminder-1"}, body.Data)
	require.WithinRange(t, body.Timestamp, before, time.Now().Add(time.Minute))
	require.Zero(t, r.invalid)
	require.Equal(t, row{attempts: 1, delivered: true}, rowOf(t, pool, "reminder-1"))
}

func TestNotificationIsRepeatedUntilItIsTakenWithTheSameIDAndBody(t *testing.T) {
	pool := dbtest.New(t)
	r := newReceiver(t, func(n int) int {
		return []int{500, 302, 404, 429, 200}[n-1]
	})
	start(t, pool, r.URL)
	enqueue(t, pool, "reminder-1")
	eventually(t, func() bool { return rowOf(t, pool, "reminder-1").delivered }, "delivered")
	all := r.all()
	require.Len(t, all, 5, "and the redirect was not followed")
	for _, h := range all {
		require.Equal(t, all[0], h)
	}
	require.Zero(t, r.invalid)
	require.Equal(t, row{attempts: 5, delivered: true}, rowOf(t, pool, "reminder-1"))
}

func TestBackoffIsKept(t *testing.T) {
	pool := dbtest.New(t)
	r := newReceiver(t, always(503))
	start(t, pool, r.URL, func(o *notify.Options) {
		o.Backoff = []time.Duration{time.Millisecond, time.Hour}
	})
	enqueue(t, pool, "reminder-1")
	var wait float64
	eventually(t, func() bool {
		require.NoError(t, pool.QueryRow(t.Context(), `SELECT extract(epoch FROM next_attempt_at - clock_timestamp())::float8
			FROM notifications`).Scan(&wait))
		return rowOf(t, pool, "reminder-1").attempts == 2 && wait > 120 // the claim's own minute is over
	}, "postponed")
	require.InDelta(t, 3600, wait, 400)
	require.Equal(t, row{attempts: 2, lastError: "status 503"}, rowOf(t, pool, "reminder-1"))
	require.Len(t, r.all(), 2)
}

func TestReceiverThatIsGoneIsGivenUp(t *testing.T) {
	pool := dbtest.New(t)
	r := newReceiver(t, always(410))
	start(t, pool, r.URL)
	enqueue(t, pool, "reminder-1")
	eventually(t, func() bool { return rowOf(t, pool, "reminder-1").givenUp }, "given up")
	require.Equal(t, row{attempts: 1, givenUp: true, lastError: "status 410"}, rowOf(t, pool, "reminder-1"))
}

func TestNotificationIsPostedForADayAndNotLonger(t *testing.T) {
	pool := dbtest.New(t)
	r := newReceiver(t, always(200))
	enqueue(t, pool, "younger")
	enqueue(t, pool, "older")
	_, err := pool.Exec(t.Context(), `UPDATE notifications SET created_at = clock_timestamp() - interval '24 h' + CASE id
		WHEN 'younger' THEN interval '1 min' ELSE interval '-1 s' END`)
	require.NoError(t, err)
	start(t, pool, r.URL)
	eventually(t, func() bool { return rowOf(t, pool, "younger").delivered && rowOf(t, pool, "older").givenUp }, "both settled")
	require.Len(t, r.all(), 1)
	require.Equal(t, "expired", rowOf(t, pool, "older").lastError)
}

func TestPrivateAddressIsRefusedUnlessAllowed(t *testing.T) {
	for name, address := range map[string]string{
		"this machine":          "", // the receiver's own
		"by name":               "localhost",
		"link-local (metadata)": "http://169.254.169.254/latest",
		"private network":       "http://10.0.0.1:9/",
		"IPv6 loopback":         "http://[::1]:9/",
	} {
		t.Run(name, func(t *testing.T) {
			pool := dbtest.New(t)
			r := newReceiver(t, always(200))
			switch address {
			case "":
				address = r.URL
			case "localhost":
				address = strings.Replace(r.URL, "127.0.0.1", "localhost", 1)
			}
			start(t, pool, address, func(o *notify.Options) { o.AllowPrivate = false })
			enqueue(t, pool, "reminder-1")
			eventually(t, func() bool { return rowOf(t, pool, "reminder-1").lastError != "" }, "attempted")
			require.Equal(t, "address not allowed", rowOf(t, pool, "reminder-1").lastError)
			require.Empty(t, r.all())
		})
	}
}

func TestErrorsKeepNothingOfTheAddressOrTheAnswer(t *testing.T) {
	pool := dbtest.New(t)
	r := newReceiver(t, always(200))
	address := r.URL
	r.Close()
	var log strings.Builder
	stop := start(t, pool, address+"/hook?token=hidden", func(o *notify.Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	enqueue(t, pool, "reminder-1")
	eventually(t, func() bool { return rowOf(t, pool, "reminder-1").lastError != "" }, "attempted")
	stop()
	require.Equal(t, "connection refused", rowOf(t, pool, "reminder-1").lastError)
	require.NotContains(t, log.String(), "hidden")
}

func TestTwoNotifiersSideBySidePostEachOnce(t *testing.T) {
	pool := dbtest.New(t)
	r := newReceiver(t, always(200))
	start(t, pool, r.URL)
	start(t, pool, r.URL)
	for i := range 200 {
		enqueue(t, pool, fmt.Sprint("reminder-", i))
	}
	eventually(t, func() bool {
		var waiting int
		require.NoError(t, pool.QueryRow(t.Context(), `SELECT count(*) FROM notifications WHERE delivered_at IS NULL`).Scan(&waiting))
		return waiting == 0
	}, "all delivered")
	ids := map[string]bool{}
	for _, h := range r.all() {
		ids[h.id] = true
	}
	require.Len(t, ids, 200)
	require.Len(t, r.all(), 200)
}

func TestEnqueueingAgainPostsNothingMore(t *testing.T) {
	pool := dbtest.New(t)
	r := newReceiver(t, always(200))
	start(t, pool, r.URL)
	enqueue(t, pool, "reminder-1")
	eventually(t, func() bool { return rowOf(t, pool, "reminder-1").delivered }, "delivered")
	enqueue(t, pool, "reminder-1")
	enqueue(t, pool, "reminder-2")
	eventually(t, func() bool { return rowOf(t, pool, "reminder-2").delivered }, "delivered")
	require.Len(t, r.all(), 2)
}

func TestTransactionThatFailsNotifiesNobody(t *testing.T) {
	pool := dbtest.New(t)
	failure := errors.New("later in the same transaction")
	require.ErrorIs(t, db.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		require.NoError(t, notify.Enqueue(t.Context(), db.New(tx), "reminder-1", "reminder.due", nil))
		return failure
	}), failure)
	var n int
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT count(*) FROM notifications`).Scan(&n))
	require.Zero(t, n)
}

func TestEnqueueWakesANotifierThatDoesNotLook(t *testing.T) {
	pool := dbtest.New(t)
	r := newReceiver(t, always(200))
	start(t, pool, r.URL, func(o *notify.Options) { o.Poll = time.Hour })
	for i := range 10 {
		id := fmt.Sprint("reminder-", i)
		enqueue(t, pool, id)
		eventually(t, func() bool { return rowOf(t, pool, id).delivered }, "delivered")
	}
}

func TestOutageOfPostgresIsWaitedFor(t *testing.T) {
	server := dbtest.Server(t)
	pool := dbtest.Pool(t, server.URL())
	r := newReceiver(t, always(200))
	start(t, pool, r.URL)
	require.NoError(t, server.Stop(t.Context()))
	require.NoError(t, server.Restart(t.Context()))
	eventually(t, func() bool { return pool.Ping(t.Context()) == nil }, "back")
	enqueue(t, pool, "reminder-1")
	eventually(t, func() bool { return rowOf(t, pool, "reminder-1").delivered }, "delivered")
}

func TestRunEndsWhenWhatIsUnderWayHasEnded(t *testing.T) {
	pool := dbtest.New(t)
	require.NoError(t, pool.Ping(t.Context()))
	entered, leave := make(chan struct{}), make(chan struct{})
	r := newReceiver(t, func(int) int { close(entered); <-leave; return 200 })
	existing := goleak.IgnoreCurrent()
	stop := start(t, pool, r.URL)
	enqueue(t, pool, "reminder-1")
	<-entered
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	select {
	case <-stopped:
		t.Fatal("it did not wait")
	case <-time.After(50 * time.Millisecond):
	}
	close(leave)
	<-stopped
	require.True(t, rowOf(t, pool, "reminder-1").delivered)
	r.Close()
	goleak.VerifyNone(t, existing, goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck"))
}

func TestASecretThatCannotSignIsRefusedWithoutShowingIt(t *testing.T) {
	_, err := notify.New(notify.Options{URL: "https://example.com", Secret: "whsec_hidden!"})
	require.EqualError(t, err, "make the notifier: its secret cannot sign")
}
