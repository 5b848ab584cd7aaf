package api_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

// at returns the conversation as JSON, as it is at the moment.
func (f *fixture) at(id uuid.UUID, now time.Time) map[string]any {
	f.t.Helper()
	c, err := (&api.GetConversation{ID: id}).Execute(f.t.Context(), f.api, now)
	require.NoError(f.t, err)
	text, err := json.Marshal(c)
	require.NoError(f.t, err)
	var shape map[string]any
	require.NoError(f.t, json.Unmarshal(text, &shape))
	return shape
}

func TestConversationHasExactlyTheShapeOfTheContract(t *testing.T) {
	f := newFixture(t)
	inbound := noon.Add(-23*time.Hour + time.Second)
	id := f.add(someone{name: "Ada Example", phone: "447700900123", inbound: inbound, opened: inbound.Add(-10 * time.Hour)})
	shape := f.at(id, noon)
	require.IsType(t, "", shape["contact"].(map[string]any)["id"])
	delete(shape["contact"].(map[string]any), "id")
	require.Equal(t, map[string]any{
		"id":               id.String(),
		"number":           map[string]any{"id": number, "display": "+1 202 555 0100"},
		"contact":          map[string]any{"name": "Ada Example", "phone": "+447700900123", "bsuid": nil},
		"status":           "active",
		"window":           map[string]any{"opened_at": "2026-11-19T03:00:01Z", "expires_at": "2026-11-20T13:00:01Z", "seconds_left": 3601.0},
		"last_inbound_at":  "2026-11-19T13:00:01Z",
		"last_outbound_at": nil,
		"left_alone":       false,
		"unanswered":       true,
		"can_send":         map[string]any{"freeform": true, "freeform_until": "2026-11-20T12:59:46Z", "template": true, "reason": ""},
		"next":             map[string]any{"kind": "reminder", "at": "2026-11-20T12:00:01Z"},
		"resume_claim":     nil,
		"workflow_id":      "conversation/" + id.String(),
	}, shape)
}

func TestConversationAroundItsDeadlines(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{inbound: noon.Add(-24 * time.Hour)}) // closes at noon
	closes := map[string]any{"kind": "window_closes", "at": "2026-11-20T12:00:00Z"}
	can := func(freeform, template bool, reason string) map[string]any {
		shape := map[string]any{"freeform": freeform, "template": template, "reason": reason}
		if freeform {
			shape["freeform_until"] = "2026-11-20T11:59:45Z"
		}
		return shape
	}
	tests := []struct {
		name   string
		before time.Duration
		status string
		send   map[string]any
		next   any
	}{
		{"an hour and a second before", time.Hour + time.Second, "active", can(true, true, ""),
			map[string]any{"kind": "reminder", "at": "2026-11-20T11:00:00Z"}},
		{"an hour before", time.Hour, "expiring", can(true, true, ""), closes},
		{"16 s before", 16 * time.Second, "expiring", can(true, true, ""), closes},
		{"15 s before, too late for free-form", 15 * time.Second, "expiring", can(false, true, "window_closed"), closes},
		{"a second before", time.Second, "expiring", can(false, true, "window_closed"), closes},
		{"closed", 0, "expired", can(false, false, "opt_in_required"), nil},
		{"a second after", -time.Second, "expired", can(false, false, "opt_in_required"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shape := f.at(id, noon.Add(-tt.before))
			require.Equal(t, tt.status, shape["status"])
			require.Equal(t, tt.before > 0, shape["window"] != nil)
			require.Equal(t, tt.send, shape["can_send"])
			require.Equal(t, tt.next, shape["next"])
		})
	}
}

func TestFreeFormKeepsTheConfiguredMarginFromTheEnd(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{inbound: noon.Add(-24 * time.Hour)})
	a := api.New(api.Deps{Pool: f.pool, Margin: time.Minute, Log: quiet})
	for before, may := range map[time.Duration]bool{61 * time.Second: true, 60 * time.Second: false} {
		c, err := (&api.GetConversation{ID: id}).Execute(t.Context(), a, noon.Add(-before))
		require.NoError(t, err)
		require.Equal(t, may, c.CanSend.Freeform, before)
		if may {
			require.Equal(t, noon.Add(-time.Minute), *c.CanSend.FreeformUntil)
		}
	}
}

func TestWhatMayBeSentFollowsWhatTheContactPermits(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{name: "Ada Example", inbound: longAgo})
	f.add(someone{name: "Bob Example", inbound: longAgo})
	reasons := func() []any {
		t.Helper()
		var page map[string]any
		f.call("GET", "/v1/conversations", "", &page)
		found := map[any]any{}
		for _, c := range page["items"].([]any) {
			found[c.(map[string]any)["contact"].(map[string]any)["name"]] = c.(map[string]any)["can_send"].(map[string]any)["reason"]
		}
		one := f.at(id, noon)["can_send"].(map[string]any)["reason"]
		require.Equal(t, one, found["Ada Example"], "a list says the same")
		return []any{found["Ada Example"], found["Bob Example"]}
	}
	require.Equal(t, []any{"opt_in_required", "opt_in_required"}, reasons())
	f.exec(`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at)
		SELECT contact_id, 'utility', true, 'form', $2 FROM conversations WHERE id = $1`, id, noon)
	require.Equal(t, []any{"window_closed", "opt_in_required"}, reasons(), "a template of one category may be sent")
	f.exec(`INSERT INTO suppressions (contact_id, scope, reason, source, since)
		SELECT contact_id, 'all', 'manual', 'an agent', $2 FROM conversations WHERE id = $1`, id, noon)
	require.Equal(t, []any{"suppressed", "opt_in_required"}, reasons())
	f.exec(`UPDATE business_numbers SET sender_paused_at = now(), sender_paused_class = 'manual'`)
	require.Equal(t, []any{"sender_paused", "sender_paused"}, reasons())
}

func TestNextIsNoReminderThatWillNotFire(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{inbound: noon.Add(-2 * time.Hour), outbound: noon.Add(-time.Hour)})
	require.Equal(t, map[string]any{"kind": "expiring", "at": "2026-11-21T09:00:00Z"}, f.at(id, noon)["next"], "answered")

	f.exec(`UPDATE business_numbers SET settings = '{"reminders": {"always": true, "leads": ["3h", "1h"]}}'`)
	require.Equal(t, map[string]any{"kind": "reminder", "at": "2026-11-21T07:00:00Z"}, f.at(id, noon)["next"], "the policy says always")
}

func TestNextKnowsWorkingHours(t *testing.T) {
	f := newFixture(t)
	f.exec(`UPDATE business_numbers SET time_zone = 'America/Sao_Paulo', settings = '{"working_hours": {"week":
		[[], [{"from": "09:00", "to": "18:00"}], [{"from": "09:00", "to": "18:00"}], [{"from": "09:00", "to": "18:00"}],
		 [{"from": "09:00", "to": "18:00"}], [{"from": "09:00", "to": "18:00"}], []]}}'`)
	friday := f.add(someone{inbound: time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)}) // its 23 h are on Saturday
	require.Equal(t, map[string]any{"kind": "reminder", "at": "2026-11-20T20:30:00Z"},
		f.at(friday, time.Date(2026, 11, 20, 15, 0, 1, 0, time.UTC))["next"], "half an hour before people go home at 18:00")
}

func TestADisputedWindowIsNotOpen(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{inbound: noon.Add(-2 * time.Hour), disputed: noon.Add(-time.Hour)})
	shape := f.at(id, noon)
	require.Equal(t, "expired", shape["status"])
	require.Nil(t, shape["window"])
	require.Nil(t, shape["next"])
}

func TestAnUnknownConversationIsNotFound(t *testing.T) {
	f := newFixture(t)
	var p api.Problem
	res := f.call("GET", "/v1/conversations/"+uuid.NewString(), "", &p)
	require.Equal(t, http.StatusNotFound, res.StatusCode)
	require.Equal(t, "conversation_not_found", p.Code)
}
