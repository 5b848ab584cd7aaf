package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
	"reengage/whatsapp"
)

// addSend makes a template send of a conversation as far as planned, and returns its id.
func (f *fixture) addSend(conversation uuid.UUID) uuid.UUID {
	f.t.Helper()
	id := uuid.New()
	f.exec(`INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, template, template_name, category,
			state, planned_at, not_after)
		SELECT $1, c.id, c.business_number_id, c.contact_id, 'request', 'template',
			'{"name": "thanks", "language": "en_US", "parameters": ["Ada"]}', 'thanks', 'utility', 'planned', $3, $3::timestamptz + interval '1 day'
		FROM conversations c WHERE c.id = $2`, id, conversation, noon)
	return id
}

func (f *fixture) send(id uuid.UUID) (s api.Send) {
	f.t.Helper()
	require.Equal(f.t, http.StatusOK, f.call("GET", "/v1/sends/"+id.String(), "", &s).StatusCode)
	return s
}

func TestASendIsShownAsFarAsItsMessageHasGot(t *testing.T) {
	f := newFixture(t)
	conversation := f.add(someone{})
	id := f.addSend(conversation)
	planned := f.send(id)
	require.Equal(t, "planned", planned.State)
	require.Equal(t, number, planned.Number)
	require.Equal(t, &api.SentTemplate{Name: "thanks", Language: "en_US", Category: "utility"}, planned.Template)
	require.Empty(t, planned.Attempts)
	require.Nil(t, planned.Reason)

	message := uuid.New()
	f.exec(`INSERT INTO send_attempts (send_id, attempt, started_at, ended_at, outcome, error_code, class)
		VALUES ($1, 1, $2, $2, 'not_sent', 131016, 'retry'), ($1, 2, $2, $2, 'accepted', NULL, NULL)`, id, noon)
	f.exec(`UPDATE sends SET state = 'accepted', attempt = 2, accepted_at = $2, message_id = $3,
		quoted_scheme = 'twilio', quoted_micros = 5000, quoted_currency = 'USD' WHERE id = $1`, id, noon.Add(time.Second), message)
	f.exec(`INSERT INTO outbound_messages (message_id, conversation_id, delivery_status) VALUES ($1, $2, 'read')`, message, conversation)
	sent := f.send(id)
	require.Equal(t, "read", sent.State)
	require.Equal(t, noon.Add(time.Second), *sent.AcceptedAt)
	require.Equal(t, &api.Price{Scheme: "twilio", AmountMicros: 5000, Currency: "USD"}, sent.Price)
	require.Len(t, sent.Attempts, 2)
	require.Equal(t, int32(131016), *sent.Attempts[0].ErrorCode)
	require.Equal(t, "accepted", *sent.Attempts[1].Outcome)

	f.exec(`INSERT INTO events (id, kind, type, source, message_id, occurred_at, received_at, error_code, conversation_id)
		VALUES (gen_random_uuid(), 'status', 'failed', 'webhook', $1, $2, $2, 131026, $3)`, message, noon, conversation)
	f.exec(`UPDATE outbound_messages SET delivery_status = 'failed'`)
	failed := f.send(id)
	require.Equal(t, "failed", failed.State)
	require.Equal(t, int32(131026), *failed.Reason.ErrorCode)
	require.Contains(t, failed.Reason.Sentence, "could not deliver it (the provider's error 131026)")

	f.exec(`UPDATE sends SET reason = 'suppressed', error_code = 131026 WHERE id = $1`, id) // as intake notes it
	require.Equal(t, "the contact cannot be written to (the provider's error 131026)", f.send(id).Reason.Sentence)

	var page api.Page[api.Decision]
	f.call("GET", "/v1/conversations/"+conversation.String()+"/explain", "", &page)
	last := page.Items[len(page.Items)-1]
	require.Equal(t, "delivery provider failed: the contact cannot be written to (the provider's error 131026)",
		last.Subject+" "+last.Rule+" "+last.Code+": "+last.Sentence)
	require.Equal(t, &id, last.SendID)
}

func TestARefusedSendSaysWhyInTheGatesWords(t *testing.T) {
	f := newFixture(t)
	conversation := f.add(someone{})
	id, fallback := f.addSend(conversation), f.addSend(conversation)
	f.exec(`UPDATE sends SET state = 'failed', reason = 'window_closed', replaced_by = $2 WHERE id = $1`, id, fallback)
	require.Equal(t, "the provider considers the window closed", f.send(id).Reason.Sentence)
	f.exec(`INSERT INTO decisions (conversation_id, key, at, subject, allowed, rule, code, sentence, facts, send_id)
		VALUES ($1, 'x', $2, 'send', false, 'W5', 'window_closed', 'the window has closed', '{"expired_at": "2026-11-20T12:00:00Z"}', $3)`,
		conversation, noon, id)
	s := f.send(id)
	require.Equal(t, &api.Reason{Code: "window_closed", Sentence: "the window has closed"}, s.Reason)
	require.Equal(t, map[string]any{"expired_at": "2026-11-20T12:00:00Z"}, s.Facts)
	require.Equal(t, &fallback, s.ReplacedBy)
}

func TestAPlannedSendSaysWhenItIsTriedAgain(t *testing.T) {
	f := newFixture(t)
	conversation := f.add(someone{})
	id := f.addSend(conversation)
	at := func(after time.Duration) *time.Time {
		t.Helper()
		s, err := (&api.GetSend{ID: id}).Execute(t.Context(), f.api, noon.Add(after))
		require.NoError(t, err)
		return s.RetryAt
	}
	require.Nil(t, at(0), "it waits for its turn")
	f.exec(`UPDATE sends SET attempt = 4 WHERE id = $1`, id)
	for i := range 3 { // 1 s, 2 s, and now 4 s
		f.exec(`INSERT INTO send_attempts (send_id, attempt, started_at, ended_at, outcome, error_code, class)
			VALUES ($1, $2, $3, $3, 'not_sent', 131016, 'retry')`, id, i+1, noon)
	}
	require.Equal(t, noon.Add(4*time.Second), *at(3 * time.Second))
	require.Nil(t, at(4*time.Second))
	f.exec(`INSERT INTO pair_rates (conversation_id, next_at, throttled_until) VALUES ($1, $2, $2)`, conversation, noon.Add(time.Minute))
	require.Equal(t, noon.Add(time.Minute), *at(0), "the contact is sent nothing before")
	f.exec(`UPDATE sends SET not_after = $2 WHERE id = $1`, id, noon.Add(30*time.Second))
	require.Equal(t, noon.Add(30*time.Second), *at(0), "then it ends")
	f.exec(`UPDATE sends SET state = 'inflight', inflight_at = $2 WHERE id = $1`, id, noon)
	require.Nil(t, at(0))
}

func TestASendThatThereIsNot(t *testing.T) {
	var p api.Problem
	require.Equal(t, http.StatusNotFound, newFixture(t).call("GET", "/v1/sends/"+uuid.NewString(), "", &p).StatusCode)
	require.Equal(t, "send_not_found", p.Code)
}

func TestKeptRepliesAreListedTheLatestFirst(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{})
	template := f.addSend(id)
	for i, state := range []string{"superseded", "discarded", "kept"} {
		f.exec(`INSERT INTO kept_replies (id, conversation_id, text, template_send, state, kept_at, keep_until, changed_at)
			VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $5::timestamptz + interval '7 days', $5)`,
			id, "a text that is "+state, template, state, noon.Add(time.Duration(i)*time.Hour))
	}
	path := "/v1/conversations/" + id.String() + "/kept-replies?limit=2"
	var first, second api.Page[api.KeptReply]
	f.call("GET", path, "", &first)
	require.Len(t, first.Items, 2)
	require.Equal(t, "a text that is kept", first.Items[0].Text)
	require.Equal(t, template, first.Items[0].TemplateSend)
	f.call("GET", path+"&cursor="+*first.NextCursor, "", &second)
	require.Len(t, second.Items, 1)
	require.EqualValues(t, "superseded", second.Items[0].State)
	require.Nil(t, second.NextCursor)
	require.Equal(t, http.StatusNotFound, f.call("GET", "/v1/conversations/"+uuid.NewString()+"/kept-replies", "", nil).StatusCode)
}

func TestEveryClassOfErrorsHasASentence(t *testing.T) {
	f := newFixture(t)
	id := f.addSend(f.add(someone{}))
	seen := map[whatsapp.ErrorClass]bool{}
	for code := range 140_000 { // every code that the provider has, and many more
		if class := whatsapp.ClassOf(code); !seen[class] {
			seen[class] = true
			f.exec(`UPDATE sends SET state = 'failed', reason = $2, error_code = $3, error_details = 'in their words' WHERE id = $1`, id, class, code)
			reason := f.send(id).Reason
			require.NotContains(t, reason.Sentence, "it was not sent", "%s", class)
			require.Equal(t, "in their words", *reason.Details)
		}
	}
	require.Greater(t, len(seen), 10)
}
