package sending_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/intake"
	"reengage/sending"
	"reengage/workflows/contract"
)

var longAgo = 30 * time.Hour

func TestACampaignsMessageIsPlannedSentAndFollowed(t *testing.T) {
	w := newWorld(t)
	b := w.broadcasts(`{"budget_micros": 1000000}`)
	of, recipient := b.contact(ada, longAgo)

	planned := b.asks(of, recipient)
	require.Equal(t, conversation.Allowed, planned.Answer.Verdict.Code, planned.Answer.Verdict.Sentence)
	require.Equal(t, place{State: "planned", Reserved: 50_000}, b.place(recipient))
	require.Equal(t, "campaign", w.row(recipient).Origin)
	require.Equal(t, b.id.String(), w.one(`SELECT campaign_id::text FROM sends WHERE id = $1`, recipient))
	require.EqualValues(t, 50_000, b.reserved())
	require.NotNil(t, b.asks(of, recipient).Send, "told twice, the open send is handed out again")

	require.Equal(t, sending.Accepted, w.sends(of, *planned.Send).State)
	require.Equal(t, place{State: "accepted", Settled: true, Reserved: 50_000}, b.place(recipient))
	require.Equal(t, []string{"Ada"}, parametersOf(t, w.row(recipient).Template), "frozen when it was chosen")
	again := b.asks(of, recipient)
	require.Nil(t, again.Send)
	require.Len(t, w.provider.posts(), 1, "nobody gets it twice (K3)")
	b.balanced()
}

func parametersOf(t *testing.T, template contract.Template) []string {
	t.Helper()
	p, problem := sending.PolicyParameters(template.Parameters)
	require.Empty(t, problem)
	return p.Body.Positional
}

// The table of what a refusal makes of a recipient (sending.md, "Campaigns").
func TestWhatARefusalMakesOfARecipient(t *testing.T) {
	for name, c := range map[string]struct {
		limits string
		ago    time.Duration
		before func(w *world, b *broadcast, of uuid.UUID)
		code   conversation.Code
		want   place
	}{
		"opted out since": {before: func(w *world, _ *broadcast, of uuid.UUID) { w.consents(of, "marketing", false) }, code: conversation.OptedOutOf, want: place{State: "refused", Code: "opted_out", Settled: true}},
		"no opt-in any more": {before: func(w *world, b *broadcast, _ uuid.UUID) {
			w.exec(`UPDATE templates SET category = 'utility' WHERE name = 'come_back'`)
		}, code: conversation.OptInRequired, want: place{State: "refused", Code: "opt_in_required", Settled: true}},
		"suppressed": {before: func(w *world, _ *broadcast, of uuid.UUID) {
			w.exec(`INSERT INTO suppressions (contact_id, scope, reason, source, since) SELECT contact_id, 'all', 'manual', 'test', now() FROM conversations WHERE id = $1`, of)
		}, code: conversation.Suppressed, want: place{State: "refused", Code: "suppressed", Settled: true}},
		"capped": {before: func(w *world, _ *broadcast, of uuid.UUID) {
			w.consents(of, "utility", true)
			w.sends(of, *w.plans(sending.PlanRequest{ConversationID: of, Template: update()}).Send)
		}, code: conversation.FrequencyCapped, want: place{State: "refused", Code: "frequency_capped", Settled: true}},
		"paused sender": {before: func(w *world, _ *broadcast, _ uuid.UUID) {
			w.exec(`UPDATE business_numbers SET sender_paused_at = now(), sender_paused_class = 'auth'`)
		}, code: conversation.SenderPaused, want: place{State: "pending", Code: "sender_paused"}},
		"paused template": {before: func(w *world, _ *broadcast, _ uuid.UUID) { w.exec(`UPDATE templates SET status = 'paused'`) },
			code: conversation.TemplateNotApproved, want: place{State: "pending", Code: "template_not_approved"}},
		"gone template": {before: func(w *world, _ *broadcast, _ uuid.UUID) { w.exec(`DELETE FROM templates`) },
			code: conversation.TemplateNotFound, want: place{State: "pending", Code: "template_not_found"}},
		"its own budget": {limits: `{"budget_micros": 49999}`, code: conversation.BudgetExhausted, want: place{State: "pending", Code: "budget_exhausted"}},
		"the number's budget": {limits: `{"budget_micros": 60000}`, before: func(w *world, _ *broadcast, _ uuid.UUID) {
			w.exec(`UPDATE business_numbers SET settings = '{"reengagement": {"budget": {"day_micros": 10}}}'`)
		}, code: conversation.BudgetExhausted, want: place{State: "pending", Code: "budget_exhausted"}},
		"paused":    {before: func(_ *world, b *broadcast, _ uuid.UUID) { b.becomes("paused") }, code: conversation.CampaignStopped, want: place{State: "pending", Code: "campaign_stopped"}},
		"cancelled": {before: func(_ *world, b *broadcast, _ uuid.UUID) { b.becomes("cancelled") }, code: conversation.CampaignStopped, want: place{State: "not_sent", Code: "campaign_cancelled", Settled: true}},
		"ended": {before: func(w *world, b *broadcast, _ uuid.UUID) {
			w.exec(`UPDATE campaigns SET end_at = now() WHERE id = $1`, b.id)
		}, code: conversation.CampaignStopped, want: place{State: "not_sent", Code: "campaign_ended", Settled: true}},
		"hole": {before: func(w *world, b *broadcast, _ uuid.UUID) {
			w.exec(`UPDATE campaign_recipients SET parameters = NULL`)
			w.exec(`UPDATE campaigns SET parameters = '{"body": ["{{contact.city}}"]}'`)
		}, code: conversation.TemplateParameters, want: place{State: "refused", Code: "template_parameters", Settled: true}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			b := w.broadcasts(cmpOr(c.limits, "{}"))
			of, recipient := b.contact(ada, longAgo)
			if c.before != nil {
				c.before(w, b, of)
			}
			refused := b.asks(of, recipient)
			require.Equal(t, c.code, refused.Answer.Verdict.Code, refused.Answer.Verdict.Sentence)
			require.Nil(t, refused.Send)
			require.Equal(t, c.want, b.place(recipient))
			require.Equal(t, "refused", w.row(recipient).State)
			b.balanced()
		})
	}
}

func cmpOr(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func TestWhoWaitsForAnAnswerOrForTheMorningIsHeldAndAskedAgain(t *testing.T) {
	w := newWorld(t)
	b := w.broadcasts(`{}`)
	of, recipient := b.contact(ada, time.Hour)
	require.Equal(t, conversation.AgentAtWork, b.asks(of, recipient).Answer.Verdict.Code)
	held := b.place(recipient)
	require.Equal(t, []string{"held", "agent_at_work"}, []string{held.State, held.Code})
	require.WithinDuration(t, time.Now().Add(10*time.Minute), held.DueAt, time.Minute)

	w.sends(of, w.saysTo(of, "We have it in blue."))
	planned := b.asks(of, recipient)
	require.NotNil(t, planned.Send, "it has been answered")
	require.Equal(t, place{State: "planned", Reserved: 50_000}, b.place(recipient))
	require.Zero(t, b.reserved(), "without a budget nothing is added up, and no send waits for another")
	w.writes(shop, ada, 0)
	refused := w.sends(of, *planned.Send)
	require.Equal(t, []any{sending.Refused, conversation.AgentAtWork}, []any{refused.State, refused.Reason}, "it has asked once more before its turn")
	require.Equal(t, "held", b.place(recipient).State)

	w.exec(`UPDATE campaigns SET limits = $1`, asJSON(t, map[string]any{"talk_over": true, "quiet_hours": night()}))
	night := b.asks(of, recipient).Answer.Verdict
	require.Equal(t, conversation.QuietHoursNow, night.Code)
	require.Equal(t, night.Facts.QuietUntil, b.place(recipient).DueAt)
	w.exec(`UPDATE campaigns SET limits = '{"talk_over": true}'`)
	require.Equal(t, sending.Accepted, b.sent(of, recipient).State)
}

func TestACampaignThatStopsSendsNothingThatHasNotLeft(t *testing.T) {
	w := newWorld(t)
	b := w.broadcasts(`{"budget_micros": 100000}`)
	of, recipient := b.contact(ada, longAgo)
	planned := b.asks(of, recipient)
	b.becomes("paused")
	stopped := w.sends(of, *planned.Send)
	require.Equal(t, []any{sending.Refused, conversation.CampaignStopped}, []any{stopped.State, stopped.Reason})
	require.Equal(t, place{State: "pending", Code: "campaign_stopped"}, b.place(recipient))
	require.Zero(t, b.reserved(), "it costs nothing")

	b.becomes("running")
	require.Equal(t, sending.Accepted, b.sent(of, recipient).State, "resumed, it is sent under the same id")
	require.Equal(t, []string{"allowed", "campaign_stopped", "allowed", "allowed"}, w.decisions(recipient))

	bob, second := b.contact("447700900102", longAgo)
	planned = b.asks(bob, second)
	b.becomes("cancelled")
	w.sends(bob, *planned.Send)
	require.Equal(t, place{State: "not_sent", Code: "campaign_cancelled", Settled: true}, b.place(second))
	b.becomes("running")
	require.Nil(t, b.asks(bob, second).Send, "what is a result stays one")
	require.Len(t, w.provider.posts(), 1)
	b.balanced()
}

func TestASTOPBetweenLaunchAndTurnLeavesNothing(t *testing.T) {
	w := newWorld(t)
	b := w.broadcasts(`{"talk_over": true}`)
	of, recipient := b.contact(ada, longAgo)
	planned := b.asks(of, recipient)
	_, err := w.store.Messages(t.Context(), intake.FromAPI, time.Now(), []intake.Message{{Kind: intake.Inbound, PhoneNumberID: shop,
		Who: intake.Identity{Phone: ada}, ID: newWAMID(), OccurredAt: time.Now(), Type: "text", Text: "STOP"}})
	require.NoError(t, err)
	require.Equal(t, conversation.OptedOutOf, w.sends(of, *planned.Send).Reason)
	require.Empty(t, w.provider.posts())
	require.Equal(t, place{State: "refused", Code: "opted_out", Settled: true}, b.place(recipient), "an opt-out before it got anything is none of its results")
}

func TestWhatCouldNotGoBeforeTheNightIsHeldUntilTheMorning(t *testing.T) {
	w := newWorld(t)
	b := w.broadcasts(`{}`)
	of, recipient := b.contact(ada, longAgo)
	planned := b.asks(of, recipient)
	w.exec(`UPDATE campaigns SET limits = $1`, asJSON(t, map[string]any{"quiet_hours": night()}))
	require.Equal(t, conversation.QuietHoursNow, w.sends(of, *planned.Send).Reason)
	require.Equal(t, "held", b.place(recipient).State)

	w.exec(`UPDATE campaigns SET limits = '{}'`)
	planned = b.asks(of, recipient)
	w.exec(`UPDATE sends SET not_after = now() WHERE id = $1`, recipient)
	require.Equal(t, conversation.TooLate, w.sends(of, *planned.Send).Reason)
	require.Equal(t, place{State: "pending"}, b.place(recipient), "its turn comes again")
}

func TestACampaignsSendEndsWithTheCampaignAndBeforeTheNight(t *testing.T) {
	w := newWorld(t)
	end := time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
	b := w.broadcasts(`{}`)
	w.exec(`UPDATE campaigns SET end_at = $1`, end)
	of, recipient := b.contact(ada, longAgo)
	b.asks(of, recipient)
	require.Equal(t, end.String(), w.notAfter(recipient).String())
}

func (w *world) notAfter(send uuid.UUID) (at time.Time) {
	w.Helper()
	require.NoError(w, w.pool.QueryRow(context.Background(), `SELECT not_after FROM sends WHERE id = $1`, send).Scan(&at))
	return at.UTC()
}

func TestTheLastMicroOfABudgetIsSpentOnce(t *testing.T) {
	w := newWorld(t)
	b := w.broadcasts(`{"budget_micros": 150000}`)
	type one struct{ of, recipient uuid.UUID }
	var all []one
	for i := range 8 {
		of, recipient := b.contact(fmt.Sprintf("4477009001%02d", i), longAgo)
		all = append(all, one{of, recipient})
	}
	var wg sync.WaitGroup
	codes := make([]conversation.Code, len(all))
	for i, o := range all {
		wg.Go(func() { codes[i] = b.asks(o.of, o.recipient).Answer.Verdict.Code })
	}
	wg.Wait()
	count := map[conversation.Code]int{}
	for _, c := range codes {
		count[c]++
	}
	require.Equal(t, map[conversation.Code]int{conversation.Allowed: 3, conversation.BudgetExhausted: 5}, count)
	require.EqualValues(t, 150_000, b.reserved())
	b.balanced()
}

func TestABudgetComesBackOnceHoweverItFails(t *testing.T) {
	w := newWorld(t)
	b := w.broadcasts(`{"budget_micros": 1000000}`)
	of, recipient := b.contact(ada, longAgo)
	w.provider.answer(refusing(131026))
	require.Equal(t, sending.Failed, b.sent(of, recipient).State)
	require.Equal(t, place{State: "failed", Code: "suppressed", Settled: true}, b.place(recipient))
	require.Zero(t, b.reserved())

	bob, second := b.contact("447700900102", longAgo)
	b.sent(bob, second)
	require.EqualValues(t, 50_000, b.reserved())
	for range 2 {
		b.hears(second, "failed", 131049)
		require.Equal(t, place{State: "failed", Code: "wait_24h", Delivery: "failed", Settled: true}, b.place(second))
		require.Zero(t, b.reserved(), "given back when a status says so")
	}
	b.hears(second, "delivered")
	require.Equal(t, place{State: "accepted", Delivery: "delivered", Settled: true, Reserved: 50_000}, b.place(second), "it has arrived after all")
	b.balanced()
}

// hears how far a recipient's message has got.
func (b *broadcast) hears(recipient uuid.UUID, state string, code ...int) {
	b.Helper()
	wamid := b.one(`SELECT e.wamid FROM sends s JOIN events e ON e.id = s.message_id WHERE s.id = $1`, recipient)
	b.reports(wamid, state, recipient.String()+"/1", code...)
}

func TestAnUnknownSendIsARecipientOfWhomNobodyKnows(t *testing.T) {
	w := newWorld(t)
	b := w.broadcasts(`{"budget_micros": 1000000}`)
	of, recipient := b.contact(ada, longAgo)
	w.provider.answer(silent)
	result := b.sent(of, recipient)
	require.Equal(t, sending.Unknown, result.State)
	require.Equal(t, place{State: "unknown", Reserved: 50_000}, b.place(recipient))
	require.Equal(t, sending.Unknown, w.finishes(of, result).State)
	require.Nil(t, b.asks(of, recipient).Send, "nobody sends it again")
	b.balanced()
}

func TestOneWhoWasTwoRecipientsGetsItOnce(t *testing.T) {
	w := newWorld(t)
	w.exec(`UPDATE business_numbers SET settings = '{"reengagement": {"max_per_contact": []}}'`)
	b := w.broadcasts(`{}`)
	phone := w.writes(shop, ada, 40*time.Hour)
	bsuid := w.writesAs(shop, intake.Identity{BSUID: adasBSUID}, 35*time.Hour)
	w.consents(phone, "marketing", true)
	w.consents(bsuid, "marketing", true)
	first, second := b.chooses(phone, `["Ada"]`), b.chooses(bsuid, `["Ada"]`)
	waiting := b.asks(bsuid, second)
	require.NotNil(t, waiting.Send)
	w.writesAs(shop, intake.Identity{Phone: ada, BSUID: adasBSUID}, 30*time.Hour) // they are one

	require.Equal(t, conversation.ConversationMerged, w.sends(bsuid, *waiting.Send).Reason)
	require.Equal(t, place{State: "pending"}, b.place(second), "its campaign asks the other conversation")
	require.Equal(t, contract.FaultMergedElsewhere, b.asks(bsuid, second).Answer.Fault)
	require.Equal(t, sending.Accepted, b.sent(phone, second).State, "under the same id")
	require.Equal(t, conversation.AlreadySent, b.asks(phone, first).Answer.Verdict.Code)
	require.Equal(t, place{State: "refused", Code: "already_sent", Settled: true}, b.place(first))
	require.Len(t, w.provider.posts(), 1)
}

func TestWhatALostRunHadPlannedBeforeAMergeIsGivenBackByThatConversationAlone(t *testing.T) {
	w := newWorld(t)
	b := w.broadcasts(`{}`)
	phone := w.writes(shop, ada, 40*time.Hour)
	bsuid := w.writesAs(shop, intake.Identity{BSUID: adasBSUID}, 35*time.Hour)
	w.consents(bsuid, "marketing", true)
	recipient := b.chooses(bsuid, `["Ada"]`)
	require.NotNil(t, b.asks(bsuid, recipient).Send)
	w.writesAs(shop, intake.Identity{Phone: ada, BSUID: adasBSUID}, 30*time.Hour) // they are one, and the run is gone

	require.Nil(t, b.asks(phone, recipient).Send, "it is not this conversation's")
	again := b.asks(bsuid, recipient)
	require.NotNil(t, again.Send)
	require.Equal(t, conversation.ConversationMerged, w.sends(bsuid, *again.Send).Reason)
	require.Equal(t, place{State: "pending"}, b.place(recipient))
	require.Equal(t, sending.Accepted, b.sent(phone, recipient).State)
	require.Len(t, w.provider.posts(), 1)
}

func TestWhoeverSignalsCanHaveNothingElseSent(t *testing.T) {
	w := newWorld(t)
	b, other := w.broadcasts(`{}`), w.broadcasts(`{}`)
	of, recipient := b.contact(ada, longAgo)
	bob := w.writes(shop, "447700900102", longAgo)
	elsewhere := w.writes(branch, ada, longAgo)
	for name, r := range map[string]sending.PlanRequest{
		"nobody":                    {ConversationID: of, SendID: uuid.New(), CampaignID: b.id},
		"another campaign":          {ConversationID: of, SendID: recipient, CampaignID: other.id},
		"another contact":           {ConversationID: bob, SendID: recipient, CampaignID: b.id},
		"another number":            {ConversationID: elsewhere, SendID: recipient, CampaignID: b.id},
		"no campaign, as if it was": {ConversationID: of, SendID: recipient},
	} {
		r.Origin, r.Text = sending.FromCampaign, "Buy!"
		require.Equal(t, contract.FaultInvalidRequest, w.plans(r).Answer.Fault, name)
	}
	require.Equal(t, "asked", b.place(recipient).State)
}
