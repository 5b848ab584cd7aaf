package console

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/gateway/api"
	"reengage/sending"
)

func TestABlockedComposerSaysWhyAndWhatCanBeDone(t *testing.T) {
	for _, tt := range []struct {
		name         string
		change       func(*dossier)
		why, instead string
	}{
		{"closed", func(d *dossier) { d.closed(conversation.Expired) },
			"The window has closed: the contact last wrote on 19 Nov, 10:00.", "Resume sends one"},
		{"a template is out", func(d *dossier) { d.closed(conversation.AwaitingReply) }, "has not answered yet", "Resume sends one"},
		{"a template is on its way", func(d *dossier) {
			d.closed(conversation.Resuming)
			d.c.CanSend = conversation.CanSend{Reason: conversation.SendInProgress}
		}, "A template is on its way.", "as soon as it is known"},
		{"not opted in", func(d *dossier) {
			d.closed(conversation.Expired)
			d.c.CanSend = conversation.CanSend{Reason: conversation.OptInRequired}
		}, "The window has closed", "has not opted in"},
		{"opted out", func(d *dossier) {
			d.closed(conversation.Expired)
			d.c.CanSend = conversation.CanSend{Reason: conversation.OptedOutOf}
		}, "The window has closed", "opted out of templates of every kind"},
		{"never written", func(d *dossier) { d.closed(conversation.Expired); d.c.LastInboundAt = nil }, "has never written", "Resume sends one"},
		{"the last seconds", func(d *dossier) {
			d.window(15 * time.Second)
			d.c.CanSend = conversation.CanSend{Template: true, Reason: conversation.WindowClosed}
		}, "closes in a few seconds", "A template may be sent instead."},
		{"suppressed", func(d *dossier) {
			d.c.CanSend = conversation.CanSend{Reason: conversation.Suppressed}
			d.contact.Suppressions = []api.Suppression{{Scope: "all", InForce: true}}
		}, "it is suppressed", "can be lifted"},
		{"paused", func(d *dossier) { d.c.CanSend = conversation.CanSend{Reason: conversation.SenderPaused} }, "it has been paused", "Numbers"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := storyDossier()
			tt.change(&d)
			v := viewOf(d, draft{Text: "Yes."}, nil).Composer
			require.False(t, v.Enabled)
			require.Contains(t, v.Why, tt.why)
			require.Contains(t, v.Instead, tt.instead)
			require.Equal(t, "Yes.", v.Draft.Text)
			require.Equal(t, d.c.Window == nil, v.Resume.Enabled, "W6: for closed windows")
		})
	}
}

func TestEveryCategoryThatTheGateRefusesIsGreyed(t *testing.T) {
	d := storyDossier()
	refused := func() (all []string) {
		for _, g := range categoriesOf(d, "") {
			all = append(all, g.Category+": "+g.Refused)
		}
		return all
	}
	require.Equal(t, []string{"Marketing: The contact has opted out of marketing messages", "Utility: "}, refused())
	d.closed(conversation.Expired)
	d.contact.Consent["utility"] = "none"
	require.Equal(t, []string{"Marketing: The contact has opted out of marketing messages",
		"Utility: The window is closed and the contact has not opted in to utility messages"}, refused())
	d.number.SenderPaused = &api.SenderPaused{Class: "manual"}
	require.Equal(t, "Utility: The business number sends nothing at the moment", refused()[1])
}

func TestAKeptReplyIsSentOnlyWhileTheWindowIsOpen(t *testing.T) {
	d := storyDossier()
	d.keeps(sending.KeptOffered)
	require.True(t, keptOf(d, time.UTC).Open)
	d.closed(conversation.AwaitingReply)
	require.False(t, keptOf(d, time.UTC).Open, "the gate would refuse it")
}

func TestADayStandsAboveItsFirstEntryAndTheFirstOfAllAboveTheList(t *testing.T) {
	d := storyDossier()
	v := timelineOf(d.c.ID, d.timeline, zoneOf("Asia/Tokyo"), "")
	var days []string
	for _, e := range v.Entries {
		if e.NewDay {
			days = append(days, e.At.Date)
		}
	}
	require.Equal(t, "2026-11-18", v.First.Date, "in Tokyo it is tomorrow already")
	require.Equal(t, []string{"2026-11-19", "2026-11-20"}, days)
	require.Nil(t, timelineOf(d.c.ID, d.timeline, time.UTC, "2026-11-19").Ends, "what follows has the same day")
	require.Equal(t, "Saturday, 21 November 2026", timelineOf(d.c.ID, d.timeline, time.UTC, "2026-11-21").Ends.Day)
	require.Nil(t, timelineOf(d.c.ID, d.timeline, time.UTC, "<b>").Ends)
}

func TestAFormIsTheSameRequestUntilSomethingHasHappened(t *testing.T) {
	d := storyDossier()
	key := keyOf("message", d)
	require.Equal(t, key, keyOf("message", d))
	require.NotEqual(t, key, keyOf("template", d))
	d.timeline.Items = append([]api.TimelineItem{wrote(0, "Hello?")}, d.timeline.Items...)
	require.NotEqual(t, key, keyOf("message", d))
	d.again = true
	require.NotEqual(t, keyOf("message", d), keyOf("message", d), "a refusal is the answer to its key for ever")
}
