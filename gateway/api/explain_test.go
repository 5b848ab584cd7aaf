package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

// inbound stores a message of the contact as intake does; its facts are not needed.
func (f *fixture) inbound(conversation uuid.UUID, kind string, counts bool, occurred, received time.Time) {
	f.t.Helper()
	f.exec(`INSERT INTO events (id, kind, type, source, business_number_id, conversation_id, occurred_at, received_at, opens_window, wamid, content)
		VALUES (gen_random_uuid(), 'inbound', $1, 'webhook', $2, $3, $4, $5, $6, 'wamid.personal', '{"text": "personal"}')`,
		kind, f.number, conversation, occurred, received, counts)
}

// explained are the decisions as lines: time, rule and code.
func explained(page api.Page[api.Decision]) (lines []string) {
	for _, d := range page.Items {
		lines = append(lines, fmt.Sprintf("%s %s %s %s", d.At.Format("02T15:04"), d.Subject, d.Rule, d.Code))
	}
	return lines
}

func TestEveryDecisionIsExplainedInOrder(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{name: "Ada Example", phone: "447700900123", inbound: noon})
	h := func(hours float64) time.Time { return noon.Add(time.Duration(hours * float64(time.Hour))) }
	f.inbound(id, "text", true, noon, noon.Add(2*time.Second))
	f.inbound(id, "text", true, h(1), h(1))
	f.inbound(id, "image", true, h(0.5), h(1.5))    // out of order
	f.inbound(id, "reaction", false, h(2), h(2))    // does not count
	f.inbound(id, "text", true, h(-48), h(3))       // two days late
	f.inbound(id, "text", true, h(25), h(25))       // at exactly 24 h after the last: a new window
	f.inbound(id, "text", true, h(48.99), h(48.99)) // before it ends
	f.exec(`INSERT INTO reminders (id, conversation_id, deadline, lead_seconds, leads_seconds, due_at, fired_at, outcome)
		VALUES (gen_random_uuid(), $1, $2, 3600, '{3600}', $3, $3, 'sent')`, id, h(25), h(24))
	f.exec(`INSERT INTO events (id, kind, type, source, conversation_id, occurred_at, received_at, error_code)
		VALUES (gen_random_uuid(), 'notice', 'window_disputed', 'webhook', $1, $2, $2, 131047)`, id, h(26))
	f.exec(`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at) VALUES ($1, 'marketing', false, 'keyword', $2)`,
		f.contactOf(id), h(27))
	f.exec(`INSERT INTO suppressions (contact_id, scope, reason, source, since, lifted_at, lifted_by) VALUES ($1, 'all', 'manual', 'Grace', $2, $3, 'Joan')`,
		f.contactOf(id), h(28), h(29))
	send := f.addSend(id)
	f.exec(`INSERT INTO send_attempts (send_id, attempt, started_at, ended_at, outcome, error_code, class)
		VALUES ($1, 1, $2, $2, 'not_sent', 131000, 'retry'), ($1, 2, $3, $3, 'unknown', NULL, NULL), ($1, 3, $3, NULL, NULL, NULL, NULL)`,
		send, h(30.5), h(30.6))
	f.exec(`INSERT INTO decisions (conversation_id, key, at, subject, allowed, rule, code, sentence, facts, send_id)
		VALUES ($1, 'k', $2, 'send', false, 'gate', 'opt_in_required', 'no opt-in', '{"category": "marketing"}', $3)`, id, h(30), send)
	f.exec(`INSERT INTO kept_replies (id, conversation_id, text, template_send, state, kept_at, keep_until, changed_at)
		VALUES (gen_random_uuid(), $1, 'personal', $2, 'superseded', $3, $4, $5)`, id, send, h(31), h(199), h(32))

	want := []string{
		"20T12:00 window W1 window_opened",
		"20T13:00 window W1 window_extended",
		"20T13:30 window W1 window_unchanged",
		"20T14:00 window W2 does_not_count",
		"20T15:00 window W4 arrived_late",
		"21T12:00 reminder W7 sent",
		"21T13:00 window W1 window_opened",
		"21T14:00 window W9 window_disputed",
		"21T15:00 consent consent opted_out",
		"21T16:00 suppression suppression suppressed",
		"21T17:00 suppression suppression suppression_lifted",
		"21T18:00 send gate opt_in_required",
		"21T18:30 attempt provider not_sent",
		"21T18:36 attempt provider unknown",
		"21T19:00 kept_reply kept kept",
		"21T20:00 kept_reply kept superseded",
		"22T12:59 window W1 window_extended",
	}
	path := "/v1/conversations/" + id.String() + "/explain"
	var all api.Page[api.Decision]
	require.Equal(t, http.StatusOK, f.call("GET", path, "", &all).StatusCode)
	require.Equal(t, want, explained(all))
	for _, d := range all.Items {
		require.NotEmpty(t, d.Sentence, "%+v", d)
		require.NotNil(t, d.Facts)
		require.NotRegexp(t, "personal|Grace|Joan|Ada|7700", fmt.Sprint(d))
	}
	require.Equal(t, false, *all.Items[11].Allowed)
	require.Equal(t, &send, all.Items[11].SendID)
	require.Equal(t, map[string]any{"category": "marketing"}, all.Items[11].Facts)
	for i, d := range all.Items {
		about := i >= 11 && i <= 14
		require.Equal(t, about, d.Send != nil, "%+v", d)
		if about {
			require.Equal(t, api.DecidedSend{Type: "template", Template: new("thanks"), Origin: "request", PlannedAt: noon}, *d.Send, "it says which message it is about")
		}
	}

	paged := func(order string) (lines []string) {
		for cursor := ""; ; {
			var page api.Page[api.Decision]
			require.Equal(t, http.StatusOK, f.call("GET", path+"?limit=4&order="+order+"&cursor="+cursor, "", &page).StatusCode)
			lines = append(lines, explained(page)...)
			if page.NextCursor == nil {
				return lines
			}
			cursor = *page.NextCursor
		}
	}
	require.Equal(t, want, paged("asc"), "each comes once, and what came before a page still counts")
	slices.Reverse(want)
	require.Equal(t, want, paged("desc"), "in the other order as well")
	var page api.Page[api.Decision]
	f.call("GET", path+"?limit=4", "", &page)
	require.Equal(t, http.StatusUnprocessableEntity, f.call("GET", path+"?order=desc&cursor="+*page.NextCursor, "", nil).StatusCode, "a cursor goes on in its own order")
	require.Equal(t, http.StatusNotFound, f.call("GET", "/v1/conversations/"+uuid.NewString()+"/explain", "", nil).StatusCode)
}

func TestDecisionsOfOneMomentComeEachOnce(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{})
	for i := range 7 {
		f.exec(`INSERT INTO decisions (conversation_id, key, at, subject, rule, code, sentence) VALUES ($1, $2, $3, 'close', 'close', 'allowed', $2)`,
			id, fmt.Sprint(i), noon)
		f.inbound(id, "text", true, noon, noon)
	}
	for _, order := range []string{"asc", "desc"} {
		seen := map[string]bool{}
		n := 0
		for cursor := ""; ; {
			var page api.Page[api.Decision]
			f.call("GET", "/v1/conversations/"+id.String()+"/explain?limit=3&order="+order+"&cursor="+cursor, "", &page)
			for _, d := range page.Items {
				n++
				seen[d.Sentence+d.Code] = true
			}
			if page.NextCursor == nil {
				break
			}
			cursor = *page.NextCursor
		}
		require.Equal(t, 14, n, order)
		require.Len(t, seen, 7+2, "the first message opens the window, the others change nothing")
	}
}
