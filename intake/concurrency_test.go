package intake_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/intake"
)

// together runs all at once and waits for them.
func together(n int, run func(i int)) {
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range n {
		done.Go(func() {
			start.Wait()
			run(i)
		})
	}
	start.Done()
	done.Wait()
}

func TestBodiesThatMeetANewContactAtOnceEndInOneConversation(t *testing.T) {
	s, pool := newStore(t)
	errs := make([]error, 20)
	together(20, func(i int) {
		// By phone, by bsuid with phone, in both orders with somebody else.
		messages := []object{from(fmt.Sprintf("wamid.A%d", i), ada, ""), from(fmt.Sprintf("wamid.B%d", i), "447700900102", first)}
		if i%2 == 0 {
			messages[0], messages[1] = messages[1], messages[0]
		}
		_, errs[i] = s.Webhook(t.Context(), webhook(shop, messages, nil), receivedAt)
	})
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, []int{1, 2, 2, 40}, []int{count(t, pool, "business_numbers"), count(t, pool, "contacts"),
		count(t, pool, "conversations"), count(t, pool, "events")})
	require.Equal(t, 20, value[int](t, pool, `SELECT count(*)::int FROM events e JOIN conversations c ON c.id = e.conversation_id
		JOIN contact_aliases a ON a.contact_id = c.contact_id WHERE a.value = $1`, ada))
}

func TestTheSameBodyAtOnceIsStoredOnce(t *testing.T) {
	s, pool := newStore(t)
	var messages, statuses []object
	for i := range 30 {
		messages = append(messages, text(fmt.Sprintf("wamid.%d", i), receivedAt.Add(-time.Duration(i)*time.Hour), fmt.Sprint(15550100000+i%7)))
		statuses = append(statuses, status(fmt.Sprintf("wamid.OUT%d", i), "delivered", receivedAt, 0))
	}
	receipts, errs := make([]intake.Receipt, 10), make([]error, 10)
	together(10, func(i int) {
		receipts[i], errs[i] = s.Webhook(t.Context(), webhook(shop, messages, statuses), receivedAt)
	})
	stored := 0
	for i := range receipts {
		require.NoError(t, errs[i])
		stored += receipts[i].New
	}
	require.Equal(t, 60, stored)
	require.Equal(t, 60, count(t, pool, "events"))
	require.Equal(t, 10, count(t, pool, "raw_bodies"))
}

// A message and its statuses arrive at the same moment, over two ways: whoever is first, they meet.
func TestAMessageAndItsStatusesAtOnceAreNeitherLostNorUnsignalled(t *testing.T) {
	s, pool := newStore(t)
	people(t, s, [2]string{ada, ""})
	for round := range 15 {
		id := fmt.Sprintf("wamid.OUT%d", round)
		at := receivedAt.Add(time.Duration(round) * time.Second)
		errs := make([]error, 4)
		together(4, func(i int) {
			switch i {
			case 0:
				_, errs[i] = s.Messages(t.Context(), intake.FromAPI, receivedAt, []intake.Message{outbound(id, "freeform", at)})
			case 1:
				_, errs[i] = s.Webhook(t.Context(), webhook(shop, nil, []object{status(id, "sent", at, 0)}), receivedAt)
			default:
				_, errs[i] = s.Webhook(t.Context(), webhook(shop, nil, []object{status(id, "failed", at, 131047)}), receivedAt)
			}
		})
		for _, err := range errs {
			require.NoError(t, err)
		}
		f := theFacts(t, pool)
		require.Equal(t, at, f.DisputedAt)
		require.Zero(t, f.LastOutboundAt)
		require.Equal(t, 3*(round+1), value[int](t, pool, "SELECT count(conversation_id)::int FROM events"))
		require.Equal(t, round+1, value[int](t, pool, "SELECT count(*)::int FROM events WHERE type = 'failed' AND needs_signal"))
	}
	require.Equal(t, 1, count(t, pool, "relay_lease"))
}

// Messages of one conversation, late ones too, in many bodies at once: no fact is lost to another transaction.
func TestMessagesOfOneConversationAtOnceEndInTheFactsOfAnOrderlyRun(t *testing.T) {
	s, pool := newStore(t)
	errs := make([]error, 24)
	together(24, func(i int) {
		at := receivedAt.Add(-time.Duration(i*7%24) * 13 * time.Hour)
		_, errs[i] = s.Webhook(t.Context(), webhook(shop, []object{text(fmt.Sprintf("wamid.%d", i), at, ada)}, nil), receivedAt)
	})
	for _, err := range errs {
		require.NoError(t, err)
	}
	f := theFacts(t, pool)
	require.Equal(t, receivedAt.Add(-23*13*time.Hour), f.OpenedAt)
	require.Equal(t, receivedAt, f.LastInboundAt)
}
