package campaign_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/campaign"
	"reengage/workflows/contract"
)

// settles plays the conversations: whoever was asked gets there.
func (w *world) settles(id uuid.UUID, state, code string) {
	w.Helper()
	w.exec(`UPDATE campaign_recipients SET state = $2, code = nullif($3, ''), settled_at = now() WHERE campaign_id = $1 AND state IN ('asked', 'planned')`, id, state, code)
}

func (w *world) fast() *world {
	w.exec(`UPDATE business_numbers SET messages_per_second = 10000`)
	return w
}

func TestACampaignBeginsAtItsStartAndIsChosenThen(t *testing.T) {
	w := newWorld(t).fast()
	start := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	c := must(w.Launch(w.as(), w.draft(func(d *campaign.Definition) { d.StartAt = start }).ID, ada))
	turn := w.turn(c.ID)
	require.Equal(t, "scheduled", turn.State)
	require.Equal(t, start, turn.NextAt)
	require.False(t, turn.Choose)
	w.exec(`UPDATE campaigns SET start_at = now()`)
	turn = w.turn(c.ID)
	require.Equal(t, "running", turn.State)
	require.True(t, turn.Choose)
	require.Equal(t, []string{"create_campaign", "launch_campaign", "begin_campaign"}, w.audit(c.ID))
	require.Equal(t, "workflow", ask[string](w, `SELECT who FROM audit WHERE action = 'begin_campaign'`))
}

func TestEverybodyIsAskedOnceAndTheCampaignFinishesWhenAllAreSettled(t *testing.T) {
	w := newWorld(t).fast()
	c := w.running(300)
	turn := w.turn(c.ID)
	require.Equal(t, 300, turn.Told)
	require.Equal(t, []int{300, 300, 0, 300}, []int{turn.Recipients, turn.Asked, turn.Waiting, turn.Open})
	require.False(t, turn.More || turn.Done || turn.Choose)
	require.True(t, turn.NextAt.IsZero())
	told := map[uuid.UUID]int{}
	for _, m := range w.temporal.asked {
		require.Equal(t, c.ID, m.CampaignID)
		told[m.RecipientID]++
	}
	require.Len(t, told, 300)
	require.Len(t, w.temporal.asked, 300, "each once")

	turn = w.turn(c.ID)
	require.Zero(t, turn.Told)
	require.False(t, turn.Done, "they are open")
	w.settles(c.ID, "accepted", "")
	turn = w.turn(c.ID)
	require.True(t, turn.Done)
	require.Equal(t, campaign.Finished, must(w.Get(t.Context(), c.ID)).State)
	require.True(t, w.turn(c.ID).Done, "asked once more, it stays so")
}

func TestNobodyInASegmentIsACampaignThatFinishesAtOnce(t *testing.T) {
	w := newWorld(t)
	require.True(t, w.turn(w.running(0).ID).Done)
	require.True(t, w.turn(uuid.New()).Done, "nor is one that does not exist anything to wait for")
}

func TestAPauseAsksNobodyAndACancelWritesThemOff(t *testing.T) {
	w := newWorld(t).fast()
	c := w.running(5)
	require.NoError(t, w.asksOne(c.ID))
	must(w.Pause(w.as(), c.ID))
	turn := w.turn(c.ID)
	require.Equal(t, []any{"paused", "by_hand", 0, 4, 1}, []any{turn.State, turn.Reason, turn.Told, turn.Waiting, turn.Open})
	require.False(t, turn.More || turn.Done)
	must(w.Cancel(w.as(), c.ID))
	turn = w.turn(c.ID)
	require.False(t, turn.Done, "what is under way is settled")
	require.Equal(t, map[string]int{"asked": 1, "not_sent campaign_cancelled": 4}, w.states(c.ID))
	w.settles(c.ID, "accepted", "")
	require.True(t, w.turn(c.ID).Done)
	require.Equal(t, campaign.Cancelled, must(w.Get(t.Context(), c.ID)).State)
}

func (w *world) asksOne(id uuid.UUID) error {
	_, err := w.Claim(w.Context(), id, 1)
	return err
}

func TestAtItsEndNobodyNewIsAsked(t *testing.T) {
	w := newWorld(t).fast()
	end := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	c := w.running(3, func(d *campaign.Definition) { d.EndAt = end })
	require.NoError(t, w.asksOne(c.ID))
	must(w.Pause(w.as(), c.ID))
	require.Equal(t, end, w.turn(c.ID).NextAt, "a pause lasts until then at most")
	w.exec(`UPDATE campaigns SET end_at = now()`)
	require.False(t, w.turn(c.ID).Done)
	require.Equal(t, map[string]int{"asked": 1, "not_sent campaign_ended": 2}, w.states(c.ID))
	w.settles(c.ID, "refused", "opted_out")
	require.True(t, w.turn(c.ID).Done)
	require.Equal(t, campaign.Finished, must(w.Get(t.Context(), c.ID)).State)
}

func TestACampaignThatIsOverWaitsOnlyForThoseWhoAreOpen(t *testing.T) {
	for name, over := range map[string]func(*world, uuid.UUID){
		"ended":     func(w *world, id uuid.UUID) { w.exec(`UPDATE campaigns SET end_at = now() WHERE id = $1`, id) },
		"cancelled": func(w *world, id uuid.UUID) { must(w.Cancel(w.as(), id)) },
		"ended in a pause": func(w *world, id uuid.UUID) {
			must(w.Pause(w.as(), id))
			w.exec(`UPDATE campaigns SET end_at = now() WHERE id = $1`, id)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).fast()
			c := w.running(3)
			require.NoError(t, w.asksOne(c.ID))
			over(w, c.ID)
			turn := w.turn(c.ID)
			require.False(t, turn.More || turn.Done)
			require.True(t, turn.NextAt.IsZero(), "an end that has passed is nothing to wait for: the run would look again at once, and again")
			require.Equal(t, 1, turn.Open)

			// Its conversation has read the campaign before its end, and refuses it for now after that.
			w.exec(`UPDATE campaign_recipients SET state = 'held', code = 'quiet_hours', due_at = now() + interval '9 hours' WHERE state = 'asked'`)
			for range 2 {
				turn = w.turn(c.ID)
			}
			require.True(t, turn.Done, "nobody waits for the morning to be written off")
			require.Zero(t, w.states(c.ID)["held quiet_hours"])
		})
	}
}

func TestANumberThatHasBegunWithAllItsContactsIsNotAskedAgainAtOnce(t *testing.T) {
	w := newWorld(t).fast()
	w.exec(`UPDATE business_numbers SET contacts_per_day = 1`)
	c := w.running(2)
	w.sent(time.Now().Add(-time.Hour), "planned", "12025550101")
	w.exec(`UPDATE campaign_recipients SET state = 'held', code = 'agent_at_work', due_at = now() - interval '1 minute'`)
	turn := w.turn(c.ID)
	require.Zero(t, turn.Told)
	require.False(t, turn.More || turn.Done)
	require.Greater(t, time.Until(turn.NextAt), 22*time.Hour, "those whose time has come wait for the number as well")
}

func TestWhoIsHeldBackIsWaitedFor(t *testing.T) {
	w := newWorld(t).fast()
	c := w.running(2)
	due := time.Now().Add(10 * time.Minute).UTC().Truncate(time.Second)
	w.exec(`UPDATE campaign_recipients SET state = 'held', code = 'agent_at_work', due_at = $1`, due)
	turn := w.turn(c.ID)
	require.Equal(t, due, turn.NextAt)
	require.False(t, turn.More || turn.Done)
	require.Empty(t, w.temporal.asked)
}

func TestAQuestionThatGotLostIsAskedAgain(t *testing.T) {
	w := newWorld(t).fast()
	c := w.running(2)
	w.temporal.offline = true
	_, err := w.Advance(t.Context(), c.ID, func() {})
	require.Error(t, err, "Temporal is away, and the activity is tried again")
	require.Equal(t, map[string]int{"asked": 2}, w.states(c.ID))
	w.temporal.offline = false
	w.turn(c.ID)
	require.Empty(t, w.temporal.asked, "they may yet be on their way")
	w.exec(`UPDATE campaign_recipients SET asked_at = now() - interval '61 seconds'`)
	w.turn(c.ID)
	require.Len(t, w.temporal.asked, 2)
	w.turn(c.ID)
	require.Len(t, w.temporal.asked, 2, "and not again at once")
	w.exec(`UPDATE campaign_recipients SET state = 'planned', asked_at = now() - interval '2 minutes'`)
	w.turn(c.ID)
	require.Len(t, w.temporal.asked, 2, "a send takes its time")
	w.exec(`UPDATE campaign_recipients SET asked_at = now() - interval '11 minutes'`)
	must(w.Pause(w.as(), c.ID))
	w.turn(c.ID)
	require.Len(t, w.temporal.asked, 4, "one whose run is gone is found also while the campaign is paused")
}

func TestASendIsAskedAfterInTheConversationInWhichItWasPlanned(t *testing.T) {
	w := newWorld(t).fast()
	c := w.running(2)
	w.turn(c.ID)
	w.temporal.askedIn = nil
	// One of two conversations has planned, and has become part of the other since (W10), as intake would have it.
	lost, root := ask[uuid.UUID](w, `SELECT conversation_id FROM campaign_recipients ORDER BY id LIMIT 1`), ask[uuid.UUID](w,
		`SELECT conversation_id FROM campaign_recipients ORDER BY id DESC LIMIT 1`)
	w.exec(`INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, template, template_name, critical, state, planned_at, not_after, campaign_id)
		SELECT r.id, v.id, v.business_number_id, v.contact_id, 'campaign', 'template', '{}', 'come_back', false, 'planned', now(), now() + interval '1 day', r.campaign_id
		FROM campaign_recipients r JOIN conversations v ON v.id = r.conversation_id WHERE v.id = $1`, lost)
	w.exec(`UPDATE conversations SET merged_into = $2 WHERE id = $1`, lost, root)
	w.exec(`UPDATE campaign_recipients SET state = 'planned', conversation_id = $2, asked_at = now() - interval '11 minutes' WHERE conversation_id = $1`, lost, root)
	w.turn(c.ID)
	require.Equal(t, []string{contract.ConversationWorkflowID(lost)}, w.temporal.askedIn, "the other could end nothing, and the campaign never would")
}

func TestACampaignStopsItselfAndSaysWhy(t *testing.T) {
	w := newWorld(t).fast()
	c := w.running(40)
	_, err := w.Claim(t.Context(), c.ID, 30)
	require.NoError(t, err)
	w.exec(`UPDATE campaign_recipients SET state = 'failed', code = 'undeliverable', settled_at = now()
		WHERE id IN (SELECT id FROM campaign_recipients WHERE state = 'asked' LIMIT 4)`)
	w.settles(c.ID, "accepted", "")
	turn := w.turn(c.ID)
	require.Equal(t, []any{"paused", "too_many_failures", 0}, []any{turn.State, turn.Reason, turn.Told})
	stopped := must(w.Get(t.Context(), c.ID))
	var facts campaign.Facts
	require.NoError(t, json.Unmarshal(stopped.ReasonFacts, &facts))
	require.Equal(t, campaign.Facts{Failed: 4, Of: 30, Percent: 10}, facts)
	require.Equal(t, "workflow too_many_failures", ask[string](w, `SELECT who || ' ' || (facts ->> 'reason') FROM audit WHERE action = 'stop_campaign'`))
	require.Equal(t, campaign.TooManyFailures, must(w.Pause(w.as(), c.ID)).Reason, "a hand does not take the reason's place")

	must(w.Resume(w.as(), c.ID))
	require.Equal(t, 10, w.turn(c.ID).Told, "what was before is answered for")

	w.exec(`UPDATE templates SET category = 'utility'`)
	require.Equal(t, "template_recategorised", w.turn(c.ID).Reason)
	must(w.Resume(w.as(), c.ID))
	require.Equal(t, "template_recategorised", w.turn(c.ID).Reason, "it is so still")
}

func TestACampaignOfWhichNobodyIsLeftFinishesAndDoesNotStop(t *testing.T) {
	w := newWorld(t).fast()
	budget := int64(2000)
	c := w.running(2, func(d *campaign.Definition) { d.Limits.BudgetMicros = &budget })
	require.Equal(t, 2, w.turn(c.ID).Told)
	w.exec(`UPDATE campaign_recipients SET state = 'planned', reserved_micros = 1000`)
	require.Equal(t, []any{"running", 2}, []any{w.turn(c.ID).State, w.turn(c.ID).Open}, "its budget reaches for all of them, and for nobody else")
	w.settles(c.ID, "accepted", "")
	w.exec(`UPDATE templates SET status = 'paused'`)
	turn := w.turn(c.ID)
	require.True(t, turn.Done, "it could only be cancelled else, having reached everybody")
	require.Equal(t, "finished", turn.State)
}

func TestWhatAConversationFindsForAllStopsTheCampaignAndAResumeForgetsIt(t *testing.T) {
	w := newWorld(t).fast()
	c := w.running(3)
	w.turn(c.ID)
	w.exec(`UPDATE campaign_recipients SET state = 'pending', code = 'budget_exhausted' WHERE id = (SELECT id FROM campaign_recipients LIMIT 1)`)
	turn := w.turn(c.ID)
	require.Equal(t, "budget_used_up", turn.Reason)
	require.Equal(t, 1, turn.Waiting)
	must(w.Resume(w.as(), c.ID))
	require.Equal(t, 1, w.turn(c.ID).Told)
}

func TestAPausedNumberPausesItsCampaigns(t *testing.T) {
	w := newWorld(t)
	c := w.running(1)
	w.exec(`UPDATE business_numbers SET sender_paused_at = now(), sender_paused_class = 'auth'`)
	require.Equal(t, "sender_paused", w.turn(c.ID).Reason)
}

func TestARunIsToldOfWhatItHasNotHeard(t *testing.T) {
	w := newWorld(t)
	c := must(w.Launch(w.as(), w.draft().ID, ada))
	signal := func() string { return must(w.Wanted(t.Context()))[0].Signal }
	require.Empty(t, signal(), "it knows")
	w.temporal.offline = true
	must(w.Pause(w.as(), c.ID))
	require.Equal(t, contract.SignalCampaignChanged, signal())
	w.temporal.offline = false
	require.NoError(t, must(w.Wanted(t.Context()))[0].Ensure(t.Context(), w.temporal))
	require.Empty(t, signal())
}
