package api_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

const numberBody = `{"display": "+1 202 555 0199", "waba_id": "waba-1", "time_zone": "America/Sao_Paulo", "account_time_zone": "UTC",
	"settings": {"reminders": {"leads": ["2h0m0s"]}, "reengagement": {"attempts": [
		{"delay": "1h0m0s", "template": "we_miss_you", "language": "pt_BR"}, {"delay": "2h0m0s", "template": "paused", "language": "pt_BR"}]}},
	"stop_words": {"pt": ["parar"]}, "messages_per_second": 20, "contacts_per_day": 2000}`

func TestANumberIsSetUpAndShown(t *testing.T) {
	f := newFixture(t)
	f.exec(`INSERT INTO templates (waba_id, name, language, status, changed_at) VALUES ('waba-1', 'paused', 'pt_BR', 'paused', now())`)
	f.exec(`INSERT INTO scheme_assignments (business_number_id, effective_from, scheme) VALUES ($1, '-infinity', 'twilio')`, f.number)
	for _, id := range []string{number, "106540352242923"} { // known, and new
		var set, got map[string]any
		require.Equal(t, http.StatusOK, f.call("PUT", "/v1/numbers/"+id, numberBody, &set).StatusCode)
		require.Equal(t, http.StatusOK, f.call("GET", "/v1/numbers/"+id, "", &got).StatusCode)
		require.Equal(t, set, got)
		require.Equal(t, id, got["id"])
		require.Equal(t, true, got["configured"])
		require.Equal(t, "America/Sao_Paulo", got["time_zone"])
		require.Equal(t, map[string]any{"pt": []any{"parar"}}, got["stop_words"])
		require.EqualValues(t, 20, got["messages_per_second"])
		require.EqualValues(t, 2000, got["contacts_per_day"])
		require.Equal(t, []any{"2h0m0s"}, got["settings"].(map[string]any)["reminders"].(map[string]any)["leads"])
		require.Nil(t, got["sender_paused"])
		warnings, _ := json.Marshal(got["warnings"])
		require.JSONEq(t, `[{"code": "template_not_found", "field": "settings.reengagement.attempts[0]", "sentence": "there is no template we_miss_you in pt_BR"},
			{"code": "template_not_approved", "field": "settings.reengagement.attempts[1]", "sentence": "the template paused in pt_BR is paused, not approved"}]`, string(warnings))
	}
	var page api.Page[api.BusinessNumber]
	f.call("GET", "/v1/numbers", "", &page)
	require.Len(t, page.Items, 2)
	require.Equal(t, &api.NumberScheme{Name: "twilio"}, page.Items[0].Scheme)
	require.Nil(t, page.Items[1].Scheme)
	require.Equal(t, http.StatusNotFound, f.call("GET", "/v1/numbers/1", "", nil).StatusCode)
}

func TestWhatASettingOfANumberLeavesOutStaysAsItIs(t *testing.T) {
	f := newFixture(t)
	f.call("PUT", "/v1/numbers/"+number, numberBody, nil)
	var n api.BusinessNumber
	require.Equal(t, http.StatusOK,
		f.call("PUT", "/v1/numbers/"+number, `{"time_zone": "UTC", "account_time_zone": "UTC", "settings": {}}`, &n).StatusCode)
	require.Equal(t, "waba-1", n.WABA)
	require.Equal(t, "+1 202 555 0199", n.Display)
	require.Equal(t, int32(20), n.MessagesPerSecond)
	require.Equal(t, int32(2000), n.ContactsPerDay)
	require.Equal(t, map[string][]string{"pt": {"parar"}}, n.StopWords)
	require.Empty(t, n.Settings.Reminders.Leads, "settings are replaced")
	require.Empty(t, n.Warnings)
}

func TestALimitOfContactsIsTakenAwayWithZero(t *testing.T) {
	f := newFixture(t)
	var n api.BusinessNumber
	f.call("PUT", "/v1/numbers/"+number, numberBody, &n)
	before := n.Version
	f.call("PUT", "/v1/numbers/"+number, strings.Replace(numberBody, "2000}", "0}", 1), &n)
	require.Zero(t, n.ContactsPerDay)
	require.NotEqual(t, before, n.Version)
	var known *int32
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT contacts_per_day FROM business_numbers`).Scan(&known))
	require.Nil(t, known)
}

func TestWhoWaitsForSomethingElseThanAWindowIsToldOfNewSettings(t *testing.T) {
	f := newFixture(t)
	planned, kept, sending := f.add(someone{inbound: longAgo}), f.add(someone{inbound: longAgo}), f.add(someone{inbound: longAgo})
	f.exec(`INSERT INTO reengagement_plans (conversation_id, window_end, next_attempt, attempts, due_at, template_name, plan)
		VALUES ($1, now(), 1, 1, now(), 'we_miss_you', '{}')`, planned)
	f.addSend(sending)
	f.exec(`INSERT INTO kept_replies (id, conversation_id, text, template_send, state, kept_at, keep_until, changed_at)
		VALUES (gen_random_uuid(), $1, 'Yes', $2, 'kept', now(), now(), now())`, kept, f.addSend(f.add(someone{inbound: longAgo})))
	f.exec(`UPDATE sends SET state = 'failed', reason = 'retry' WHERE conversation_id <> $1`, sending)
	require.Equal(t, http.StatusOK, f.call("PUT", "/v1/numbers/"+number, numberBody, nil).StatusCode)
	var told []uuid.UUID
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT array_agg(conversation_id) FROM events WHERE type = 'settings_changed'`).Scan(&told))
	require.ElementsMatch(t, []uuid.UUID{planned, kept, sending}, told)
}

func TestOpenWindowsAreToldOfNewSettingsAndOnlyThey(t *testing.T) {
	f := newFixture(t)
	open := f.add(someone{inbound: time.Now().Add(-time.Hour)})
	f.add(someone{inbound: longAgo})
	f.add(someone{inbound: time.Now().Add(-time.Hour), number: f.addNumber("106540352242923")})
	told := func() (events, leases int) {
		require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT count(*) FROM events WHERE kind = 'notice' AND type = 'settings_changed'
			AND needs_signal AND conversation_id = $1`, open).Scan(&events))
		require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT count(*) FROM relay_lease`).Scan(&leases))
		return events, leases
	}
	put := func(body string) {
		require.Equal(t, http.StatusOK, f.call("PUT", "/v1/numbers/"+number, body, nil).StatusCode)
	}
	put(numberBody)
	events, leases := told()
	require.Equal(t, []int{1, 1}, []int{events, leases})
	put(strings.Replace(numberBody, `"messages_per_second": 20`, `"messages_per_second": 30`, 1))
	events, _ = told()
	require.Equal(t, 1, events, "the same settings")
	put(strings.Replace(numberBody, `America/Sao_Paulo`, `Europe/London`, 1))
	events, _ = told()
	require.Equal(t, 2, events, "working hours are elsewhere")
	put(strings.NewReplacer(`America/Sao_Paulo`, `Europe/London`, `"2h0m0s"]`, `"3h0m0s"]`).Replace(numberBody))
	events, _ = told()
	require.Equal(t, 3, events, "reminders come earlier")
	var others int
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT count(*) FROM events WHERE conversation_id <> $1`, open).Scan(&others))
	require.Zero(t, others)
}

func TestAChangedCalendarOfTheAccountHasEverythingCountedAnew(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{inbound: longAgo})
	f.inbound(id, "text", true, longAgo, longAgo)
	dirty := func() (n int) {
		require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT count(*) FROM dirty_conversations WHERE since <= '2000-01-01' AND until > now()`).Scan(&n))
		return n
	}
	f.call("PUT", "/v1/numbers/"+number, numberBody, nil)
	require.Zero(t, dirty(), "it is the same")
	require.Equal(t, http.StatusOK, f.call("PUT", "/v1/numbers/"+number,
		strings.Replace(numberBody, `"account_time_zone": "UTC"`, `"account_time_zone": "Asia/Kolkata"`, 1), nil).StatusCode)
	require.Equal(t, 1, dirty())
}

func TestWhatCannotBeMeantOfANumberIsRefused(t *testing.T) {
	f := newFixture(t)
	change := func(old, new string) string {
		require.Contains(t, numberBody, old)
		return strings.Replace(numberBody, old, new, 1)
	}
	for name, tt := range map[string]struct{ body, code, field string }{
		"no time zone":             {change(`"time_zone": "America/Sao_Paulo", `, ``), "missing_field", "time_zone"},
		"a zone that is none":      {change(`America/Sao_Paulo`, `Mars/Olympus`), "unknown_time_zone", "time_zone"},
		"the machine's own zone":   {change(`America/Sao_Paulo`, `Local`), "unknown_time_zone", "time_zone"},
		"an account's zone":        {change(`"UTC"`, `"UTC+25"`), "unknown_time_zone", "account_time_zone"},
		"a lead in words":          {change(`"2h0m0s"`, `"soon"`), "invalid_field", "settings"},
		"a lead of a day":          {change(`"2h0m0s"`, `"24h"`), "invalid_field", "settings.reminders.leads[0]"},
		"a misspelt part":          {change(`"reminders"`, `"reminder"`), "unknown_field", "settings.reminder"},
		"a misspelt field":         {change(`"leads"`, `"leed"`), "unknown_field", "settings"},
		"attempts out of order":    {change(`"2h0m0s", "template"`, `"1m", "template"`), "invalid_field", "settings.reengagement.attempts[1].delay"},
		"no settings":              {change(`"settings": {`, `"settings": [], "x": {`), "invalid_field", "settings"},
		"a word of nothing":        {change(`"parar"`, `" "`), "invalid_field", "stop_words.pt[0]"},
		"words of no language":     {change(`"pt":`, `"":`), "invalid_field", "stop_words."},
		"nothing in a second":      {change(`20,`, `0,`), "invalid_field", "messages_per_second"},
		"fewer contacts than none": {change(`2000}`, `-1}`), "invalid_field", "contacts_per_day"},
		"what is not to be set":    {change(`"display"`, `"configured": true, "display"`), "unknown_field", "configured"},
	} {
		t.Run(name, func(t *testing.T) {
			var p api.Problem
			require.Equal(t, http.StatusUnprocessableEntity, f.call("PUT", "/v1/numbers/"+number, tt.body, &p).StatusCode, "%+v", p)
			require.Equal(t, tt.code, p.Code, "%+v", p)
			require.Equal(t, tt.field, p.Field, "%+v", p)
		})
	}
	var n api.BusinessNumber
	f.call("GET", "/v1/numbers/"+number, "", &n)
	require.False(t, n.Configured)
}

func TestANumberIsPausedAndResumedByHand(t *testing.T) {
	f := newFixture(t)
	post := func(what string) (n api.BusinessNumber) {
		require.Equal(t, http.StatusOK, f.call("POST", "/v1/numbers/"+number+"/"+what, "", &n).StatusCode)
		return n
	}
	first := post("pause")
	require.Equal(t, "manual", first.SenderPaused.Class)
	require.Equal(t, first.SenderPaused, post("pause").SenderPaused, "it has been paused since")
	require.Nil(t, post("resume").SenderPaused)
	f.exec(`UPDATE business_numbers SET sender_paused_at = now(), sender_paused_class = 'auth', sender_paused_code = 190`)
	require.Equal(t, "auth", post("pause").SenderPaused.Class, "the provider's reason is kept")
	require.Nil(t, post("resume").SenderPaused)
	for _, what := range []string{"pause", "resume"} {
		var p api.Problem
		require.Equal(t, http.StatusNotFound, f.call("POST", "/v1/numbers/1/"+what, "", &p).StatusCode)
		require.Equal(t, "number_not_found", p.Code)
	}
}

func TestTheSettingsOfANumberAreWhatItsRunsAreToldOf(t *testing.T) {
	f := newFixture(t)
	full := `{"time_zone": "UTC", "account_time_zone": "UTC", "settings": ` + settingsExample(t) + `}`
	var n map[string]any
	require.Equal(t, http.StatusOK, f.call("PUT", "/v1/numbers/"+number, full, &n).StatusCode, "%v", n)
	var want map[string]any
	require.NoError(t, json.Unmarshal([]byte(settingsExample(t)), &want))
	if hours, ok := want["working_hours"].(map[string]any); ok {
		delete(hours, "zone") // follows from time_zone
	}
	require.Equal(t, want, n["settings"])
}

// settingsExample is the example of the schema that services in other languages are written against.
func settingsExample(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/schemas/examples/settings_changed.json")
	require.NoError(t, err)
	return string(b)
}
