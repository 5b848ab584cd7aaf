package live

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/clock"
	"reengage/db"
)

// Options say what a feed reads, and how often; all of it is real time. What is zero has the default.
type Options struct {
	Pool  *pgxpool.Pool
	Clock clock.Clock
	Log   *slog.Logger

	Poll      time.Duration // how often it looks while somebody listens; 250 ms
	KeepAlive time.Duration // after so much silence a subscription gets an empty batch; 15 s
	Life      time.Duration // a subscription ends after about this, so that who may no longer listen does not for ever; 15 min
	Recheck   time.Duration // how often, at most, whoever listens is asked about (Subscription.Still); 15 s
	Retention time.Duration // how long a change is kept; 24 h
	Page      int           // about how many changes are read at once; 1000
	Most      int           // subscriptions at once, each of which is a connection and a goroutine; 2000
}

// Feed tells its subscriptions what has changed. Any number of feeds may read one database.
type Feed struct {
	Options
	reader  *reader
	metrics *metrics
	own     chan struct{} // a token for each subscription that reads by itself: those that come back must not take every connection

	ctx   context.Context // until Close
	close context.CancelFunc
	ended sync.WaitGroup

	mu            sync.Mutex
	subscriptions map[*Subscription]struct{}
	poller        *poller // nil while nobody listens
}

// New returns a feed, which reads only while somebody listens. Close ends it.
func New(o Options) *Feed {
	o.Poll = orDefault(o.Poll, 250*time.Millisecond)
	o.KeepAlive = orDefault(o.KeepAlive, 15*time.Second)
	o.Life = orDefault(o.Life, 15*time.Minute)
	o.Retention = orDefault(o.Retention, 24*time.Hour)
	o.Recheck = orDefault(o.Recheck, 15*time.Second)
	o.Page = orDefault(o.Page, pageSize)
	o.Most = orDefault(o.Most, 2000)
	f := &Feed{Options: o, metrics: newMetrics(), own: make(chan struct{}, 4), subscriptions: map[*Subscription]struct{}{}}
	f.reader = &reader{o.Pool, db.New(o.Pool), o.Clock, o.Page}
	f.ctx, f.close = context.WithCancel(context.Background())
	return f
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Close ends all subscriptions at once, and the poller.
func (f *Feed) Close() {
	f.mu.Lock() // a poller that is being started is started before, or not at all
	f.close()
	f.mu.Unlock()
	f.ended.Wait()
}

// Here is a cursor from which everything that changes from now on is told: for a page that is about to be made.
func (f *Feed) Here(ctx context.Context) (string, error) {
	f.mu.Lock()
	p := f.poller
	f.mu.Unlock()
	if p != nil {
		if at, known := p.at(); known { // a little old, and so without a gap
			return at.String(), nil
		}
	}
	at, err := f.reader.here(ctx)
	return at.String(), err
}

// poller reads for all subscriptions together.
type poller struct {
	positioned chan struct{} // closed when it knows where it began

	mu       sync.Mutex
	position cursor
}

// at is the cursor behind everything that it has told.
func (p *poller) at() (cursor, bool) {
	select {
	case <-p.positioned:
	default:
		return cursor{}, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.position, true
}

// join adds a subscription to those that the poller tells, and starts it for the first.
func (f *Feed) join(s *Subscription) (*poller, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ctx.Err() != nil {
		return nil, ErrClosed
	}
	if len(f.subscriptions) >= f.Most {
		return nil, ErrFull
	}
	f.subscriptions[s] = struct{}{}
	if f.poller == nil {
		p := &poller{positioned: make(chan struct{})}
		f.poller = p
		f.ended.Go(func() { f.poll(p) })
	}
	f.metrics.streams.Add(f.ctx, 1)
	return f.poller, nil
}

func (f *Feed) leave(s *Subscription) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, listed := f.subscriptions[s]; listed {
		delete(f.subscriptions, s)
		f.metrics.streams.Add(context.Background(), -1)
	}
}

// alone reports whether nobody listens any more; then the poller is forgotten, and the next subscription starts another.
func (f *Feed) alone() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.subscriptions) == 0 {
		f.poller = nil
	}
	return f.poller == nil
}

// poll reads and tells until nobody listens any more or the feed is closed. While Postgres is away it stays where it is.
func (f *Feed) poll(p *poller) {
	failures := 0
	wait := func(err error) bool { // reports whether to go on
		d := f.Poll
		if err != nil && f.ctx.Err() == nil {
			d = backoff(failures)
			if failures++; failures == 1 {
				f.Log.WarnContext(f.ctx, "nothing can be told of what changes", "error", err)
			}
		} else if failures > 0 {
			f.Log.InfoContext(f.ctx, "what changes is told again", "failures", failures)
			failures = 0
		}
		select {
		case <-f.ctx.Done():
			return false
		case <-time.After(d):
			return !f.alone()
		}
	}
	at, err := f.reader.here(f.ctx)
	for ; err != nil; at, err = f.reader.here(f.ctx) {
		if !wait(err) {
			return
		}
	}
	p.position = at
	close(p.positioned)
	for more := false; more || wait(err); {
		var r reading
		if r, err = f.reader.read(f.ctx, p.position); err != nil {
			more = false
			continue
		}
		more = r.more
		f.metrics.told(f.ctx, r)
		f.tell(p, r)
	}
}

// tell gives a batch to every subscription, and moves the poller's position with it. One that has no room is cut off: it would hold
// up the others.
func (f *Feed) tell(p *poller, r reading) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(r.Events) > 0 {
		for s := range f.subscriptions {
			select {
			case s.batches <- r.Batch:
			default:
				s.cut()
			}
		}
	}
	p.mu.Lock()
	p.position = r.next
	p.mu.Unlock()
}

// backoff is how long to wait after a failure, the first being number 0.
func backoff(failures int) time.Duration {
	d := min(250*time.Millisecond<<min(failures, 5), 5*time.Second)
	return d + rand.N(d/4)
}

// ErrFull says that no more subscriptions are taken in here just now.
var ErrFull = errors.New("there are too many subscriptions")

// The reasons for which a subscription ends.
var (
	ErrClosed = errors.New("the feed is closed")
	ErrSlow   = errors.New("the subscription was too slow")
	ErrOver   = errors.New("the subscription has lived its time")
	ErrLost   = errors.New("whoever listens may no longer")
)
