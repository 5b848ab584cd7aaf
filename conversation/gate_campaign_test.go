package conversation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/conversation"
)

// broadcast is a wish of a campaign's that nothing is known against.
func broadcast(category conversation.Category) conversation.Wish {
	w := approved(category)
	w.Automatic, w.NeedsOptIn, w.HoldBack = true, true, true
	return w
}

// K1 and K4, at the edges of the window.
func TestACampaignAsksForAStatedOptInAndWaitsForWhoWaits(t *testing.T) {
	answered := written().WithOutbound(opens.Add(time.Minute), false)
	type want struct {
		code conversation.Code
		rule string
	}
	allowed, noOptIn, atWork := want{conversation.Allowed, "gate"}, want{conversation.OptInRequired, "K1"}, want{conversation.AgentAtWork, "K4"}
	optedOut := want{conversation.OptedOutOf, "gate"}
	for name, c := range map[string]struct {
		facts               conversation.Facts
		at                  time.Time
		none, in, out, talk want // talk: opted in, and the campaign talks over
	}{
		"never written":               {conversation.Facts{}, opens, noOptIn, allowed, optedOut, allowed},
		"waits, as it writes":         {written(), opens, noOptIn, atWork, optedOut, allowed},
		"waits, the window expiring":  {written(), closes.Add(-time.Second), noOptIn, atWork, optedOut, allowed},
		"waits, the window closed":    {written(), closes, noOptIn, allowed, optedOut, allowed},
		"waits, the window disputed":  {disputed(opens.Add(time.Hour)), opens.Add(2 * time.Hour), noOptIn, allowed, optedOut, allowed},
		"answered, the window open":   {answered, opens.Add(time.Hour), noOptIn, allowed, optedOut, allowed},
		"answered, the window closed": {answered, closes, noOptIn, allowed, optedOut, allowed},
	} {
		for _, category := range conversation.Categories {
			t.Run(name+"/"+string(category), func(t *testing.T) {
				ask := func(consent conversation.Consent, talkOver bool) want {
					circumstances := conversation.Circumstances{Facts: c.facts}
					if consent != conversation.NoConsent {
						circumstances.Permissions = circumstances.Permissions.WithConsent(category, consent == conversation.OptedIn)
					}
					w := broadcast(category)
					w.HoldBack = !talkOver
					v := conversation.Gate(circumstances, w, c.at)
					require.NotEmpty(t, v.Sentence)
					return want{v.Code, v.Rule}
				}
				require.Equal(t, []want{c.none, c.in, c.out, c.talk}, []want{ask(conversation.NoConsent, false), ask(conversation.OptedIn, false),
					ask(conversation.OptedOut, false), ask(conversation.OptedIn, true)})
			})
		}
	}
}

func TestWhoIsHeldBackIsToldSinceWhenTheyWait(t *testing.T) {
	c := conversation.Circumstances{Facts: written(), Permissions: conversation.Permissions{Marketing: conversation.OptedIn}}
	v := conversation.Gate(c, broadcast(conversation.Marketing), opens.Add(time.Hour))
	require.Equal(t, conversation.VerdictFacts{WaitingSince: opens, ExpiresAt: closes}, v.Facts)
}

// Everything stands in the way of a campaign's message at once. What will not pass is named before what will.
func TestACampaignIsRefusedForGoodBeforeItIsHeld(t *testing.T) {
	c := conversation.Circumstances{Facts: written(), Permissions: conversation.Permissions{SenderPaused: "auth", Suppressed: "manual",
		Marketing: conversation.OptedOut}}
	c.Facts.TemplatePending = conversation.TemplatePlanned
	w := broadcast(conversation.Marketing)
	w.Stopped, w.Status, w.AlreadySent = "paused", "paused", true
	w.Caps = []conversation.CapUse{{Max: 1, Per: aDay, Sent: 1}}
	w.Quiet = &conversation.Quiet{Hours: conversation.QuietHours{From: "00:00", To: "23:59"}}
	w.Budget = &conversation.BudgetUse{PriceMicros: 1, Period: "campaign", Currency: "EUR"}
	now := opens.Add(time.Hour)
	for _, o := range []struct {
		code  conversation.Code
		rule  string
		clear func()
	}{
		{conversation.CampaignStopped, "K6", func() { w.Stopped = "" }},
		{conversation.SenderPaused, "gate", func() { c.Permissions.SenderPaused = "" }},
		{conversation.Suppressed, "gate", func() { c.Permissions.Suppressed = "" }},
		{conversation.TemplateNotApproved, "gate", func() { w.Status = "approved" }},
		{conversation.OptedOutOf, "gate", func() { c.Permissions.Marketing = conversation.NoConsent }},
		{conversation.OptInRequired, "K1", func() { c.Permissions.Marketing = conversation.OptedIn }},
		{conversation.AlreadySent, "K3", func() { w.AlreadySent = false }},
		{conversation.FrequencyCapped, "policy", func() { w.Caps = nil }},
		{conversation.SendInProgress, "W6", func() { c.Facts.TemplatePending = "" }},
		{conversation.AgentAtWork, "K4", func() { c.Facts = c.Facts.WithOutbound(now, false) }},
		{conversation.QuietHoursNow, "policy", func() { w.Quiet = nil }},
		{conversation.BudgetExhausted, "policy", func() { w.Budget = nil }},
		{conversation.Allowed, "gate", func() {}},
	} {
		v := conversation.Gate(c, w, now)
		require.Equal(t, []any{o.code, o.rule}, []any{v.Code, v.Rule}, v.Sentence)
		o.clear()
	}
}

func TestACampaignThatDoesNotRunSaysSo(t *testing.T) {
	for state, sentence := range map[string]string{"paused": "the campaign is paused", "cancelled": "the campaign is cancelled",
		conversation.CampaignEnded: "the campaign has come to its end"} {
		w := broadcast(conversation.Marketing)
		w.Stopped = state
		v := conversation.Gate(conversation.Circumstances{}, w, opens)
		require.Equal(t, []any{conversation.CampaignStopped, sentence, state}, []any{v.Code, v.Sentence, v.Facts.Campaign})
	}
}
