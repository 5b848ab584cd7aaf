package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

// told are a timeline's items as lines.
func told(items []api.TimelineItem) (lines []string) {
	for _, i := range items {
		line := i.At.Format("02T15:04") + " " + i.Kind + " "
		switch {
		case i.Message != nil:
			line += strings.Join([]string{i.Message.Direction, i.Message.Type, i.Message.State, i.Message.Text}, " ")
		case i.Reminder != nil:
			line += i.Reminder.Outcome
		case i.Charge != nil:
			line += fmt.Sprint(i.Charge.Rule, " ", i.Charge.AmountMicros, " ", i.Charge.Currency)
		case i.Decision != nil:
			line += i.Decision.Subject + " " + i.Decision.Code
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

// timeline reads all pages of so many items each.
func (f *fixture) timeline(id uuid.UUID, order string, limit int) (items []api.TimelineItem) {
	f.t.Helper()
	for cursor := ""; ; {
		var page api.Page[api.TimelineItem]
		path := fmt.Sprintf("/v1/conversations/%s/timeline?order=%s&limit=%d&cursor=%s", id, order, limit, cursor)
		require.Equal(f.t, http.StatusOK, f.call("GET", path, "", &page).StatusCode)
		items = append(items, page.Items...)
		if page.NextCursor == nil {
			return items
		}
		require.Len(f.t, page.Items, limit)
		cursor = *page.NextCursor
	}
}

func (f *fixture) says(conversation uuid.UUID, kind, text string, at time.Time) uuid.UUID {
	f.t.Helper()
	id := uuid.New()
	f.exec(`INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at, opens_window, wamid, content)
		VALUES ($1, CASE WHEN $2 IN ('freeform', 'template') THEN 'outbound' ELSE 'inbound' END, $2, 'webhook', $3, $4, $5, $5, $2 = 'text',
			'wamid.personal', jsonb_build_object('text', $6::text))`, id, kind, f.number, conversation, at, text)
	return id
}

// goes has the provider take a send, and its message come as far as the state.
func (f *fixture) goes(send, conversation uuid.UUID, state string, at time.Time) (message uuid.UUID) {
	f.t.Helper()
	message = uuid.New()
	f.exec(`INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at)
		SELECT $1, 'outbound', s.type, 'send', s.business_number_id, s.conversation_id, $3, $3 FROM sends s WHERE s.id = $2`, message, send, at)
	f.exec(`UPDATE sends SET state = 'accepted', accepted_at = $2, message_id = $3 WHERE id = $1`, send, at, message)
	f.exec(`INSERT INTO outbound_messages (message_id, conversation_id, delivery_status) VALUES ($1, $2, $3)`, message, conversation, state)
	for i, status := range []string{"sent", "delivered", "read"} {
		f.exec(`INSERT INTO events (id, kind, type, source, message_id, occurred_at, received_at, conversation_id, send_id)
			VALUES (gen_random_uuid(), 'status', $2, 'webhook', $1, $3, $3, $4, $5)`, message, status, at.Add(time.Duration(i+1)*time.Second), conversation, send)
		if status == state {
			break
		}
	}
	return message
}

func TestATimelineTellsEachThingOnceInOrder(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{name: "Ada Example", phone: "447700900123", inbound: noon})
	h := func(hours float64) time.Time { return noon.Add(time.Duration(hours * float64(time.Hour))) }
	f.exec(`UPDATE business_numbers SET waba_id = 'waba'`)
	f.exec(`INSERT INTO templates (waba_id, name, language, status, category, components, changed_at)
		VALUES ('waba', 'thanks', 'en_US', 'approved', 'utility', '[{"type": "HEADER", "text": "News"}, {"type": "BODY", "text": "Dear {{1}}, thank you."}]', $1)`, noon)
	f.says(id, "text", "Is it still there?", noon)
	f.says(id, "image", "This one", h(1))
	f.says(id, "freeform", "Let me look", h(2)) // by other means
	send := f.addSend(id)                       // planned at noon
	f.exec(`UPDATE sends SET planned_at = $2 WHERE id = $1`, send, h(2.9))
	message := f.goes(send, id, "read", h(3))
	f.exec(`INSERT INTO decisions (conversation_id, key, at, subject, allowed, rule, code, sentence, send_id)
		VALUES ($1, 'a', $2, 'send', true, 'gate', 'allowed', 'it may', $3), ($1, 'b', $4, 'close', true, 'close', 'allowed', 'closed', NULL)`, id, h(2.9), send, h(4))
	f.exec(`INSERT INTO reminders (id, conversation_id, deadline, lead_seconds, leads_seconds, due_at, fired_at, outcome)
		VALUES (gen_random_uuid(), $1, $2, 3600, '{3600}', $3, $3, 'sent')`, id, h(25), h(24))
	f.exec(`INSERT INTO charges (scheme, card, kind, event_id, revision, conversation_id, business_number_id, amount_micros, currency, charged_at, rule)
		VALUES ('twilio', 'c', 'message', $1, 1, $2, $3, 5000, 'USD', $4, 'T1')`, message, id, f.number, h(3))
	f.exec(`INSERT INTO charges (scheme, card, kind, event_id, revision, reverses, conversation_id, business_number_id, amount_micros, currency, charged_at, rule)
		SELECT scheme, card, kind, event_id, revision, id, conversation_id, business_number_id, -amount_micros, currency, charged_at, rule FROM charges`)
	waiting := f.addSend(id)
	f.exec(`UPDATE sends SET planned_at = $2, type = 'freeform', template = NULL, template_name = NULL, text = 'Are you there?' WHERE id = $1`, waiting, h(5))
	want := []string{
		"20T12:00 message inbound text  Is it still there?",
		"20T13:00 message inbound image  This one",
		"20T14:00 message outbound freeform accepted Let me look",
		"20T15:00 message outbound template read",
		"20T15:00 charge T1 5000 USD",
		"20T15:00 charge T1 -5000 USD",
		"20T16:00 decision close allowed",
		"20T17:00 message outbound freeform planned Are you there?",
		"21T12:00 reminder sent",
	}
	for _, limit := range []int{1, 2, 3, 200} {
		items := f.timeline(id, "asc", limit)
		require.Equal(t, want, told(items), "%d to a page", limit)
		newest := f.timeline(id, "desc", limit)
		slices.Reverse(newest)
		require.Equal(t, items, newest)
	}
	items := f.timeline(id, "asc", 200)
	sent := items[3]
	require.Equal(t, send.String(), sent.ID)
	require.Equal(t, &send, sent.Message.SendID)
	require.Equal(t, "News\nDear Ada, thank you.", *sent.Message.Template.Text)
	require.Equal(t, []time.Time{h(3).Add(time.Second), h(3).Add(2 * time.Second), h(3).Add(3 * time.Second)},
		[]time.Time{*sent.Message.SentAt, *sent.Message.DeliveredAt, *sent.Message.ReadAt})
	require.EqualValues(t, "request", sent.Message.Origin)
	require.EqualValues(t, "elsewhere", items[2].Message.Origin)
	require.Empty(t, items[0].Message.Origin)
	require.True(t, items[0].Message.OpensWindow)
	require.Equal(t, send.String(), items[4].Charge.MessageID, "the send, as the timeline shows it")
	require.True(t, items[4].Charge.Reversed)
	require.Equal(t, items[4].Charge.ID, *items[5].Charge.Reverses)
	require.NotEmpty(t, items[8].Reminder.Sentence)
}

func TestATimelineSaysWhatBecameOfASend(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{})
	send := f.addSend(id)
	read := func() api.TimelineMessage {
		t.Helper()
		items := f.timeline(id, "asc", 50)
		require.Len(t, items, 1)
		return *items[0].Message
	}
	require.Equal(t, "planned", read().State)
	require.Nil(t, read().Template.Text, "nobody knows the template")
	f.exec(`UPDATE sends SET state = 'unknown', unknown_at = now(), final = true WHERE id = $1`, send)
	require.True(t, read().MayHaveArrived)
	require.True(t, read().Final)
	f.exec(`UPDATE sends SET state = 'refused', unknown_at = NULL, reason = 'opt_in_required' WHERE id = $1`, send)
	f.exec(`INSERT INTO decisions (conversation_id, key, at, subject, allowed, rule, code, sentence, send_id)
		VALUES ($1, 'a', $2, 'send', false, 'gate', 'opt_in_required', 'the contact has not opted in', $3)`, id, noon, send)
	require.Equal(t, &api.Reason{Code: "opt_in_required", Sentence: "the contact has not opted in"}, read().Reason)
	require.False(t, read().MayHaveArrived)

	f.exec(`UPDATE sends SET state = 'planned', reason = NULL WHERE id = $1`, send)
	message := f.goes(send, id, "sent", noon)
	f.exec(`UPDATE outbound_messages SET delivery_status = 'failed'`)
	f.exec(`INSERT INTO events (id, kind, type, source, message_id, occurred_at, received_at, error_code, conversation_id)
		VALUES (gen_random_uuid(), 'status', 'failed', 'webhook', $1, $2, $2, 131026, $3)`, message, noon, id)
	require.Equal(t, "failed", read().State)
	require.Equal(t, int32(131026), *read().Reason.ErrorCode)
}

func TestATemplateThatWasTakenTwiceIsTwoMessages(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{})
	send := f.addSend(id)
	f.goes(send, id, "delivered", noon)
	second := uuid.New()
	f.exec(`INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at)
		VALUES ($1, 'outbound', 'template', 'send', $2, $3, $4, $4)`, second, f.number, id, noon.Add(time.Minute))
	f.exec(`INSERT INTO outbound_messages (message_id, conversation_id, delivery_status) VALUES ($1, $2, 'sent')`, second, id)
	f.exec(`INSERT INTO events (id, kind, type, source, message_id, occurred_at, received_at, conversation_id, send_id, send_attempt)
		VALUES (gen_random_uuid(), 'status', 'sent', 'webhook', $1, $2, $2, $3, $4, 1)`, second, noon.Add(time.Minute), id, send)
	items := f.timeline(id, "asc", 50)
	require.Len(t, items, 2)
	require.Equal(t, second.String(), items[1].ID)
	require.Equal(t, &send, items[1].Message.SendID)
	require.True(t, items[1].Message.PossibleDuplicate)
	require.Equal(t, "thanks", items[1].Message.Template.Name)
	require.Equal(t, "sent", items[1].Message.State)
}

func TestMessagesOfOneMomentComeEachOnce(t *testing.T) {
	f := newFixture(t)
	id, part := f.add(someone{}), f.add(someone{})
	f.exec("UPDATE conversations SET merged_into = $2 WHERE id = $1", part, id) // W10
	for i := range 5 {
		f.says(id, "text", fmt.Sprint(i), noon)
		f.says(part, "text", fmt.Sprint(i+5), noon)
		f.addSend(id)
		f.exec(`INSERT INTO decisions (conversation_id, key, at, subject, rule, code, sentence) VALUES ($1, $2, $3, 'close', 'close', 'allowed', $2)`,
			part, fmt.Sprint(i), noon)
	}
	for _, order := range []string{"asc", "desc"} {
		for _, limit := range []int{1, 3, 7} {
			seen := map[string]bool{}
			items := f.timeline(part, order, limit)
			for _, i := range items {
				seen[i.ID] = true
			}
			require.Len(t, seen, 20)
			require.Len(t, items, 20)
		}
	}
}

func TestATimelineRefusesWhatIsNoPlaceInIt(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{})
	f.says(id, "text", "a", noon)
	f.says(id, "text", "b", noon)
	var page api.Page[api.TimelineItem]
	f.call("GET", "/v1/conversations/"+id.String()+"/timeline?limit=1", "", &page)
	var p api.Problem
	require.Equal(t, 422, f.call("GET", "/v1/conversations/"+id.String()+"/timeline?order=desc&cursor="+*page.NextCursor, "", &p).StatusCode)
	require.Equal(t, "invalid_cursor", p.Code)
	require.Equal(t, 404, f.call("GET", "/v1/conversations/"+uuid.NewString()+"/timeline", "", &p).StatusCode)
	require.Equal(t, "conversation_not_found", p.Code)
}
