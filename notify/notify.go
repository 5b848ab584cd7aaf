package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"

	"reengage/db"
)

// hold is how long a claimed notification is ours; attemptTimeout, well below, is how long an attempt may take in all.
const (
	hold           = time.Minute
	attemptTimeout = 15 * time.Second
)

// claimMost is how long to wait, at most, while Postgres is away.
const claimMost = 15 * time.Second

// defaultBackoff is how long to wait after the first attempt, the second and so on; the last is repeated.
var defaultBackoff = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 2 * time.Hour,
}

// Options say where notifications go. Pool, URL, Secret and Log are needed; the rest may be zero.
type Options struct {
	Pool   *pgxpool.Pool
	URL    string // REENGAGE_NOTIFY_URL
	Secret string // REENGAGE_NOTIFY_SECRET, whsec_ and base64
	Log    *slog.Logger

	AllowPrivate bool            // lets URL lead into a private network or to this machine: for development
	Concurrency  int             // requests at once; default 8
	Backoff      []time.Duration // default 5 s, 30 s, 2 min, 10 min, 1 h, 2 h, 2 h, ...; real time, varied by a tenth
	GiveUpAfter  time.Duration   // since it was enqueued, real time; default 24 h
	Poll         time.Duration   // how often to look without being woken, real time; default 1 s
}

// Notifier posts what is enqueued. Any number of notifiers may run on one database.
type Notifier struct {
	Options
	queries  *db.Queries
	signer   *standardwebhooks.Webhook
	client   *http.Client
	attempts metric.Int64Counter
	woken    chan struct{}
}

// New returns a notifier. What URL and Secret may be is judged by config, before anything starts; the error is that of a
// secret which nothing can be signed with, and does not show it.
func New(o Options) (*Notifier, error) {
	signer, err := standardwebhooks.NewWebhook(o.Secret)
	if err != nil {
		return nil, errors.New("make the notifier: its secret cannot sign")
	}
	attempts, err := otel.Meter("reengage/notify").Int64Counter("reengage_notifications",
		metric.WithDescription("Attempts to post a notification, by outcome: delivered, retried, given_up."))
	if err != nil {
		return nil, fmt.Errorf("make the counter of notifications: %w", err)
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 8
	}
	if len(o.Backoff) == 0 {
		o.Backoff = defaultBackoff
	}
	if o.GiveUpAfter <= 0 {
		o.GiveUpAfter = 24 * time.Hour
	}
	if o.Poll <= 0 {
		o.Poll = time.Second
	}
	return &Notifier{Options: o, queries: db.New(o.Pool), signer: signer, client: newClient(o.AllowPrivate),
		attempts: attempts, woken: make(chan struct{}, 1)}, nil
}

// Run posts until ctx ends and what is under way has come to an end. Nothing that fails ends it.
func (n *Notifier) Run(ctx context.Context) error {
	defer n.client.CloseIdleConnections()
	var background sync.WaitGroup
	background.Go(func() { db.Listen(ctx, n.Pool, channel, n.Log, n.wake) })
	defer background.Wait()
	poll := time.NewTicker(n.Poll)
	defer poll.Stop()

	ended := make(chan struct{}, n.Concurrency)
	underWay := 0
	failures, retryAt := 0, time.Time{}
	for look := true; ; { // look: there may be something to post
		if room := n.Concurrency - underWay; look && room > 0 && !time.Now().Before(retryAt) {
			claimed, err := n.queries.ClaimNotifications(ctx, hold.Seconds(), int32(room))
			switch {
			case err == nil:
				failures = 0
			case ctx.Err() == nil:
				wait := min(500*time.Millisecond<<min(failures, 5), claimMost)
				failures, retryAt = failures+1, time.Now().Add(wait)
				n.Log.WarnContext(ctx, "no notifications can be claimed", "error", err, "retry_in", wait)
			}
			for _, c := range claimed {
				underWay++
				background.Go(func() {
					n.attempt(context.WithoutCancel(ctx), c)
					ended <- struct{}{}
				})
			}
			look = len(claimed) == room
		}
		select {
		case <-ctx.Done():
			return nil
		case <-n.woken:
			look = true
		case <-poll.C:
			look = true
		case <-ended:
			underWay--
		}
	}
}

func (n *Notifier) wake() {
	select {
	case n.woken <- struct{}{}:
	default: // it will look anyway
	}
}

// wait is how long to wait after that attempt, counted from 1.
func (n *Notifier) wait(attempt int) time.Duration {
	d := n.Backoff[min(attempt, len(n.Backoff))-1]
	return d + rand.N(d/10+1)
}
