package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/access"
	"reengage/gateway/api"
)

var grace = access.Principal{Kind: access.ByUser, ID: uuid.MustParse("0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10"), Name: "Grace Example", Scopes: access.Scopes}

// by is a request of somebody who has signed in.
func (f *fixture) by(who access.Principal, method, path, body string) int {
	f.t.Helper()
	r := httptest.NewRequestWithContext(access.With(f.t.Context(), who), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	f.server.Config.Handler.ServeHTTP(w, r)
	return w.Code
}

// audited are the rows since the last time, as who action subject facts.
func (f *fixture) audited(seen *int) []string {
	f.t.Helper()
	rows, err := f.pool.Query(f.t.Context(), `SELECT who || ' ' || action || ' ' || subject || ' ' || facts::text FROM audit ORDER BY id OFFSET $1`, *seen)
	require.NoError(f.t, err)
	all := []string{}
	for rows.Next() {
		var row string
		require.NoError(f.t, rows.Scan(&row))
		all = append(all, row)
	}
	*seen += len(all)
	return all
}

func TestEachChangeSaysWhoMadeItAndOneThatWasRefusedSaysNothing(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{name: "Ada Example", phone: "447700900123"})
	conversation, contact, seen := id.String(), f.contactOf(id).String(), 0
	who := grace.Ref() + " "
	const set = `{"time_zone": "UTC", "account_time_zone": "UTC", "settings": {}, "display": "+1 202 555 0199"}`
	for _, tt := range []struct {
		method, path, body string
		status             int
		rows               []string
	}{
		{"POST", "/v1/conversations/" + conversation + "/resume-claim", `{}`, 200, []string{who + "claim_resume conversation/" + conversation + " {}"}},
		{"DELETE", "/v1/conversations/" + conversation + "/resume-claim", `{}`, 200, []string{who + "release_resume conversation/" + conversation + " {}"}},
		{"POST", "/v1/conversations/" + uuid.NewString() + "/resume-claim", `{}`, 404, nil},
		{"PUT", "/v1/contacts/" + contact, `{"time_zone": "Asia/Tokyo"}`, 200, []string{who + "set_contact contact/" + contact + ` {"set": ["time_zone"]}`}},
		{"PUT", "/v1/contacts/" + contact, `{}`, 200, nil},
		{"PUT", "/v1/contacts/" + contact, `{"time_zone": "Mars/Olympus"}`, 422, nil},
		{"PUT", "/v1/contacts/" + uuid.NewString(), `{"time_zone": "Asia/Tokyo"}`, 404, nil},
		{"PUT", "/v1/contacts/" + contact + "/consent", `{"category": "marketing", "opted_in": true, "source": "Ada said so", "occurred_at": "2026-11-20T09:00:00Z"}`, 200,
			[]string{who + "change_consent contact/" + contact + ` {"category": "marketing", "opted_in": true}`}},
		{"PUT", "/v1/contacts/" + contact + "/consent", `{"category": "marketing", "opted_in": true, "source": "Ada said so", "occurred_at": "2026-11-20T09:00:00Z"}`, 200, nil},
		{"PUT", "/v1/contacts/" + uuid.NewString() + "/consent", `{"opted_in": true, "source": "form"}`, 404, nil},
		{"PUT", "/v1/contacts/" + contact + "/suppression", `{"suppressed": false}`, 200, nil},
		{"PUT", "/v1/contacts/" + contact + "/suppression", `{"suppressed": true}`, 200, []string{who + "suppress_contact contact/" + contact + ` {"scope": "all"}`}},
		{"PUT", "/v1/contacts/" + contact + "/suppression", `{"suppressed": false}`, 200, []string{who + "lift_suppressions contact/" + contact + " {}"}},
		{"PUT", "/v1/contacts/" + uuid.NewString() + "/suppression", `{"suppressed": true}`, 404, nil},
		{"PUT", "/v1/numbers/" + number, set, 200, []string{who + "set_number number/" + number + ` {"set": ["display"]}`}},
		{"PUT", "/v1/numbers/" + number, `{"time_zone": "Mars/Olympus", "account_time_zone": "UTC", "settings": {}}`, 422, nil},
		{"POST", "/v1/numbers/" + number + "/pause", "", 200, []string{who + "pause_number number/" + number + " {}"}},
		{"POST", "/v1/numbers/" + number + "/pause", "", 200, nil},
		{"POST", "/v1/numbers/" + number + "/resume", "", 200, []string{who + "resume_number number/" + number + " {}"}},
		{"POST", "/v1/numbers/" + number + "/resume", "", 200, nil},
		{"PUT", "/v1/numbers/" + number + "/scheme", `{"scheme": "twilio", "from": "2026-10-01"}`, 200,
			[]string{who + "assign_scheme number/" + number + ` {"from": "2026-10-01T00:00:00Z", "scheme": "twilio", "card_set": ""}`}},
		{"PUT", "/v1/numbers/" + number + "/scheme", `{"scheme": "twilio", "from": "2026-10-01"}`, 200, nil},
		{"PUT", "/v1/numbers/" + number + "/scheme", `{"scheme": "twillo", "from": "2026-10-01"}`, 422, nil},
		{"POST", "/v1/numbers/1/resume", "", 404, nil},
		{"POST", "/v1/numbers/1/pause", "", 404, nil},
	} {
		require.Equal(t, tt.status, f.by(grace, tt.method, tt.path, tt.body), "%s %s", tt.method, tt.path)
		require.Equal(t, append([]string{}, tt.rows...), f.audited(&seen), "%s %s %s", tt.method, tt.path, tt.body)
	}

	require.Equal(t, 200, f.by(grace, "POST", "/v1/conversations", fmt.Sprintf(`{"business_number": %q, "contact": {"phone": "447700900124"}}`, number)))
	require.Regexp(t, "^"+who+"find_conversation conversation/", f.audited(&seen)[0])
	require.Equal(t, 200, f.by(grace, "POST", "/v1/conversations", fmt.Sprintf(`{"business_number": %q, "contact": {"phone": "447700900124"}}`, number)))
	require.Empty(t, f.audited(&seen), "it is known")
	for range 2 {
		require.Equal(t, 200, f.by(grace, "POST", "/v1/inbound", inboundBody))
	}
	rows := f.audited(&seen)
	require.Len(t, rows, 1, "the second is known already")
	require.Regexp(t, "^"+who+`record_message event/[0-9a-f-]{36} \{"direction": "inbound", "conversation_id": `, rows[0])

	var everything string
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT json_agg(a)::text FROM audit a`).Scan(&everything))
	for _, personal := range []string{"Ada", "Grace", "7700", "there?", "555"} {
		require.NotContains(t, everything, personal)
	}
}

func TestAChangeThatCannotBeAuditedIsNotMade(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{name: "Ada Example", phone: "447700900123"})
	f.exec(`ALTER TABLE audit ADD CHECK (who = 'nobody')`)
	for path, body := range map[string]string{
		"POST /v1/conversations/" + id.String() + "/resume-claim":       `{}`,
		"PUT /v1/contacts/" + f.contactOf(id).String():                  `{"time_zone": "Asia/Tokyo"}`,
		"PUT /v1/contacts/" + f.contactOf(id).String() + "/suppression": `{"suppressed": true}`,
		"PUT /v1/contacts/" + f.contactOf(id).String() + "/consent":     `{"opted_in": true, "source": "form"}`,
		"POST /v1/numbers/" + number + "/pause":                         "",
		"PUT /v1/numbers/" + number:                                     `{"time_zone": "Asia/Tokyo", "account_time_zone": "UTC", "settings": {}}`,
		"PUT /v1/numbers/" + number + "/scheme":                         `{"scheme": "twilio", "from": "always"}`,
		"POST /v1/inbound":                                              inboundBody,
	} {
		method, path, _ := strings.Cut(path, " ")
		require.Equal(t, http.StatusInternalServerError, f.by(grace, method, path, body), path)
	}
	var made int
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM suppressions) + (SELECT count(*) FROM consent_changes)
		+ (SELECT count(*) FROM scheme_assignments) + (SELECT count(*) FROM events) + (SELECT count(*) FROM contacts WHERE time_zone <> '')
		+ (SELECT count(*) FROM business_numbers WHERE sender_paused_at IS NOT NULL OR time_zone <> 'UTC')
		+ (SELECT count(*) FROM conversations WHERE resume_claimed_by IS NOT NULL)`).Scan(&made))
	require.Zero(t, made)
}

func TestPeopleAreThemselvesAndKeysMayNameTheirAgents(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{})
	path := "/v1/conversations/" + id.String() + "/resume-claim"
	holder := func() string {
		var by string
		require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT coalesce(resume_claimed_by, '') FROM conversations`).Scan(&by))
		return by
	}
	require.Equal(t, 200, f.by(grace, "POST", path, `{"by": "Somebody Else"}`))
	require.Equal(t, "Grace Example", holder(), "whatever the body says")
	require.Equal(t, 200, f.by(grace, "DELETE", path, ""), "no body at all will do")
	shop := access.Principal{Kind: access.ByKey, ID: uuid.New(), Name: "shop", Scopes: access.Scopes}
	require.Equal(t, 200, f.by(shop, "POST", path, `{"by": "Joan Example"}`))
	require.Equal(t, "Joan Example", holder())
	require.Equal(t, 409, f.by(grace, "DELETE", path, `{"by": "Joan Example"}`))
	require.Equal(t, 200, f.by(shop, "DELETE", path, `{"by": "Joan Example"}`))
	require.Equal(t, 200, f.by(shop, "POST", path, ""))
	require.Equal(t, "shop", holder())

	f.engine.allow()
	require.Equal(t, 200, f.by(grace, "POST", "/v1/conversations/"+id.String()+"/close", ""))
	require.Contains(t, fmt.Sprintf("%+v", f.engine.asked), "RequestedBy:"+grace.Ref())
	require.NotContains(t, fmt.Sprintf("%+v", f.engine.asked), "Grace", "a workflow names no person")

	var c api.KnownContact
	require.Equal(t, 200, f.by(grace, "PUT", "/v1/contacts/"+f.contactOf(id).String()+"/suppression", `{"suppressed": true, "by": "Somebody Else"}`))
	f.call("GET", "/v1/contacts/"+f.contactOf(id).String(), "", &c)
	require.Equal(t, "Grace Example", c.Suppressions[0].Source)
}
