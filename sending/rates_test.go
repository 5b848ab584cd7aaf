package sending_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/sending"
	"reengage/whatsapp/cloudapi"
)

func TestEachNumberKeepsItsRateAndAThrottledOneSlowsNoOther(t *testing.T) {
	const each, perSecond = 40, 40
	w := newWorld(t)
	w.exec(`UPDATE business_numbers SET messages_per_second = $1`, perSecond)
	type job struct {
		id   uuid.UUID
		send sending.Result
	}
	jobs := make(chan job, 3*each)
	plan := func(number string, n int) {
		id := w.writes(number, fmt.Sprintf("447700900%03d", n), time.Hour)
		jobs <- job{id, w.saysTo(id, "Hello")}
	}
	for n := range each {
		plan(shop, n)
		plan(branch, n)
	}
	close(jobs)
	w.exec(`INSERT INTO send_rates (business_number_id, next_at, throttled_until) SELECT id, now(), now() + interval '1 hour'
		FROM business_numbers WHERE phone_number_id = $1`, branch)

	var mu sync.Mutex
	var at []time.Time
	for range each {
		w.provider.answer(func(context.Context, cloudapi.Message) (cloudapi.Accepted, error) {
			mu.Lock()
			defer mu.Unlock()
			at = append(at, time.Now())
			return cloudapi.Accepted{WAMID: newWAMID()}, nil
		})
	}
	began := time.Now()
	var workers sync.WaitGroup
	throttled := make(chan sending.Result, 2*each)
	for range 8 {
		workers.Go(func() {
			for j := range jobs {
				r, err := w.Send(context.Background(), requestOf(j.id, j.send))
				if err == nil && r.State == sending.Planned {
					throttled <- r
				}
			}
		})
	}
	workers.Wait()
	close(throttled)
	require.Len(t, throttled, each, "the throttled number sends nothing")
	for r := range throttled {
		require.WithinDuration(t, time.Now().Add(time.Hour), r.RetryAt, 10*time.Second)
	}
	require.Len(t, at, each)
	for _, m := range w.provider.posts() {
		require.Equal(t, shop, m.PhoneNumberID)
	}
	took := at[each-1].Sub(began)
	require.GreaterOrEqual(t, took, (each-1)*time.Second/perSecond-50*time.Millisecond)
	require.Less(t, took, time.Minute, "nor did it wait for the other")
}

func TestRepliesGoBeforeBulk(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	reply := w.saysTo(id, "Hello")
	bulk := w.plans(sending.PlanRequest{ConversationID: id, Origin: sending.FromReengagement, Template: update()})
	w.exec(`INSERT INTO send_rates (business_number_id, next_at) SELECT id, clock_timestamp() + interval '1.9 seconds'
		FROM business_numbers WHERE phone_number_id = $1`, shop)
	held := w.sends(id, *bulk.Send)
	require.Equal(t, sending.Planned, held.State)
	require.Equal(t, 1, held.Attempt)
	require.WithinDuration(t, time.Now().Add(2*time.Second), held.RetryAt, 3*time.Second)
	require.Equal(t, sending.Accepted, w.sends(id, reply).State)
}

func TestAContactIsWrittenToFortyFiveTimesAtOnceAndThenEverySixSeconds(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	began := time.Now()
	next, asked, n := w.saysTo(id, "Hello"), time.Now(), 0
	held := w.sends(id, next)
	for ; held.State == sending.Accepted; n++ {
		next, asked = w.saysTo(id, "Hello"), time.Now()
		held = w.sends(id, next)
	}
	require.Equal(t, sending.Planned, held.State)
	require.GreaterOrEqual(t, n, 45)
	require.LessOrEqual(t, n, 45+int((time.Since(began)+2*time.Second)/(6*time.Second)), "one more for each six seconds that passed")
	require.Greater(t, held.RetryAt.Sub(asked), 2*time.Second, "a shorter wait is waited for")
	require.LessOrEqual(t, time.Until(held.RetryAt), 6*time.Second)
	w.exec(`UPDATE pair_rates SET next_at = next_at - interval '6 seconds'`)
	require.Equal(t, sending.Accepted, w.sends(id, next).State)
	other := w.writes(shop, "447700900102", time.Hour)
	require.Equal(t, sending.Accepted, w.sends(other, w.saysTo(other, "Hello")).State, "nobody else waits")
}

func TestAThrottledPairWaitsFourTimesAsLongEachTime(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	next := w.saysTo(id, "Hello")
	for _, seconds := range []int{4, 16, 64, 256, 1024, 3600} {
		w.provider.answer(refusing(131056))
		asked, wait := time.Now(), time.Duration(seconds)*time.Second
		next = w.sends(id, next)
		comesAgain(t, asked, wait, next)
		w.exec(`UPDATE pair_rates SET throttled_until = now() - interval '1 s'`)
	}
}

// comesAgain requires that a send that was asked for at that time comes again after the wait, however long the asking took.
func comesAgain(t *testing.T, asked time.Time, wait time.Duration, r sending.Result) {
	t.Helper()
	require.False(t, r.RetryAt.Before(asked.Add(wait-time.Second)))
	require.False(t, r.RetryAt.After(time.Now().Add(wait+time.Second)))
}
