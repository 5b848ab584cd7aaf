package intake_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/conversation"
	"reengage/db"
	"reengage/intake"
	"reengage/workflows/contract"
)

func TestWhatARunIsStartedWithNamesNobody(t *testing.T) {
	s, pool := newStore(t)
	deliver(t, s, webhook(shop, []object{text("wamid.1", receivedAt, ada)}, nil))
	until := receivedAt.Add(10 * time.Minute)
	id := value[uuid.UUID](t, pool, "UPDATE conversations SET resume_claimed_until = $1, resume_claimed_by = 'Grace' RETURNING id", until)

	loaded, err := intake.Load(t.Context(), db.New(pool), id, clock.Clock{}, receivedAt)
	require.NoError(t, err)
	require.Equal(t, "+44•••01", loaded.Contact.Label)
	require.Equal(t, until, loaded.Facts.ResumeClaimedUntil)
	require.Empty(t, loaded.Facts.ResumeClaimedBy, "the agent")
}

func TestARunIsStartedWithWhatMattersToSending(t *testing.T) {
	s, pool := newStore(t)
	p := plant(t, s, pool, "template", "inflight", 1)
	deliver(t, s, webhook(shop, []object{says("wamid.2", "STOP", sentAt)}, nil))
	require.NoError(t, s.Suppress(t.Context(), receivedAt, p.contact(), true, "an operator"))
	_, err := pool.Exec(t.Context(), "UPDATE business_numbers SET sender_paused_at = $1, sender_paused_class = 'auth'", receivedAt)
	require.NoError(t, err)
	kept := uuid.New()
	_, err = pool.Exec(t.Context(), `INSERT INTO kept_replies (id, conversation_id, text, template_send, state, kept_at, keep_until, changed_at)
		SELECT $1, conversation_id, 'Later', id, 'kept', $2::timestamptz, $2::timestamptz + interval '7 days', $2 FROM sends`, kept, sentAt)
	require.NoError(t, err)
	load := func() contract.Loaded {
		loaded, err := intake.Load(t.Context(), db.New(pool), value[uuid.UUID](t, pool, "SELECT id FROM conversations"), clock.Clock{}, receivedAt)
		require.NoError(t, err)
		return loaded
	}
	loaded := load()
	require.Equal(t, conversation.Permissions{Marketing: "out", SuppressedMarketing: "manual", SenderPaused: "auth"}, loaded.Permissions)
	require.Equal(t, &conversation.Kept{ID: kept.String(), At: sentAt, Until: sentAt.Add(7 * 24 * time.Hour)}, loaded.Kept)
	require.Equal(t, conversation.TemplateInflight, loaded.Facts.TemplatePending)
	require.Equal(t, []contract.OpenSend{{SendID: value[uuid.UUID](t, pool, "SELECT id FROM sends"), Attempt: 1}}, loaded.Open)
	require.Nil(t, loaded.Plan)
	plan := conversation.Plan{WindowEnd: sentAt, LastInboundAt: sentAt, DueAt: receivedAt, Policy: conversation.Policy{
		Attempts: []conversation.AttemptPolicy{{Template: "come_back", Language: "en_US"}}}}
	_, err = pool.Exec(t.Context(), `INSERT INTO reengagement_plans (conversation_id, window_end, next_attempt, attempts, due_at, template_name, plan)
		SELECT id, $1, 1, 1, $1, 'come_back', $2 FROM conversations`, sentAt, plan)
	require.NoError(t, err)
	require.Equal(t, &plan, load().Plan)
	_, err = pool.Exec(t.Context(), "UPDATE kept_replies SET state = 'offered'")
	require.NoError(t, err)
	require.Nil(t, load().Kept, "it waits for the agent now")
}

func TestAContactLivesWhereWeAreToldElseWhereItsPhoneIsElseWhereTheNumberIs(t *testing.T) {
	phone := func(digits string) db.Contact { return db.Contact{Phone: &digits} }
	seconds := func(c db.Contact) int {
		zone := intake.ZoneOf(c, db.BusinessNumber{TimeZone: "Asia/Tokyo"}, receivedAt)
		require.NotEmpty(t, zone)
		return zone[0].Seconds
	}
	require.Equal(t, 3600, seconds(phone("447700900101")), "British summer time")
	require.Equal(t, 5*3600+1800, seconds(phone("910000000001")))
	require.Equal(t, -4*3600, seconds(phone("12025550101")), "Washington")
	require.Equal(t, 9*3600, seconds(db.Contact{}))
	require.Equal(t, 9*3600, seconds(phone("99999999999")), "no numbering plan has it")
	told := phone("447700900101")
	told.TimeZone = "America/Sao_Paulo"
	require.Equal(t, -3*3600, seconds(told))
	told.TimeZone = "Not/AZone"
	require.Equal(t, 3600, seconds(told), "what cannot be read is as if it were not there")
}
