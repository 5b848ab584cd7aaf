package sending_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/db"
	"reengage/intake"
	"reengage/sending"
	"reengage/whatsapp/cloudapi"
)

func TestAFreeformMessageIsPlannedSentAndAccepted(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.saysTo(id, "Good morning")
	require.Equal(t, sending.Planned, planned.State)
	require.Equal(t, 1, planned.Attempt)

	result := w.sends(id, planned)
	require.Equal(t, sending.Accepted, result.State)
	require.NotEmpty(t, result.MessageEventID)
	require.WithinDuration(t, time.Now(), result.AcceptedAt, time.Minute)
	require.Equal(t, result.AcceptedAt, result.Facts.LastOutboundAt)
	require.Equal(t, []cloudapi.Message{{PhoneNumberID: shop, To: ada, Text: "Good morning", OpaqueData: planned.SendID.String() + "/1"}}, w.provider.posts())
	require.Equal(t, []string{"allowed", "allowed"}, w.decisions(planned.SendID))
	require.Equal(t, "accepted", w.one(`SELECT outcome FROM send_attempts WHERE send_id = $1`, planned.SendID))

	again := w.sends(id, planned)
	require.Equal(t, result, again, "it is accepted and not sent again")
	require.Len(t, w.provider.posts(), 1)
}

func TestATemplateKeepsTheConversationResumingUntilItIsAccepted(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, 25*time.Hour)
	w.consents(id, "utility", true)
	planned := w.plans(sending.PlanRequest{ConversationID: id, Template: update()})
	require.Equal(t, conversation.TemplatePlanned, planned.Facts.TemplatePending)
	require.Equal(t, conversation.TemplatePlanned, planned.Send.Facts.TemplatePending)

	entered, leave := make(chan struct{}), make(chan struct{})
	w.provider.answer(func(context.Context, cloudapi.Message) (cloudapi.Accepted, error) {
		close(entered)
		<-leave
		return cloudapi.Accepted{WAMID: newWAMID()}, nil
	})
	done := make(chan sending.Result)
	go func() {
		r, err := w.Send(context.Background(), requestOf(id, *planned.Send))
		if err != nil {
			r.State = "error"
		}
		done <- r
	}()
	<-entered
	require.Equal(t, "inflight", w.one(`SELECT template_pending FROM conversations WHERE id = $1`, id))
	close(leave)
	result := <-done
	require.Equal(t, sending.Accepted, result.State)
	require.Empty(t, result.Facts.TemplatePending)
	require.Equal(t, result.AcceptedAt, result.Facts.TemplateAcceptedAt)
	require.Equal(t, "order_update", w.provider.posts()[0].Template.Name)
}

func TestTwentyWorkersWithTheSameAttemptMakeOneRequest(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.saysTo(id, "Good morning")
	var workers sync.WaitGroup
	states := make(chan sending.State, 20)
	for range 20 {
		workers.Go(func() {
			r, err := w.Send(context.Background(), requestOf(id, planned))
			if err != nil {
				r.State = "error"
			}
			states <- r.State
		})
	}
	workers.Wait()
	close(states)
	for s := range states {
		require.Contains(t, []sending.State{sending.Accepted, sending.Inflight, sending.Planned}, s, "planned: its turn would have come too late")
	}
	require.Len(t, w.provider.posts(), 1)
	require.Equal(t, "accepted", w.row(planned.SendID).State)
}

func TestASTOPBetweenPlanAndSendIsHonoured(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.plans(sending.PlanRequest{ConversationID: id, Template: comeBack(`["Ada"]`)})
	require.NotNil(t, planned.Send)
	w.consents(id, "marketing", false)
	result := w.sends(id, *planned.Send)
	require.Equal(t, sending.Refused, result.State)
	require.Equal(t, conversation.OptedOutOf, result.Reason)
	require.Empty(t, result.Facts.TemplatePending)
	require.Empty(t, w.provider.posts())
	require.Equal(t, []string{"allowed", "opted_out"}, w.decisions(planned.Send.SendID))
}

func TestASTOPInTheSecondOfAnOptInWins(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	second := time.Now().Truncate(time.Second)
	for at, in := range map[time.Time]bool{second.Add(700 * time.Millisecond): true, second: false} { // WhatsApp states whole seconds
		w.exec(`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at)
			SELECT contact_id, 'marketing', $2, 'form', $3 FROM conversations WHERE id = $1`, id, in, at)
	}
	require.Equal(t, conversation.OptedOutOf, w.plans(sending.PlanRequest{ConversationID: id, Template: comeBack(`["Ada"]`)}).Answer.Verdict.Code)
}

func TestASuppressionBetweenPlanAndSendIsHonoured(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.saysTo(id, "Good morning")
	w.exec(`INSERT INTO suppressions (contact_id, scope, reason, source, since) SELECT contact_id, 'all', 'manual', 'form', now() FROM conversations WHERE id = $1`, id)
	result := w.sends(id, planned)
	require.Equal(t, sending.Refused, result.State)
	require.Equal(t, conversation.Suppressed, result.Reason)
	require.Empty(t, w.provider.posts())
}

func TestATemplatePausedBetweenPlanAndSendDoesNotLeave(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.plans(sending.PlanRequest{ConversationID: id, Template: update()})
	w.exec(`UPDATE templates SET status = 'paused' WHERE name = 'order_update'`)
	result := w.sends(id, *planned.Send)
	require.Equal(t, conversation.TemplateNotApproved, result.Reason)
	require.Empty(t, w.provider.posts())
}

func TestTheMarginOfTheWindow(t *testing.T) {
	for name, c := range map[string]struct {
		left time.Duration
		sent bool
	}{
		"a second before the margin it is sent": {16 * time.Second, true},
		"a second into the margin it is not":    {14 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.writes(shop, ada, time.Hour)
			planned := w.saysTo(id, "Good morning")
			w.exec(`UPDATE conversations SET last_inbound_at = $2::timestamptz - interval '24 hours', expires_at = $2,
				opened_at = $2::timestamptz - interval '24 hours' WHERE id = $1`, id, time.Now().Add(c.left))
			result := w.sends(id, planned)
			if c.sent {
				require.Equal(t, sending.Accepted, result.State)
				return
			}
			require.Equal(t, sending.Failed, result.State)
			require.Equal(t, conversation.WindowClosed, result.Reason)
			require.Empty(t, w.provider.posts())
		})
	}
}

func TestAMessageThatCouldNotBeMadeInTimeIsReplacedByItsTemplate(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	w.consents(id, "utility", true)
	planned := w.plans(sending.PlanRequest{ConversationID: id, Text: "Good morning", Fallback: update(), NotAfter: time.Now().Add(time.Hour)})
	w.exec(`UPDATE sends SET not_after = now() WHERE id = $1`, planned.Send.SendID)
	result := w.sends(id, *planned.Send)
	require.Equal(t, sending.Failed, result.State)
	require.Equal(t, conversation.WindowClosed, result.Reason)
	require.NotNil(t, result.Fallback)
	require.Equal(t, sending.Planned, result.Fallback.State)
	require.Equal(t, uuid.NewSHA1(planned.Send.SendID, []byte("fallback")), result.Fallback.SendID)
	require.Equal(t, result.Fallback.SendID, w.row(planned.Send.SendID).ReplacedBy)
	require.Equal(t, conversation.TemplatePlanned, result.Facts.TemplatePending)

	again := w.sends(id, *planned.Send)
	require.Equal(t, result, again, "who asks again hears of the fallback again")
	sent := w.sends(id, *result.Fallback)
	require.Equal(t, sending.Accepted, sent.State)
	require.Equal(t, "order_update", w.provider.posts()[0].Template.Name)
}

func TestATemplateIsNotSentAfterItsTime(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.plans(sending.PlanRequest{ConversationID: id, Template: update()})
	w.exec(`UPDATE sends SET not_after = now() WHERE id = $1`, planned.Send.SendID)
	result := w.sends(id, *planned.Send)
	require.Equal(t, sending.Failed, result.State)
	require.Equal(t, conversation.TooLate, result.Reason)
}

func TestTheDeadlineOfARequestIsTheEarlierOfThirtySecondsAndTheEndOfItsTime(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	deadline := func() time.Duration {
		var left time.Duration
		w.provider.answer(func(ctx context.Context, _ cloudapi.Message) (cloudapi.Accepted, error) {
			end, _ := ctx.Deadline()
			left = time.Until(end)
			return cloudapi.Accepted{WAMID: newWAMID()}, nil
		})
		planned := w.plans(sending.PlanRequest{ConversationID: id, Template: update(), NotAfter: time.Now().Add(time.Hour)})
		if len(w.provider.posts()) > 0 {
			w.exec(`UPDATE sends SET not_after = $2 WHERE id = $1`, planned.Send.SendID, time.Now().Add(10*time.Second))
		}
		require.Equal(t, sending.Accepted, w.sends(id, *planned.Send).State)
		return left
	}
	require.InDelta(t, 30, deadline().Seconds(), 2)
	require.InDelta(t, 10, deadline().Seconds(), 2)
}

func TestAPausedSenderHoldsASendUpAndDropsNothing(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.saysTo(id, "Good morning")
	w.exec(`UPDATE business_numbers SET sender_paused_at = now(), sender_paused_class = 'manual' WHERE phone_number_id = $1`, shop)
	for range 2 {
		result := w.sends(id, planned)
		require.Equal(t, sending.Planned, result.State)
		require.Equal(t, 1, result.Attempt)
		require.WithinDuration(t, time.Now().Add(15*time.Second), result.RetryAt, 5*time.Second)
	}
	w.exec(`UPDATE business_numbers SET sender_paused_at = now() - interval '3 hours' WHERE phone_number_id = $1`, shop)
	require.WithinDuration(t, time.Now().Add(15*time.Minute), w.sends(id, planned).RetryAt, 5*time.Second)
	require.Empty(t, w.provider.posts())
	refused := w.plans(sending.PlanRequest{ConversationID: id, Text: "Good morning"})
	require.Equal(t, conversation.SenderPaused, refused.Answer.Verdict.Code, "what is asked for meanwhile is refused")
	require.Nil(t, refused.Send)

	_, err := db.New(w.pool).ResumeNumber(t.Context(), shop)
	require.NoError(t, err)
	require.Equal(t, sending.Accepted, w.sends(id, planned).State)
	require.Equal(t, []string{"allowed", "sender_paused", "allowed"}, w.decisions(planned.SendID))
}

// A nudge says that the window is about to close because nobody has answered (W7).
func TestANudgeThatIsHeldUpDoesNotLeaveOnceSomebodyHasWritten(t *testing.T) {
	for name, write := range map[string]func(w *world, id uuid.UUID){
		"the contact":  func(w *world, _ uuid.UUID) { w.writes(shop, ada, 0) },
		"the business": func(w *world, id uuid.UUID) { w.sends(id, w.saysTo(id, "Good morning")) },
		"nobody":       func(*world, uuid.UUID) {},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.writes(shop, ada, time.Hour)
			nudge := w.plans(sending.PlanRequest{ConversationID: id, Origin: sending.FromNudge, Text: "Anything else?"})
			write(w, id)
			if result := w.sends(id, *nudge.Send); name == "nobody" {
				require.Equal(t, sending.Accepted, result.State)
			} else {
				require.Equal(t, conversation.PlanEnded, result.Reason)
			}
		})
	}
}

func TestAPauseLastsNoLongerThanTheSend(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	w.consents(id, "utility", true)
	planned := w.plans(sending.PlanRequest{ConversationID: id, Text: "Good morning", Fallback: update()})
	w.exec(`UPDATE business_numbers SET sender_paused_at = now() - interval '3 hours', sender_paused_class = 'manual' WHERE phone_number_id = $1`, shop)
	w.exec(`UPDATE sends SET not_after = now() + interval '20 seconds'`)
	require.WithinDuration(t, time.Now().Add(20*time.Second), w.sends(id, *planned.Send).RetryAt, 5*time.Second)
	w.exec(`UPDATE sends SET not_after = now()`)
	result := w.sends(id, *planned.Send)
	require.Equal(t, sending.Failed, result.State)
	require.NotNil(t, result.Fallback, "which waits for the end of the pause in its place")
	require.Equal(t, sending.Planned, w.sends(id, *result.Fallback).State)
}

// W10: two contacts prove to be one, the part having something planned, kept and answered.
func TestWhatHasBecomePartOfAnotherIsSentNothingAndItsAnswersAreTheOthers(t *testing.T) {
	w := newWorld(t)
	root := w.writes(shop, ada, 25*time.Hour)
	part := w.writesAs(shop, intake.Identity{BSUID: adasBSUID}, 25*time.Hour)
	w.exec(`UPDATE conversations SET created_at = created_at - interval '1 hour' WHERE id = $1`, root)
	w.consents(part, "marketing", true)
	request := sending.PlanRequest{ConversationID: part, RequestID: "r1", Fingerprint: "f", Template: comeBack(`["Ada"]`), KeepText: "Yes"}
	first := w.plans(request)
	require.NotNil(t, first.Answer.KeptReplyID)

	w.writesAs(shop, intake.Identity{Phone: ada, BSUID: adasBSUID}, 25*time.Hour)
	result := w.sends(part, *first.Send)
	require.Equal(t, conversation.ConversationMerged, result.Reason)
	require.Empty(t, w.provider.posts())
	require.Equal(t, "offered "+root.String(), w.one(`SELECT state || ' ' || conversation_id FROM kept_replies`), "the agent has the text")
	require.Equal(t, "conversation_merged", w.plans(sending.PlanRequest{ConversationID: part, RequestID: "r2", Text: "Hello"}).Answer.Fault)

	request.ConversationID, request.SendID = root, uuid.New()
	again := w.plans(request)
	require.True(t, again.Answer.Repeated, "whoever asks again is not sent it twice")
	require.Equal(t, first.Answer.SendID, again.Answer.SendID)
	require.Nil(t, again.Send)
	fresh := w.plans(sending.PlanRequest{ConversationID: root, RequestID: "r2", Template: comeBack(`["Ada"]`)})
	require.Equal(t, conversation.Allowed, fresh.Answer.Verdict.Code, "that it was asked of the part is no answer")
}

func TestUnknownIdsAreErrors(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	_, err := w.Send(t.Context(), sending.SendRequest{ConversationID: id, SendID: uuid.New(), Attempt: 1})
	require.ErrorIs(t, err, sending.ErrUnknownSend)
	_, err = w.Settle(t.Context(), sending.SendRequest{ConversationID: id, SendID: uuid.New(), Attempt: 1})
	require.ErrorIs(t, err, sending.ErrUnknownSend)
	_, err = w.Plan(t.Context(), sending.PlanRequest{ConversationID: uuid.New(), SendID: uuid.New(), Origin: sending.FromRequest, Text: "Hello"})
	require.ErrorContains(t, err, "no such conversation")
}
