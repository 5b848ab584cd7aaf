package sending_test

import (
	"context"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/sending"
	"reengage/whatsapp/cloudapi"
)

// reports is a status that the provider posts about an attempt of a send, with the errors that it names.
func (w *world) reports(wamid, state, opaque string, codes ...int) {
	w.Helper()
	errors := []any{}
	for _, code := range codes {
		errors = append(errors, map[string]any{"code": code})
	}
	body, err := json.Marshal(map[string]any{"object": "whatsapp_business_account", "entry": []any{map[string]any{"id": waba,
		"changes": []any{map[string]any{"field": "messages", "value": map[string]any{"messaging_product": "whatsapp",
			"metadata": map[string]any{"display_phone_number": "15550100001", "phone_number_id": shop},
			"statuses": []any{map[string]any{"id": wamid, "status": state, "timestamp": strconv.FormatInt(time.Now().Unix(), 10),
				"recipient_id": ada, "biz_opaque_callback_data": opaque, "errors": errors}}}}}}}})
	require.NoError(w, err)
	_, err = w.store.Webhook(context.Background(), body, time.Now())
	require.NoError(w, err)
}

func TestAnUnknownSendWaitsForAStatusAndAdoptsIt(t *testing.T) {
	w := newWorld(t, func(o *sending.Options) { o.UnknownAfter = time.Minute })
	id := w.writes(shop, ada, time.Hour)
	planned := w.saysTo(id, "Good morning")
	w.provider.answer(silent)
	result := w.sends(id, planned)
	require.Equal(t, sending.Unknown, result.State)
	require.InDelta(t, 60, result.WaitFor.Seconds(), 2)

	w.reports("wamid.adopted", "delivered", planned.SendID.String()+"/1")
	finished := w.finishes(id, result)
	require.Equal(t, sending.Accepted, finished.State)
	require.NotEmpty(t, finished.MessageEventID)
	require.Len(t, w.provider.posts(), 1)
}

func TestAStatusThatCameWhileTheRequestHungIsNotWaitedForAgain(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.saysTo(id, "Good morning")
	w.provider.answer(func(ctx context.Context, m cloudapi.Message) (cloudapi.Accepted, error) {
		w.reports("wamid.early", "sent", m.OpaqueData)
		return silent(ctx, m)
	})
	require.Equal(t, sending.Accepted, w.sends(id, planned).State)
}

func TestAnUnknownSendIsFinalInTheEndAndIsNeverRepeated(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.plans(sending.PlanRequest{ConversationID: id, Template: update()})
	w.provider.answer(silent)
	result := w.sends(id, *planned.Send)
	require.EqualValues(t, "unknown", result.Facts.TemplatePending)
	final := w.finishes(id, result)
	require.Equal(t, sending.Unknown, final.State)
	require.Zero(t, final.WaitFor)
	require.Empty(t, final.Facts.TemplatePending)
	require.Equal(t, final, w.finishes(id, result))
	require.Equal(t, final, w.sends(id, result))
	require.Len(t, w.provider.posts(), 1)

	w.reports("wamid.late", "read", planned.Send.SendID.String()+"/1")
	require.Equal(t, "accepted", w.row(planned.Send.SendID).State, "a later status still corrects it")
}

func TestACriticalUnknownSendGoesOnceMoreAndSaysSo(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.plans(sending.PlanRequest{ConversationID: id, Text: "Your flight is cancelled", Critical: true})
	w.provider.answer(silent, silent)
	first := w.sends(id, *planned.Send)
	again := w.finishes(id, first)
	require.Equal(t, sending.Planned, again.State)
	require.Equal(t, 2, again.Attempt)
	require.True(t, w.row(planned.Send.SendID).Duplicate)
	require.Equal(t, again, w.finishes(id, first), "an answer that got lost")
	second := w.sends(id, again)
	require.Equal(t, sending.Unknown, second.State)
	require.Zero(t, w.finishes(id, second).WaitFor)
	require.Len(t, w.provider.posts(), 2)
}

func TestACriticalSendThatMayNotGoAgainStaysUnknown(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.plans(sending.PlanRequest{ConversationID: id, Text: "Your flight is cancelled", Critical: true, Fallback: update()})
	w.provider.answer(silent)
	again := w.finishes(id, w.sends(id, *planned.Send))
	w.exec(`UPDATE sends SET not_after = now()`)
	result := w.sends(id, again)
	require.Equal(t, sending.Unknown, result.State, "of the first message nobody knows anything")
	require.Zero(t, result.WaitFor)
	require.Nil(t, result.Fallback)
}

func TestSettlingAPlannedSendTakesTheAttemptFromWhoeverHoldsIt(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.saysTo(id, "Good morning")
	settled := w.settles(id, planned)
	require.Equal(t, sending.Planned, settled.State)
	require.Equal(t, 2, settled.Attempt)
	require.Equal(t, settled, w.settles(id, planned), "once")
	require.Equal(t, settled, w.sends(id, planned), "the one that was given up does nothing")
	require.Empty(t, w.provider.posts())
	require.Equal(t, sending.Accepted, w.sends(id, settled).State)
}

func TestSettlingASendInFlightMakesItUnknownAndTheLateAnswerStillCounts(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.saysTo(id, "Good morning")
	w.provider.answer(func(context.Context, cloudapi.Message) (cloudapi.Accepted, error) {
		settled := w.settles(id, planned)
		require.Equal(w, sending.Unknown, settled.State)
		require.Equal(w, settled.State, w.settles(id, planned).State)
		return cloudapi.Accepted{WAMID: newWAMID()}, nil
	})
	require.Equal(t, sending.Accepted, w.sends(id, planned).State)
	require.Equal(t, sending.Accepted, w.settles(id, planned).State, "anything else is adopted")
}

func TestALateRefusalOfAnAttemptThatWasGivenUpChangesNothing(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.saysTo(id, "Good morning")
	w.provider.answer(func(ctx context.Context, m cloudapi.Message) (cloudapi.Accepted, error) {
		w.settles(id, planned)
		return refusing(131026)(ctx, m)
	})
	result := w.sends(id, planned)
	require.Equal(t, sending.Unknown, result.State)
	require.Equal(t, "not_sent", w.one(`SELECT outcome FROM send_attempts`))
	require.Equal(t, "0", w.one(`SELECT count(*)::text FROM suppressions`))
}
