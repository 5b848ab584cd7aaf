package sending_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/sending"
	"reengage/whatsapp"
	"reengage/whatsapp/cloudapi"
)

func TestWhatAnErrorMeansIsDecidedByItsClass(t *testing.T) {
	for name, c := range map[string]struct {
		code   int
		state  sending.State
		reason string
		sql    string // true of what else follows
	}{
		"the provider's trouble": {131016, sending.Planned, "", `SELECT class = 'retry' AND outcome = 'not_sent' FROM send_attempts`},
		"too fast for the number": {130429, sending.Planned, "",
			`SELECT throttled_until BETWEEN now() AND now() + interval '3 s' AND throttles = 1 FROM send_rates`},
		"too fast for the contact": {131056, sending.Planned, "", `SELECT throttled_until BETWEEN now() + interval '2 s' AND now() + interval '5 s'
			FROM pair_rates WHERE NOT EXISTS (SELECT FROM send_rates WHERE throttled_until > now())`},
		"the window is closed for the provider": {131047, sending.Failed, "window_closed",
			`SELECT count(*) = 1 FROM events JOIN conversations c ON c.disputed_at = events.occurred_at WHERE type = 'window_disputed' AND error_code = 131047`},
		"not today":                     {131049, sending.Failed, "wait_24h", `SELECT NOT EXISTS (SELECT FROM suppressions)`},
		"stopped in WhatsApp":           {131050, sending.Failed, "opted_out", `SELECT NOT opted_in AND category = 'marketing' AND source = 'whatsapp_131050' FROM consent_changes`},
		"part of an experiment":         {130472, sending.Failed, "suppressed", `SELECT scope = 'marketing' AND reason = 'experiment' FROM suppressions`},
		"undeliverable":                 {131026, sending.Failed, "suppressed", `SELECT scope = 'all' AND reason = 'undeliverable' AND source = 'whatsapp_131026' FROM suppressions`},
		"the sender itself":             {131021, sending.Failed, "suppressed", `SELECT scope = 'all' AND reason = 'recipient_is_sender' FROM suppressions`},
		"a fault of the request":        {131009, sending.Failed, "request_fault", `SELECT error_code = 131009 FROM sends`},
		"a sender that may not":         {131031, sending.Planned, "", `SELECT sender_paused_class = 'sender_paused' AND sender_paused_code = 131031 FROM business_numbers WHERE phone_number_id = '106540000000001'`},
		"a token that does not hold":    {190, sending.Planned, "", `SELECT sender_paused_class = 'auth' FROM business_numbers WHERE phone_number_id = '106540000000001'`},
		"a number without registration": {133010, sending.Planned, "", `SELECT sender_paused_class = 'registration' FROM business_numbers WHERE phone_number_id = '106540000000001'`},
		"a code nobody knows":           {987654, sending.Failed, "unknown", `SELECT error_code = 987654 FROM sends`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.writes(shop, ada, time.Hour)
			planned := w.saysTo(id, "Good morning")
			w.provider.answer(refusing(c.code))
			result := w.sends(id, planned)
			require.Equal(t, c.state, result.State)
			require.Equal(t, conversation.Code(c.reason), result.Reason)
			require.Equal(t, "true", w.one(`SELECT (`+c.sql+`)::text`))
			if c.state == sending.Planned {
				require.Equal(t, 2, result.Attempt)
				require.True(t, result.RetryAt.After(time.Now()))
			} else {
				require.Equal(t, c.code, result.Code)
				require.Equal(t, 1, result.Attempt)
			}
			require.Len(t, w.provider.posts(), 1)
		})
	}
}

func TestATemplateThatTheProviderHasPausedIsNotedAsThat(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.plans(sending.PlanRequest{ConversationID: id, Template: update()})
	w.provider.answer(refusing(132015))
	require.Equal(t, conversation.Code("template_fault"), w.sends(id, *planned.Send).Reason)
	require.Equal(t, "paused", w.one(`SELECT status FROM templates WHERE name = 'order_update'`))
	next := w.plans(sending.PlanRequest{ConversationID: id, Template: update()})
	require.Equal(t, conversation.TemplateNotApproved, next.Answer.Verdict.Code)
}

func TestPeopleAreToldOnceThatANumberIsPaused(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	first, second := w.saysTo(id, "One"), w.saysTo(id, "Two")
	w.provider.answer(refusing(131031))
	again := w.sends(id, first)
	require.Equal(t, sending.Planned, w.sends(id, second).State)
	require.Equal(t, sending.Planned, w.sends(id, again).State)
	require.Len(t, w.provider.posts(), 1, "nobody else tries")
	require.Equal(t, "1", w.one(`SELECT count(*)::text FROM notifications WHERE type = 'number.paused'`))
	require.NotContains(t, w.one(`SELECT payload::text FROM notifications`), ada)
}

func TestAPassingTroubleIsTriedAgainForAsLongAsTheMessageCanGo(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	next := w.saysTo(id, "Good morning")
	refused := func(context.Context, cloudapi.Message) (cloudapi.Accepted, error) { // as a refused connection is
		return cloudapi.Accepted{}, &cloudapi.SendError{Outcome: cloudapi.NotSent, Failure: cloudapi.Failure{Class: whatsapp.ClassRetry, Reason: cloudapi.ReasonConnect}}
	}
	for n := range 12 {
		w.provider.answer(refused)
		before := time.Now()
		next = w.sends(id, next)
		require.Equal(t, sending.Planned, next.State)
		wait := min(time.Second<<n, time.Minute)
		if n >= 9 {
			wait = 5 * time.Minute
		}
		comesAgain(t, before, wait, next)
	}
	require.Equal(t, planned(w.provider.posts()[11].OpaqueData), "/12")
	// The window ends before the next attempt would come.
	w.exec(`UPDATE conversations SET last_inbound_at = now() - interval '24 hours' + interval '20 seconds', expires_at = now() + interval '20 seconds',
		opened_at = now() - interval '24 hours' + interval '20 seconds' WHERE id = $1`, id)
	w.provider.answer(refused)
	next = w.sends(id, next)
	require.Equal(t, sending.Planned, next.State)
	require.WithinDuration(t, time.Now().Add(20*time.Second), next.RetryAt, 15*time.Second)
}

func planned(opaque string) string { return opaque[36:] }

func TestThrottlesInARowLastLongerAndDoNotWearASendOut(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	next := w.saysTo(id, "Good morning")
	for n := 1; n <= 12; n++ {
		w.provider.answer(refusing(130429))
		before := time.Now()
		next = w.sends(id, next)
		require.Equal(t, sending.Planned, next.State)
		comesAgain(t, before, min(time.Second<<n, time.Minute), next)
		if n > 1 { // two seconds an attempt would wait for by itself
			require.Equal(t, sending.Planned, w.sends(id, next).State, "before that nobody sends")
		}
		w.exec(`UPDATE send_rates SET throttled_until = now() - interval '1 s', next_at = '-infinity'`)
	}
	require.Len(t, w.provider.posts(), 12)
	require.Equal(t, sending.Accepted, w.sends(id, next).State)
}

func TestTheFallbackGoesIfTheProviderConsidersTheWindowClosed(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	w.consents(id, "utility", true)
	planned := w.plans(sending.PlanRequest{ConversationID: id, Text: "Good morning", Fallback: update()})
	w.provider.answer(refusing(131047))
	result := w.sends(id, *planned.Send)
	require.Equal(t, sending.Failed, result.State)
	require.True(t, result.Facts.Disputed())
	require.NotNil(t, result.Fallback)
	require.Equal(t, sending.Accepted, w.sends(id, *result.Fallback).State)
}

// fails is a status that says why an accepted send has not arrived.
func (w *world) fails(r sending.Result, code int) {
	w.Helper()
	wamid := w.one(`SELECT e.wamid FROM events e JOIN sends s ON s.message_id = e.id WHERE s.id = $1`, r.SendID)
	w.reports(wamid, "failed", r.SendID.String()+"/1", code)
}

// The same error can come in the answer, in a status, or in both.
func TestTheFallbackGoesIfAStatusSaysThatTheWindowIsClosed(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	w.consents(id, "utility", true)
	planned := w.plans(sending.PlanRequest{ConversationID: id, Text: "Good morning", Fallback: update()})
	accepted := w.sends(id, *planned.Send)
	require.Nil(t, w.settles(id, accepted).Fallback, "as long as it has not failed")
	w.fails(accepted, 131047)
	for range 2 { // whoever asks twice gets the same one
		result := w.settles(id, sending.Result{SendID: accepted.SendID})
		require.True(t, result.Facts.Disputed())
		require.NotNil(t, result.Fallback)
		require.Equal(t, result.Fallback.SendID, w.row(accepted.SendID).ReplacedBy)
	}
	require.Equal(t, sending.Accepted, w.sends(id, *w.settles(id, accepted).Fallback).State)
	require.Nil(t, w.settles(id, accepted).Fallback)
	require.Len(t, w.provider.posts(), 2)
}

func TestAKeptReplyGoesBackToTheAgentIfAStatusSaysThatTheWindowIsClosed(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, 30*time.Hour)
	kept := w.keeps(id, "one", "Hello").Answer.KeptReplyID
	w.writes(shop, ada, time.Minute)
	accepted := w.sends(id, *w.releases(id, kept, "").Send)
	w.fails(accepted, 131047)
	w.settles(id, accepted)
	require.Equal(t, "offered", w.kept(kept))
}

func TestTheFallbackNeedsTheConsentThatAnyTemplateNeeds(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.plans(sending.PlanRequest{ConversationID: id, Text: "Good morning", Fallback: update()})
	w.provider.answer(refusing(131047))
	result := w.sends(id, *planned.Send)
	require.Nil(t, result.Fallback)
	require.Equal(t, "opt_in_required", w.one(`SELECT reason FROM sends WHERE origin = 'fallback' AND state = 'refused'`))
	require.Empty(t, result.Facts.TemplatePending)
}

func TestTheProvidersWordsAreKeptOnlyOfCodesThatNobodyKnows(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.saysTo(id, "Good morning")
	w.provider.answer(func(context.Context, cloudapi.Message) (cloudapi.Accepted, error) {
		return cloudapi.Accepted{}, &cloudapi.SendError{Outcome: cloudapi.NotSent, Failure: cloudapi.Failure{Code: 987654, HasCode: true,
			Class: whatsapp.ClassUnknown, Details: "Something new"}}
	})
	w.sends(id, planned)
	require.Equal(t, "Something new", w.row(planned.SendID).Details)
}

func TestAnErrorThatIsNoneOfTheProvidersIsUnknown(t *testing.T) {
	w := newWorld(t)
	id := w.writes(shop, ada, time.Hour)
	planned := w.saysTo(id, "Good morning")
	w.provider.answer(func(context.Context, cloudapi.Message) (cloudapi.Accepted, error) {
		return cloudapi.Accepted{}, errors.Join(net.ErrClosed)
	})
	require.Equal(t, sending.Unknown, w.sends(id, planned).State)
}
