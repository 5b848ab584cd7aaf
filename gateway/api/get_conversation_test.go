package api_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/gateway/api"
)

func (f *fixture) conversationAt(id uuid.UUID, now time.Time) api.Conversation {
	f.t.Helper()
	c, err := (&api.GetConversation{ID: id}).Execute(f.t.Context(), f.api, now)
	require.NoError(f.t, err)
	return c
}

func TestAClaimIsShownToTheOthersAsLongAsItLasts(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{inbound: noon.Add(-48 * time.Hour)})
	f.exec("UPDATE conversations SET resume_claimed_by = 'Grace Example', resume_claimed_until = $1", noon)
	require.Equal(t, &api.ResumeClaim{By: "Grace Example", Until: noon}, f.conversationAt(id, noon.Add(-time.Second)).ResumeClaim)
	require.Nil(t, f.conversationAt(id, noon).ResumeClaim)
	page, err := (&api.ListConversations{}).Execute(t.Context(), f.api, noon.Add(-time.Second))
	require.NoError(t, err)
	require.Equal(t, "Grace Example", page.Items[0].ResumeClaim.By, "in a list as well")
	f.exec("UPDATE conversations SET last_inbound_at = $1, opened_at = $1, expires_at = $1::timestamptz + interval '24 hours'", noon.Add(-time.Minute))
	require.Nil(t, f.conversationAt(id, noon.Add(-time.Second)).ResumeClaim, "there is nothing to resume in an open window")
}

// Somebody has closed the window by hand: until the contact writes again nobody is reminded, and nothing says otherwise.
func TestAWindowThatIsLeftAloneHasNoReminderBeforeItsEnd(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{inbound: noon.Add(-time.Hour)})
	kind := func() conversation.WakeKind {
		page, err := (&api.ListConversations{}).Execute(t.Context(), f.api, noon)
		require.NoError(t, err)
		one := f.conversationAt(id, noon).Next.Kind
		require.Equal(t, one, page.Items[0].Next.Kind)
		return one
	}
	left := func(now time.Time) bool {
		page, err := (&api.ListConversations{}).Execute(t.Context(), f.api, now)
		require.NoError(t, err)
		one := f.conversationAt(id, now).LeftAlone
		require.Equal(t, one, page.Items[0].LeftAlone, "in a list as well")
		return one
	}
	require.Equal(t, conversation.WakeReminder, kind())
	require.False(t, left(noon))
	f.exec(`INSERT INTO decisions (conversation_id, key, at, subject, allowed, rule, code, sentence, facts)
		SELECT id, 'close/one', $1, 'close', true, 'close', 'allowed', 'closed', jsonb_build_object('expires_at', expires_at) FROM conversations`, noon.Add(-time.Minute))
	require.Equal(t, conversation.WakeExpiring, kind())
	require.True(t, left(noon))
	require.True(t, left(noon.Add(23*time.Hour-time.Second)))
	require.False(t, left(noon.Add(23*time.Hour)), "the window has closed by itself")
	f.exec("UPDATE conversations SET last_inbound_at = $1, expires_at = $1::timestamptz + interval '24 hours'", noon.Add(-time.Second))
	require.Equal(t, conversation.WakeReminder, kind(), "the contact has written again")
	require.False(t, left(noon))
}

// W6: expired, with the note "may have arrived" until a status settles it.
func TestATemplateWhoseOutcomeStayedUnknownIsNotedUntilItIsSettled(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{inbound: noon.Add(-48 * time.Hour)})
	send := f.addSend(id) // planned at noon
	at := noon.Add(time.Hour)
	require.Nil(t, f.conversationAt(id, at).Note)
	f.exec("UPDATE sends SET state = 'unknown', unknown_at = now()")
	require.Nil(t, f.conversationAt(id, at).Note, "it is still waited for: the status says so")
	f.exec("UPDATE sends SET final = true")
	note := f.conversationAt(id, at).Note
	require.Equal(t, "may_have_arrived", note.Code)
	require.Equal(t, send, note.SendID)
	require.Equal(t, noon, note.At)
	require.Contains(t, note.Sentence, "may have arrived")
	require.EqualValues(t, "expired", f.conversationAt(id, at).Status)
	f.exec("UPDATE conversations SET last_inbound_at = $1, opened_at = $1, expires_at = $1::timestamptz + interval '24 hours'", noon.Add(time.Minute))
	require.Nil(t, f.conversationAt(id, at).Note, "the contact has written since")
	require.Nil(t, f.conversationAt(id, at.Add(48*time.Hour)).Note)
	f.exec("UPDATE conversations SET last_inbound_at = $1, opened_at = $1, expires_at = $1::timestamptz + interval '24 hours'", noon.Add(-48*time.Hour))
	f.exec("UPDATE sends SET unknown_at = NULL, state = 'planned', final = false")
	f.goes(send, id, "delivered", noon)
	require.Nil(t, f.conversationAt(id, at).Note, "settled")
}

func TestAConversationShowsItsKeptReplyAndItsPlan(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{inbound: noon.Add(-48 * time.Hour)})
	send, kept := f.addSend(id), uuid.New()
	f.exec(`INSERT INTO kept_replies (id, conversation_id, text, template_send, state, kept_at, keep_until, changed_at)
		VALUES ($1, $2, 'Yes, it is', $3, 'kept', $4, $5, $4)`, kept, id, send, noon, noon.Add(time.Hour))
	f.exec(`INSERT INTO reengagement_plans (conversation_id, window_end, next_attempt, attempts, due_at, template_name, plan) VALUES ($1, $2, 2, 2, $3, 'come_back',
		jsonb_build_object('next', 1, 'due_at', $3::timestamptz, 'policy', '{"attempts": [{"template": "hello", "language": "en_US"}, {"template": "come_back", "language": "en_US"}]}'::jsonb))`,
		id, noon, noon.Add(2*time.Hour))
	c := f.conversationAt(id, noon)
	require.Equal(t, &api.KeptReply{ID: kept, Text: "Yes, it is", State: "kept", KeptAt: noon, KeepUntil: noon.Add(time.Hour), ChangedAt: noon, TemplateSend: send}, c.KeptReply)
	require.Equal(t, &api.PlannedAttempt{Attempt: 2, Of: 2, DueAt: noon.Add(2 * time.Hour), Template: "come_back"}, c.Plan)
	require.Equal(t, noon.Add(2*time.Hour), c.Next.At)
	f.exec("UPDATE kept_replies SET state = 'offered'")
	require.EqualValues(t, "offered", f.conversationAt(id, noon).KeptReply.State)
	f.exec("UPDATE kept_replies SET state = 'discarded'")
	require.Nil(t, f.conversationAt(id, noon).KeptReply)
}
