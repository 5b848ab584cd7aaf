package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

// campaignBody asks for a draft that could be launched, once addShipped has been.
func campaignBody(segment uuid.UUID) string {
	return `{"name": "Spring", "number": "` + number + `", "template": {"name": "shipped", "language": "en_US"},
		"parameters": {"body": ["{{contact.first_name|there}}", "4711"], "buttons": {"0": "4711"}}, "segment": "` + segment.String() + `"}`
}

// addCampaign makes one as its maker and its run would leave it.
func (f *fixture) addCampaign(segment uuid.UUID, state string) uuid.UUID {
	f.t.Helper()
	f.exec(`UPDATE business_numbers SET configured = true`)
	var c api.Campaign
	require.Equal(f.t, 200, f.call("POST", "/v1/campaigns", campaignBody(segment), &c).StatusCode)
	if state != "draft" {
		f.exec(`UPDATE campaigns SET state = $2, reason = CASE $2 WHEN 'paused' THEN 'by_hand' END, launched_at = now(), launched_by = 'key/test',
			filter = '{}', category = 'marketing', finished_at = CASE WHEN $2 IN ('finished', 'cancelled') THEN now() END WHERE id = $1`, c.ID, state)
	}
	return c.ID
}

// campaignFixture has an approved template, three contacts who may be written to, and a segment of everybody.
func campaignFixture(t *testing.T) (*fixture, uuid.UUID) {
	f := newFixture(t)
	f.addShipped("approved", "marketing")
	for i, name := range []string{"Ada Example", "", "Grace Example"} {
		f.optIn(f.contactOf(f.add(someone{name: name, phone: fmt.Sprintf("4477009001%02d", i)})))
	}
	f.exec(`UPDATE contacts SET market = 'GB'`)
	return f, f.addSegment("everybody", "{}").ID
}

func (f *fixture) optIn(contact uuid.UUID) {
	f.exec(`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at) VALUES ($1, 'marketing', true, 'form', '2026-01-01')`, contact)
}

func TestADraftIsMadeShownListedChangedAndDeleted(t *testing.T) {
	f, segment := campaignFixture(t)
	var made, shown, changed api.Campaign
	require.Equal(t, 200, f.call("POST", "/v1/campaigns", campaignBody(segment), &made).StatusCode)
	path := "/v1/campaigns/" + made.ID.String()
	require.Equal(t, 200, f.call("GET", path, "", &shown).StatusCode)
	require.Equal(t, made, shown)
	require.Equal(t, []any{"Spring", number, "+1 202 555 0100", "shipped", "marketing", "everybody", "draft", 1}, []any{shown.Name, shown.Number.ID,
		shown.Number.Display, shown.Template.Name, string(shown.Template.Category), shown.Segment.Name, string(shown.State), shown.Version})
	require.JSONEq(t, `{"body": ["{{contact.first_name|there}}", "4711"], "buttons": {"0": "4711"}}`, string(shown.Parameters))
	require.Nil(t, shown.Recipients)
	require.Nil(t, shown.LeftOut)

	body := strings.Replace(campaignBody(segment), `"Spring"`, `"Summer", "limits": {"pace_percent": 50, "answer_within": "48h", "quiet_hours": {"from": "21:00", "to": "08:00"}},
		"end_at": "2027-06-01T00:00:00+02:00", "version": 1`, 1)
	require.Equal(t, 200, f.call("PUT", path, body, &changed).StatusCode)
	require.Equal(t, []any{"Summer", 2, 50, "2027-05-31T22:00:00Z"}, []any{changed.Name, changed.Version, changed.Limits.PacePercent, changed.EndAt.Format("2006-01-02T15:04:05Z07:00")})
	var p api.Problem
	require.Equal(t, 409, f.call("PUT", path, body, &p).StatusCode)
	require.Equal(t, "campaign_changed", p.Code)
	require.Equal(t, 409, f.call("POST", path+"/launch", `{"version": 1}`, &p).StatusCode)
	require.Equal(t, "campaign_changed", p.Code, "nobody launches what somebody has just changed")

	var first, second api.Page[api.Campaign]
	other := f.addCampaign(segment, "running")
	require.Equal(t, 200, f.call("GET", "/v1/campaigns?limit=1", "", &first).StatusCode)
	require.Equal(t, other, first.Items[0].ID, "made last")
	require.Equal(t, 200, f.call("GET", "/v1/campaigns?limit=1&cursor="+*first.NextCursor, "", &second).StatusCode)
	require.Equal(t, made.ID, second.Items[0].ID)
	require.Nil(t, second.NextCursor)
	require.Equal(t, 200, f.call("GET", "/v1/campaigns?state=draft", "", &second).StatusCode)
	require.Len(t, second.Items, 1)

	require.Equal(t, 200, f.call("DELETE", path, "", nil).StatusCode)
	require.Equal(t, 404, f.call("GET", path, "", nil).StatusCode)
}

func TestEverythingThatIsWrongWithACampaignIsNamed(t *testing.T) {
	f, segment := campaignFixture(t)
	body := campaignBody(segment)
	swap := func(old, new string) string {
		require.Contains(t, body, old)
		return strings.Replace(body, old, new, 1)
	}
	for _, tt := range []struct{ name, body, field, code string }{
		{"no name", swap(`"name": "Spring", `, ``), "name", "missing_field"},
		{"a blank name", swap(`"Spring"`, `""`), "name", "invalid_field"},
		{"an unknown field", swap(`"name": "Spring"`, `"name": "Spring", "title": "x"`), "title", "unknown_field"},
		{"an unknown limit", swap(`"name": "Spring"`, `"name": "Spring", "limits": {"pace": 1}`), "limits.pace", "unknown_field"},
		{"a pace of 101 %", swap(`"name": "Spring"`, `"name": "Spring", "limits": {"pace_percent": 101}`), "limits.pace_percent", "invalid_field"},
		{"no such hours", swap(`"name": "Spring"`, `"name": "Spring", "limits": {"quiet_hours": {"from": "9", "to": "25:00"}}`), "limits.quiet_hours", "invalid_field"},
		{"a year to answer", swap(`"name": "Spring"`, `"name": "Spring", "limits": {"answer_within": "8760h"}`), "limits.answer_within", "invalid_field"},
		{"an unknown number", swap(`"`+number+`"`, `"1"`), "number", "unknown_number"},
		{"an unknown segment", swap(segment.String(), uuid.NewString()), "segment", "segment_not_found"},
		{"a misspelt field", swap("{{contact.first_name|there}}", "{{contact.First name}}"), "parameters", "invalid_field"},
		{"parameters of no form", swap(`{"body": ["{{contact.first_name|there}}", "4711"], "buttons": {"0": "4711"}}`, `7`), "parameters", "invalid_field"},
		{"an end before the start", swap(`"name": "Spring"`, `"name": "Spring", "start_at": "2027-01-02T00:00:00Z", "end_at": "2027-01-01T00:00:00Z"`), "end_at", "invalid_field"},
	} {
		var p api.Problem
		res := f.call("POST", "/v1/campaigns", tt.body, &p)
		require.Equal(t, []any{422, tt.code, tt.field}, []any{res.StatusCode, p.Code, p.Field}, "%s: %+v", tt.name, p)
	}
	var p api.Problem
	require.Equal(t, 422, f.call("POST", "/v1/campaigns", strings.NewReplacer(number, "1", segment.String(), uuid.NewString()).Replace(body), &p).StatusCode)
	require.Len(t, p.Errors, 2, "all of it at once")
}

func TestALaunchSaysWhatStandsInItsWay(t *testing.T) {
	f, segment := campaignFixture(t)
	path := "/v1/campaigns/" + f.addCampaign(segment, "draft").String()
	var p api.Problem
	for _, tt := range []struct {
		name, set, undo string
		status          int
		code, field     string
	}{
		{"not set up", `UPDATE business_numbers SET configured = false`, `UPDATE business_numbers SET configured = true`, 409, "number_not_configured", "number"},
		{"paused", `UPDATE business_numbers SET sender_paused_at = now(), sender_paused_class = 'manual'`,
			`UPDATE business_numbers SET sender_paused_at = NULL, sender_paused_class = NULL`, 409, "sender_paused", "number"},
		{"no template", `UPDATE templates SET removed_at = now()`, `UPDATE templates SET removed_at = NULL`, 409, "template_not_found", "template"},
		{"paused template", `UPDATE templates SET status = 'paused'`, `UPDATE templates SET status = 'approved'`, 409, "template_not_approved", "template"},
		{"no parameters", `UPDATE campaigns SET parameters = '{"body": ["one"]}'`, `UPDATE campaigns SET parameters = '{"body": ["one", "two"], "buttons": {"0": "3"}}'`,
			422, "template_parameters", "parameters.body"},
		{"over", `UPDATE campaigns SET end_at = now()`, `UPDATE campaigns SET end_at = NULL`, 422, "invalid_field", "end_at"},
	} {
		f.exec(tt.set)
		res := f.call("POST", path+"/launch", "", &p)
		require.Equal(t, []any{tt.status, tt.code, tt.field}, []any{res.StatusCode, p.Code, p.Field}, "%s: %+v", tt.name, p)
		f.exec(tt.undo)
	}
	var c api.Campaign
	require.Equal(t, 200, f.call("POST", path+"/launch", `{"version": 1}`, &c).StatusCode)
	require.Equal(t, "running", string(c.State))
}

func TestStepsOutOfTurnAreAnsweredWithTheStateNow(t *testing.T) {
	f, segment := campaignFixture(t)
	for state, refused := range map[string][]string{
		"draft": {"POST pause", "POST resume", "POST cancel"}, "running": {"POST launch", "PUT", "DELETE"}, "finished": {"POST launch", "POST pause", "POST resume", "POST cancel"},
		"cancelled": {"POST resume", "POST pause", "PUT"},
	} {
		path := "/v1/campaigns/" + f.addCampaign(segment, state).String()
		for _, step := range refused {
			method, action, _ := strings.Cut(step, " ")
			target, body := path, ""
			if action != "" {
				target += "/" + action
			}
			if method == "PUT" {
				body = strings.Replace(campaignBody(segment), `"Spring"`, `"Summer", "version": 1`, 1)
			}
			var p api.Problem
			require.Equal(t, 409, f.call(method, target, body, &p).StatusCode, "%s of %s: %+v", step, state, p)
			require.Equal(t, []any{"campaign_state", state}, []any{p.Code, string(*p.CampaignState)}, step)
		}
	}
	nothing := "/v1/campaigns/" + uuid.NewString()
	for _, path := range []string{"GET ", "DELETE ", "GET /quote", "GET /preview", "GET /results", "GET /recipients", "POST /launch", "POST /pause", "POST /resume", "POST /cancel"} {
		var p api.Problem
		method, rest, _ := strings.Cut(path, " ")
		require.Equal(t, 404, f.call(method, nothing+rest, "", &p).StatusCode, path)
		require.Equal(t, "campaign_not_found", p.Code, path)
	}
}

func TestWhoChangesACampaignIsOnRecord(t *testing.T) {
	f, segment := campaignFixture(t)
	f.exec(`UPDATE business_numbers SET configured = true`)
	seen := 0
	f.audited(&seen) // of the segment
	require.Equal(t, 200, f.by(grace, "POST", "/v1/campaigns", campaignBody(segment)))
	require.Regexp(t, "^"+grace.Ref()+" create_campaign campaign/", f.audited(&seen)[0])
	var id uuid.UUID
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT id FROM campaigns WHERE created_by = $1`, grace.Ref()).Scan(&id))
	for _, step := range []string{"launch", "pause", "resume", "cancel"} {
		require.Equal(t, http.StatusOK, f.by(grace, "POST", "/v1/campaigns/"+id.String()+"/"+step, ""), step)
		require.Regexp(t, "^"+grace.Ref()+" "+step+"_campaign campaign/"+id.String(), f.audited(&seen)[0])
	}
}

func TestATestSendIsAnOrdinaryTemplateToThatContact(t *testing.T) {
	f, segment := campaignFixture(t)
	id := f.addCampaign(segment, "draft")
	path := "/v1/campaigns/" + id.String() + "/test"
	conversation := f.add(someone{name: "Joan Example", phone: "447700900150"})
	contact := f.contactOf(conversation)
	send := f.engine.allow()
	var got api.Accepted
	require.Equal(t, 202, f.post(path, "try-1", fmt.Sprintf(`{"contact_id": %q}`, contact), &got).StatusCode)
	require.Equal(t, []any{conversation, send, "try-1"}, []any{got.ConversationID, *got.SendID, got.RequestID})
	asked, err := json.Marshal(f.engine.asked[0].payload)
	require.NoError(t, err)
	require.Contains(t, string(asked), `"name":"shipped"`)
	require.Contains(t, string(asked), `"Joan"`, "filled from that contact")
	var recipients int
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT count(*) FROM campaign_recipients`).Scan(&recipients))
	require.Zero(t, recipients)

	var p api.Problem
	require.Equal(t, 404, f.post(path, "", fmt.Sprintf(`{"contact_id": %q}`, uuid.New()), &p).StatusCode)
	require.Equal(t, "contact_not_found", p.Code)
	f.exec(`UPDATE campaigns SET parameters = '{"body": ["{{contact.city}}", "x"]}'`)
	require.Equal(t, 422, f.post(path, "", fmt.Sprintf(`{"contact_id": %q}`, contact), &p).StatusCode)
	require.Equal(t, "template_parameters", p.Code)
	require.Len(t, f.engine.asked, 1, "no hole is sent")
}

func TestAPreviewShowsTheTemplateAsContactsWouldSeeIt(t *testing.T) {
	f, segment := campaignFixture(t)
	f.add(someone{name: "No Optin", phone: "447700900170"})
	id := f.addCampaign(segment, "draft")
	var p api.CampaignPreview
	require.Equal(t, 200, f.call("GET", "/v1/campaigns/"+id.String()+"/preview", "", &p).StatusCode)
	texts := map[string]bool{}
	for _, s := range p.Items {
		require.Empty(t, s.Problem)
		texts[s.Shown.Body] = true
		require.Equal(t, "https://shop.example/4711", s.Shown.Buttons[0].URL)
	}
	require.Equal(t, map[string]bool{"Dear Ada, order 4711 is on its way.": true, "Dear there, order 4711 is on its way.": true, "Dear Grace, order 4711 is on its way.": true}, texts)

	f.exec(`UPDATE campaigns SET parameters = '{"body": ["{{contact.first_name}}", "4711"], "buttons": {"0": "4711"}}'`)
	p = api.CampaignPreview{}
	require.Equal(t, 200, f.call("GET", "/v1/campaigns/"+id.String()+"/preview?limit=3", "", &p).StatusCode)
	holes := 0
	for _, s := range p.Items {
		if s.Problem != "" {
			holes++
			require.Contains(t, s.Shown.Body, "{{contact.first_name}}", "what is missing, where it stands")
		}
	}
	require.Equal(t, 1, holes)
	f.exec(`UPDATE templates SET removed_at = now()`)
	var problem api.Problem
	require.Equal(t, 404, f.call("GET", "/v1/campaigns/"+id.String()+"/preview", "", &problem).StatusCode)
	require.Equal(t, "template_not_found", problem.Code)
}
