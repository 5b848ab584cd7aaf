package intake_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/db/dbtest"
	"reengage/intake"
)

var sentAt = receivedAt.Add(-10 * time.Minute)

func TestDeliveryOnlyMovesForward(t *testing.T) {
	s, pool := newStore(t)
	report(t, s, outbound("wamid.OUT", "template", sentAt))
	after := func(state string) string {
		deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT", state, sentAt, 0)}))
		return value[string](t, pool, "SELECT delivery_status FROM outbound_messages")
	}
	require.Equal(t, "sent", after("sent"))
	require.Equal(t, "failed", after("failed"))
	require.Equal(t, "delivered", after("delivered"))
	require.Equal(t, "delivered", after("sent"))
	require.Equal(t, "read", after("played"))
	require.Equal(t, "read", after("warped"))
}

func TestAFailureTakesTheMessageOutOfTheFactsAndAnArrivalPutsItBack(t *testing.T) {
	s, pool := newStore(t)
	report(t, s, outbound("wamid.OUT1", "freeform", sentAt), outbound("wamid.OUT2", "template", sentAt.Add(time.Minute)))
	require.Equal(t, sentAt.Add(time.Minute), theFacts(t, pool).TemplateAcceptedAt)

	deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT2", "failed", receivedAt, 131026)}))
	require.Zero(t, theFacts(t, pool).TemplateAcceptedAt)
	require.Equal(t, sentAt, theFacts(t, pool).LastOutboundAt)
	require.Equal(t, "failed 131026", value[string](t, pool, "SELECT concat(type, ' ', error_code) FROM events WHERE kind = 'status' AND needs_signal"))

	deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT2", "read", receivedAt, 0)}))
	require.Equal(t, sentAt.Add(time.Minute), theFacts(t, pool).TemplateAcceptedAt)
}

func TestAFailureAfterTheDeliveryIsANoteAlone(t *testing.T) {
	s, pool := newStore(t)
	report(t, s, outbound("wamid.OUT", "freeform", sentAt))
	deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT", "delivered", receivedAt, 0)}))
	deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT", "failed", receivedAt, 131047)}))
	require.Equal(t, sentAt, theFacts(t, pool).LastOutboundAt)
	require.Zero(t, theFacts(t, pool).DisputedAt)
	require.Zero(t, value[int](t, pool, "SELECT count(*)::int FROM events WHERE kind = 'status' AND needs_signal"))
}

func TestARefusedFreeformMessageDisputesTheWindowAndARefusedTemplateDoesNot(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(shop, []object{text("wamid.1", sentAt, ada)}, nil))
	report(t, s, outbound("wamid.OUT1", "template", sentAt), outbound("wamid.OUT2", "freeform", sentAt))
	deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT1", "failed", receivedAt, 131047)}))
	require.True(t, theFacts(t, pool).WindowOpen(receivedAt))
	deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT2", "failed", receivedAt, 131047)}))
	require.False(t, theFacts(t, pool).WindowOpen(receivedAt))
	deliver(t, s, webhook(shop, []object{text("wamid.2", receivedAt.Add(time.Second), ada)}, nil))
	require.True(t, theFacts(t, pool).WindowOpen(receivedAt.Add(time.Second)), "the contact wrote after the dispute")
}

// W9: that the provider refuses what we thought was possible is noted once; that it refuses what we would have refused too
// is no disagreement.
func TestADisputeIsNotedIfTheWindowWasOpenForUs(t *testing.T) {
	written := receivedAt.Add(-25 * time.Hour)
	for name, c := range map[string]struct {
		refused time.Duration // since the contact wrote
		again   time.Duration // since then too: the contact writes once more; 0: never
		noted   int
	}{
		"in the window":                {time.Hour, 0, 1},
		"one second before its end":    {24*time.Hour - time.Second, 0, 1},
		"at its end":                   {24 * time.Hour, 0, 0},
		"before the contact wrote":     {-time.Second, 0, 0},
		"before it was extended":       {time.Hour, 2 * time.Hour, 1},
		"between two windows":          {24*time.Hour + time.Second, 24*time.Hour + 2*time.Second, 0},
		"in the window that came next": {24*time.Hour + 2*time.Second, 24*time.Hour + time.Second, 1},
	} {
		t.Run(name, func(t *testing.T) {
			pool := dbtest.New(t)
			var log bytes.Buffer
			s := intake.New(pool, clock.Clock{}, slog.New(slog.NewTextHandler(&log, nil)))
			deliver(t, s, webhook(shop, []object{text("wamid.1", written, ada)}, nil))
			if c.again != 0 {
				deliver(t, s, webhook(shop, []object{text("wamid.2", written.Add(c.again), ada)}, nil))
			}
			report(t, s, outbound("wamid.OUT1", "freeform", written), outbound("wamid.OUT2", "freeform", written))
			at := written.Add(c.refused)
			for range 2 {
				deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT1", "failed", at, 131047)}))
			}
			deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT2", "failed", at, 131047)})) // says no more than the first
			require.Equal(t, c.noted, value[int](t, pool, `SELECT count(*)::int FROM events e JOIN conversations c ON c.id = e.conversation_id
				WHERE e.kind = 'notice' AND type = 'window_disputed' AND error_code = 131047 AND e.occurred_at = $1
				  AND e.business_number_id = c.business_number_id AND NOT needs_signal`, at))
			require.Equal(t, c.noted, strings.Count(log.String(), "closed that were open for us"))
			require.Equal(t, at, theFacts(t, pool).DisputedAt)
		})
	}
}

func TestAStatusWaitsForItsMessageAndIsAdopted(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(shop, nil, []object{status("wamid.OUT", "failed", receivedAt, 131026), status("wamid.OUT", "sent", sentAt, 0)}))
	parked := "SELECT count(*)::int FROM events WHERE conversation_id IS NULL"
	require.Equal(t, 2, value[int](t, pool, parked))
	require.Zero(t, count(t, pool, "dirty_conversations")+count(t, pool, "relay_lease"))
	report(t, s, outbound("wamid.OUT", "template", sentAt))
	require.Zero(t, value[int](t, pool, parked))
	require.Zero(t, theFacts(t, pool).LastOutboundAt)
	require.Equal(t, []int{1, 1}, []int{count(t, pool, "dirty_conversations"), count(t, pool, "relay_lease")})
	require.Equal(t, "failed", value[string](t, pool, "SELECT string_agg(type, ' ') FROM events WHERE needs_signal"),
		"nobody need hear of the message, only that it failed")
}

func TestAMessageAndItsStatusInOneBody(t *testing.T) {
	s, pool := newStore(t)
	echo := object{"field": "smb_message_echoes", "value": object{"metadata": object{"phone_number_id": shop},
		"message_echoes": []object{{"id": "wamid.OUT", "to": ada, "from": "15550100001", "timestamp": stamp(sentAt), "type": "text"}}}}
	deliver(t, s, bodyOf(change(shop, nil, []object{status("wamid.OUT", "failed", receivedAt, 131047)}), echo))
	require.Zero(t, value[int](t, pool, "SELECT count(*)::int FROM events WHERE conversation_id IS NULL"))
	f := theFacts(t, pool)
	require.Equal(t, receivedAt, f.DisputedAt)
	require.Zero(t, f.LastOutboundAt)
}

func TestAStatusOnAnotherNumberIsOfAnotherMessage(t *testing.T) {
	s, pool := newStore(t)
	report(t, s, outbound("wamid.OUT", "template", sentAt))
	deliver(t, s, webhook(branch, nil, []object{status("wamid.OUT", "failed", receivedAt, 0)}))
	require.Equal(t, sentAt, theFacts(t, pool).LastOutboundAt)
}
