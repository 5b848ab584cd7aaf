package live

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// room is how many batches may wait for a subscription; in the worst case they come four times a second.
const room = 64

// subscribeTimeout bounds how long a subscription waits for Postgres before it has begun.
const subscribeTimeout = 5 * time.Second

// Subscription is one who listens. Its methods are for one goroutine.
type Subscription struct {
	// Still, if there is one, is asked now and then whether whoever listens still may; it is false once that is known.
	Still func(context.Context) bool

	feed    *Feed
	poller  *poller
	batches chan Batch // from the poller
	slow    chan struct{}
	cutOnce sync.Once

	at     cursor // where its own reading stands; only while behind
	behind bool
	first  *Batch    // read before it began
	over   time.Time // real
	asked  time.Time // real; when Still was, or it began
}

// Subscribe begins to listen: from after on, a cursor that a batch of this database's had, or, if it is empty, from now on. The error
// is ErrCursor, ErrClosed, ErrFull, or Postgres's. Close must be called.
func (f *Feed) Subscribe(ctx context.Context, after string) (*Subscription, error) {
	s := &Subscription{feed: f, batches: make(chan Batch, room), slow: make(chan struct{})}
	s.asked = time.Now()
	s.over = s.asked.Add(f.Life - rand.N(f.Life/8+1)) // they began together after a restart, and need not end together
	if after != "" {
		at, err := parseCursor(after)
		if err != nil {
			return nil, err
		}
		s.at, s.behind = at, true
	}
	var err error
	if s.poller, err = f.join(s); err != nil { // before it reads by itself, so that nothing lies between the two
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, subscribeTimeout)
	defer cancel()
	if err := s.begin(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Subscription) begin(ctx context.Context) error {
	select {
	case <-s.poller.positioned:
	case <-s.feed.ctx.Done():
		return ErrClosed
	case <-ctx.Done():
		return fmt.Errorf("wait for the database: %w", ctx.Err())
	}
	if !s.behind {
		b := s.nothing()
		s.first = &b
		return nil
	}
	b, err := s.read(ctx)
	s.first = &b
	return err
}

// Next waits for what has changed and returns it. After a silence it returns a batch without events, whose cursor is one to go on
// from as any other. The error is ErrClosed, ErrSlow, ErrOver, ErrLost, Postgres's, or the context's.
func (s *Subscription) Next(ctx context.Context) (Batch, error) {
	if !s.may(ctx) {
		return Batch{}, ErrLost
	}
	if s.first != nil {
		b := *s.first
		s.first = nil
		return b, nil
	}
	for s.behind {
		if err := s.ended(ctx); err != nil {
			return Batch{}, err
		}
		if b, err := s.read(ctx); err != nil || len(b.Events) > 0 {
			return b, err
		}
	}
	quiet := time.NewTimer(s.feed.KeepAlive)
	defer quiet.Stop()
	over := time.NewTimer(time.Until(s.over))
	defer over.Stop()
	if err := s.ended(ctx); err != nil {
		return Batch{}, err
	}
	select {
	case b := <-s.batches:
		return b, nil
	case <-quiet.C:
		return s.nothing(), nil
	case <-over.C:
	case <-s.slow:
	case <-s.feed.ctx.Done():
	case <-ctx.Done():
	}
	return Batch{}, s.ended(ctx)
}

// may asks Still, not too often: a role or a key that was taken away ends the stream within that and a silence.
func (s *Subscription) may(ctx context.Context) bool {
	if s.Still == nil || time.Since(s.asked) < s.feed.Recheck {
		return true
	}
	s.asked = time.Now()
	ctx, cancel := context.WithTimeout(ctx, subscribeTimeout)
	defer cancel()
	return s.Still(ctx)
}

// ended says why it is to end, if it is.
func (s *Subscription) ended(ctx context.Context) error {
	select {
	case <-s.slow:
		return ErrSlow
	default:
	}
	switch {
	case s.feed.ctx.Err() != nil:
		return ErrClosed
	case ctx.Err() != nil:
		return ctx.Err()
	case !time.Now().Before(s.over):
		return ErrOver
	}
	return nil
}

// read reads by itself. What it does not find any more the poller has told, or will.
func (s *Subscription) read(ctx context.Context) (Batch, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.feed.ctx, func() { cancel(ErrClosed) })()
	select {
	case s.feed.own <- struct{}{}:
		defer func() { <-s.feed.own }()
	case <-ctx.Done():
		return Batch{}, context.Cause(ctx)
	}
	r, err := s.feed.reader.read(ctx, s.at)
	if errors.Is(context.Cause(ctx), ErrClosed) {
		return Batch{}, ErrClosed
	}
	s.at, s.behind = r.next, r.more
	return r.Batch, err
}

// nothing is a batch without events, with a cursor behind everything that was told here: the poller's, unless something of it still
// waits to be told.
func (s *Subscription) nothing() Batch {
	s.feed.mu.Lock() // the poller tells and moves in one
	defer s.feed.mu.Unlock()
	b := Batch{Now: s.feed.Clock.At(time.Now())}
	if at, _ := s.poller.at(); len(s.batches) == 0 {
		b.Next = at.String()
	}
	return b
}

// cut ends a subscription that does not keep up; what it was not told it finds after its cursor.
func (s *Subscription) cut() {
	s.cutOnce.Do(func() {
		close(s.slow)
		s.feed.metrics.cut.Add(s.feed.ctx, 1)
	})
}

// Close ends it.
func (s *Subscription) Close() { s.feed.leave(s) }
