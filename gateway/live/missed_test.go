package live_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/gateway/live"
)

func TestAChangeThatIsCommittedAfterALaterOneWasToldIsTold(t *testing.T) {
	w := newWorld(t)
	l := w.listen(w.feed(live.Options{}), "")
	early := w.begin()
	a := w.meet(early) // has the lower number, of rows and of transactions
	b := w.meet(w.pool)
	l.until(live.KindStatus, b)
	require.False(t, l.heard(a))
	cursor := l.last
	require.NoError(t, early.Commit(t.Context()))
	l.until(live.KindStatus, a)

	// Also by one who comes with a cursor of the time between.
	other := w.listen(w.feed(live.Options{}), cursor)
	other.until(live.KindStatus, a)
	require.False(t, other.heard(b), "which it had heard of")
}

func TestALongTransactionDelaysNothingButItsOwnChanges(t *testing.T) {
	w := newWorld(t)
	long := w.begin()
	its := w.meet(long)
	l := w.listen(w.feed(live.Options{}), "")
	for range 3 {
		l.until(live.KindStatus, w.meet(w.pool))
	}
	require.False(t, l.heard(its))
	require.NoError(t, long.Commit(t.Context()))
	l.until(live.KindStatus, its)
}

func TestWhatWasUndoneIsNotTold(t *testing.T) {
	w := newWorld(t)
	l := w.listen(w.feed(live.Options{}), "")
	undone := w.begin()
	its := w.meet(undone)
	require.NoError(t, undone.Rollback(t.Context()))
	l.until(live.KindStatus, w.meet(w.pool))
	require.False(t, l.heard(its))
}

func TestARestartedGatewayGoesOnWhereTheOtherEnded(t *testing.T) {
	w := newWorld(t)
	first := w.feed(live.Options{})
	l := w.listen(first, "")
	l.until(live.KindStatus, w.meet(w.pool))
	first.Close()
	require.ErrorIs(t, l.ends(), live.ErrClosed)
	_, err := first.Subscribe(t.Context(), "")
	require.ErrorIs(t, err, live.ErrClosed)

	between := w.meet(w.pool)
	again := w.listen(w.feed(live.Options{}), l.last)
	again.until(live.KindStatus, between)
}

func TestAPageHearsOfWhatChangesWhileItIsBeingMade(t *testing.T) {
	w := newWorld(t)
	f := w.feed(live.Options{})
	here, err := f.Here(t.Context()) // nobody listens yet
	require.NoError(t, err)
	between := w.meet(w.pool)
	l := w.listen(f, here)
	l.until(live.KindStatus, between)

	here, err = f.Here(t.Context()) // the poller's
	require.NoError(t, err)
	between = w.meet(w.pool)
	w.listen(f, here).until(live.KindStatus, between)
}

func TestABacklogOfManyPagesIsReadToItsEnd(t *testing.T) {
	w := newWorld(t)
	small := w.feed(live.Options{Page: 7})
	here, err := small.Here(t.Context())
	require.NoError(t, err)
	want := map[uuid.UUID]bool{}
	for range 40 {
		want[w.meet(w.pool)] = true
	}
	tx := w.begin() // more than a page in one transaction
	for range 20 {
		want[w.meet(tx)] = true
	}
	require.NoError(t, tx.Commit(t.Context()))
	after := here
	for len(want) > 0 { // who is cut off after each page
		l := w.listen(small, after)
		l.next()
		require.NotEqual(t, after, l.last)
		after = l.last
		for _, e := range l.events {
			delete(want, e.Conversation)
		}
		l.s.Close()
	}
}

// What the clock changes has no row: it is found by the conversations' own times.
func TestWhatTheClockAloneChangesIsTold(t *testing.T) {
	w := newWorld(t)
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	expiring, closing, claimed, sooner := w.meet(w.pool), w.meet(w.pool), w.meet(w.pool), w.meet(w.pool)
	w.hear(sooner, noon.Add(time.Millisecond)) // a page of its own, where pages are short
	w.hear(expiring, noon.Add(time.Hour+time.Second))
	w.hear(closing, noon.Add(time.Second))
	w.exec(`UPDATE conversations SET resume_claimed_until = $2, resume_claimed_by = 'user/x' WHERE id = $1`, claimed, noon.Add(time.Second))

	status := func(e live.Event) conversation.StatusName {
		var s live.StatusEvent
		require.NoError(t, json.Unmarshal(e.Data, &s))
		return s.Status
	}
	before := w.feed(live.Options{Clock: shows(noon, 1e-9)}) // stands still
	here, err := before.Here(t.Context())
	require.NoError(t, err)
	l := w.listen(before, here)
	require.Empty(t, l.next().Events)

	// One that was away meanwhile finds it with its cursor; so does one who listened all the time.
	for _, l := range []*listener{
		w.listen(w.feed(live.Options{Clock: shows(noon.Add(time.Second), 1e-9)}), here),
		w.listen(w.feed(live.Options{Clock: shows(noon.Add(time.Second), 1e-9), Page: 1}), here),
	} {
		require.Equal(t, conversation.Expiring, status(l.until(live.KindStatus, expiring)))
		require.Equal(t, conversation.Expired, status(l.until(live.KindStatus, closing)))
		require.Equal(t, conversation.Expired, status(l.until(live.KindStatus, claimed)))
	}
	running := w.listen(w.feed(live.Options{Clock: shows(noon.Add(-10*time.Second), 10)}), "") // a second for it to begin to listen
	for _, c := range []uuid.UUID{sooner, expiring, closing, claimed} {
		running.until(live.KindStatus, c)
	}
}

// Many write, some slowly; many listen, and are cut off again and again. In the end each has heard of everything.
func TestNothingIsMissedByManyWhoComeAndGo(t *testing.T) {
	w := newWorld(t)
	feeds := []*live.Feed{w.feed(live.Options{}), w.feed(live.Options{Page: 3})}
	here, err := feeds[0].Here(t.Context())
	require.NoError(t, err)

	const writers, each, listeners = 6, 25, 4
	var mu sync.Mutex
	want := map[uuid.UUID]bool{}
	var writing, listening sync.WaitGroup
	for i := range writers {
		writing.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(i)))
			for range each {
				tx, err := w.pool.Begin(t.Context())
				if !noError(t, err) {
					return
				}
				var ids []uuid.UUID
				for range 1 + random.IntN(3) {
					ids = append(ids, w.meet(tx))
				}
				if random.IntN(4) == 0 { // others overtake it
					time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
				}
				if !noError(t, tx.Commit(t.Context())) {
					return
				}
				mu.Lock()
				for _, id := range ids {
					want[id] = true
				}
				mu.Unlock()
			}
		})
	}
	all := make(chan struct{})
	go func() { writing.Wait(); close(all) }()
	for i := range listeners {
		listening.Go(func() {
			random := rand.New(rand.NewPCG(2, uint64(i)))
			got := map[uuid.UUID]bool{}
			after := here
			for deadline := time.Now().Add(wait); ; {
				if !time.Now().Before(deadline) {
					t.Errorf("listener %d has heard of %d conversations", i, len(got))
					return
				}
				s, err := feeds[random.IntN(len(feeds))].Subscribe(t.Context(), after)
				if !noError(t, err) {
					return
				}
				for range 1 + random.IntN(5) {
					b, err := s.Next(t.Context())
					if !noError(t, err) {
						return
					}
					if b.Next != "" {
						after = b.Next
					}
					for _, e := range b.Events {
						got[e.Conversation] = true
					}
					if done(all) && containsAll(&mu, got, want) {
						s.Close()
						return
					}
				}
				s.Close()
			}
		})
	}
	writing.Wait()
	listening.Wait()
	require.GreaterOrEqual(t, len(want), writers*each)
}

func noError(t *testing.T, err error) bool {
	if err != nil {
		t.Error(err)
	}
	return err == nil
}

func done(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func containsAll(mu *sync.Mutex, got, want map[uuid.UUID]bool) bool {
	mu.Lock()
	defer mu.Unlock()
	for id := range want {
		if !got[id] {
			return false
		}
	}
	return true
}

func TestHowSoonAChangeIsTold(t *testing.T) {
	w := newWorld(t)
	l := w.listen(w.feed(live.Options{Poll: 250 * time.Millisecond}), "")
	var longest time.Duration
	for range 5 {
		written := time.Now()
		l.until(live.KindStatus, w.meet(w.pool))
		longest = max(longest, time.Since(written))
	}
	fmt.Printf("the longest of 5 changes was told after %v\n", longest.Round(time.Millisecond))
	require.Less(t, longest, wait)
}
