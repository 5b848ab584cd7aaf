package whatsapptest

import (
	"container/heap"
	"sync"
	"time"
)

const (
	// together is how long, on our clock, what is due waits for more that is.
	together = 10 * time.Millisecond
	// maxUpdates is how many statuses and messages one body holds; Meta says
	// that it may be up to 1,000.
	maxUpdates = 100
)

// agenda is all that a crowd is still going to do, in one heap with one loop:
// thousands of customers need no thousands of sleeping goroutines. The loop runs
// while there is something in it.
type agenda struct {
	mu      sync.Mutex
	items   dues
	added   chan struct{} // has one when something was added; the loop may have to wake sooner
	running bool
	count   uint64
}

// due is one thing that will happen at a time of our clock.
type due struct {
	at    time.Time
	order uint64 // of those of one moment
	what  deed
}

// deed is a status of a message, or, without a state, what its customer writes.
type deed struct {
	message *Message
	step    step
	fate    Fate
}

// add plans deeds; start is to run the loop if it reports true.
func (a *agenda) add(items ...due) (start bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, item := range items {
		a.count++
		item.order = a.count
		heap.Push(&a.items, item)
	}
	select {
	case a.added <- struct{}{}:
	default:
	}
	start, a.running = !a.running, true
	return start
}

// take returns what is due at now, in order, or when the next one is; done if
// there is none, and then the loop is to end.
func (a *agenda) take(now time.Time) (ready []deed, next time.Duration, done bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.items) > 0 && !a.items[0].at.After(now) {
		ready = append(ready, heap.Pop(&a.items).(due).what)
	}
	if len(ready) > 0 {
		return ready, together, false
	}
	if len(a.items) == 0 {
		a.running = false
		return nil, 0, true
	}
	return nil, max(together, a.items[0].at.Sub(now)), false
}

func (a *agenda) len() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.items)
}

// live does what is due until nothing is left or the simulator is closed.
func (s *Simulator) live() {
	for {
		ready, next, done := s.agenda.take(time.Now())
		if done {
			return
		}
		if len(ready) > 0 {
			s.happen(ready)
		}
		if !s.pause(next) {
			return
		}
	}
}

// pause lets d pass, or less if something is added that is due sooner.
func (s *Simulator) pause(d time.Duration) bool {
	if d <= together {
		return s.wait(d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.agenda.added:
	case <-s.ctx.Done():
		return false
	}
	return true
}

// dues is a heap by time.
type dues []due

func (d dues) Len() int { return len(d) }
func (d dues) Less(i, j int) bool {
	return d[i].at.Before(d[j].at) || d[i].at.Equal(d[j].at) && d[i].order < d[j].order
}
func (d dues) Swap(i, j int) { d[i], d[j] = d[j], d[i] }
func (d *dues) Push(x any)   { *d = append(*d, x.(due)) }
func (d *dues) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return last
}
