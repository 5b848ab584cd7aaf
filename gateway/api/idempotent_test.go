package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/access"
)

// repeatedPost is a POST, and another one of its kind. An empty body is none.
type repeatedPost struct {
	path, body, otherPath, otherBody string
}

// posts are requests to each endpoint that takes a POST, by the path in the OpenAPI document.
func (f *fixture) posts() map[string]repeatedPost {
	id, other := f.add(someone{inbound: longAgo}).String(), f.add(someone{inbound: longAgo}).String()
	one, kept, another := "/v1/conversations/"+id, uuid.NewString(), uuid.NewString()
	f.addNumber("another-number")
	swap := func(body, old, new string) string {
		require.Contains(f.t, body, old)
		return strings.Replace(body, old, new, 1)
	}
	outbound := `{"business_number": "106540352242922", "contact": {"phone": "447700900123"},
		"message": {"id": "wamid.1", "occurred_at": "2026-11-20T08:00:01Z", "type": "template", "category": "utility"}}`
	find := `{"business_number": "106540352242922", "contact": {"phone": "447700900125"}}`
	template := `{"name": "shipped", "language": "en_US", "parameters": ["Ada"]}`
	reply := `{"text": "Yes.", "template": ` + template + `}`
	file := "phone,name\n+12025550101,Ada Example\n"
	checked, alsoChecked := f.addImport("checked").String(), f.addImport("checked").String()
	underway, alsoUnderway := f.addImport("importing").String(), f.addImport("importing").String()
	settings := `{"time_zone": "UTC", "account_time_zone": "UTC", "settings": {}, "example": {"last_inbound_at": "2026-11-20T17:00:00Z"}}`
	segment := `{"name": "Lima", "filter": {"fields": {"city": "Lima"}}}`
	segmentID := f.addSegment("everybody", "{}").ID
	broadcast := campaignBody(segmentID)
	campaign := func(state string) string { return "/v1/campaigns/" + f.addCampaign(segmentID, state).String() }
	tried := `{"contact_id": "` + f.contactOf(uuid.MustParse(id)).String() + `"}`
	return map[string]repeatedPost{
		"/v1/inbound":                         {path: "/v1/inbound", body: inboundBody, otherBody: swap(inboundBody, "crm-1", "crm-2")},
		"/v1/outbound":                        {path: "/v1/outbound", body: outbound, otherBody: swap(outbound, "wamid.1", "wamid.2")},
		"/v1/conversations":                   {path: "/v1/conversations", body: find, otherBody: swap(find, "125", "126")},
		"/v1/conversations/{id}/messages":     {path: one + "/messages", body: `{"text": "Yes."}`, otherBody: `{"text": "No."}`},
		"/v1/conversations/{id}/templates":    {path: one + "/templates", body: template, otherBody: swap(template, "Ada", "Bob")},
		"/v1/conversations/{id}/preview":      {path: one + "/preview", body: template, otherBody: swap(template, "Ada", "Bob")},
		"/v1/conversations/{id}/close":        {path: one + "/close", otherPath: "/v1/conversations/" + other + "/close"},
		"/v1/conversations/{id}/kept-replies": {path: one + "/kept-replies", body: reply, otherBody: swap(reply, "Yes.", "No.")},
		"/v1/conversations/{id}/kept-replies/{kept}/send": {path: one + "/kept-replies/" + kept + "/send",
			otherPath: one + "/kept-replies/" + another + "/send"},
		"/v1/conversations/{id}/kept-replies/{kept}/discard": {path: one + "/kept-replies/" + kept + "/discard",
			otherPath: one + "/kept-replies/" + another + "/discard"},
		"/v1/conversations/{id}/resume-claim": {path: one + "/resume-claim", body: `{"by": "Grace Example"}`, otherBody: `{"by": "Joan Example"}`},
		"/v1/segments":                        {path: "/v1/segments", body: segment, otherBody: swap(segment, `"Lima"`, `"Quito"`)},
		"/v1/segments/count":                  {path: "/v1/segments/count", body: `{"filter": {}}`, otherBody: `{"filter": {"all_tags": ["vip"]}}`},
		"/v1/numbers/{id}/pause":              {path: "/v1/numbers/" + number + "/pause", otherPath: "/v1/numbers/another-number/pause"},
		"/v1/numbers/{id}/resume":             {path: "/v1/numbers/" + number + "/resume", otherPath: "/v1/numbers/another-number/resume"},
		"/v1/numbers/{id}/preview":            {path: "/v1/numbers/" + number + "/preview", body: settings, otherBody: swap(settings, `"time_zone": "UTC", "acc`, `"time_zone": "Asia/Tokyo", "acc`)},
		"/v1/campaigns":                       {path: "/v1/campaigns", body: broadcast, otherBody: swap(broadcast, "Spring", "Autumn")},
		"/v1/campaigns/{id}/launch":           {path: campaign("draft") + "/launch", otherPath: campaign("draft") + "/launch"},
		"/v1/campaigns/{id}/pause":            {path: campaign("running") + "/pause", otherPath: campaign("running") + "/pause"},
		"/v1/campaigns/{id}/resume":           {path: campaign("paused") + "/resume", otherPath: campaign("paused") + "/resume"},
		"/v1/campaigns/{id}/cancel":           {path: campaign("running") + "/cancel", otherPath: campaign("running") + "/cancel"},
		"/v1/campaigns/{id}/test": {path: campaign("draft") + "/test", body: tried,
			otherBody: `{"contact_id": "` + f.contactOf(uuid.MustParse(other)).String() + `"}`},
		"/v1/imports":             {path: "/v1/imports", body: file, otherBody: swap(file, "Ada", "Bob")},
		"/v1/imports/{id}/apply":  {path: "/v1/imports/" + checked + "/apply", otherPath: "/v1/imports/" + alsoChecked + "/apply"},
		"/v1/imports/{id}/cancel": {path: "/v1/imports/" + underway + "/cancel", otherPath: "/v1/imports/" + alsoUnderway + "/cancel"},
		"/v1/charges/invoice": {path: "/v1/charges/invoice", body: invoiceHead + "2026-11-01,GB,utility,regular,1,1000,USD\n",
			otherBody: invoiceHead + "2026-11-02,GB,utility,regular,1,1000,USD\n"},
	}
}

// everything is what the database holds, apart from keys.
func (f *fixture) everything() map[string]string {
	f.t.Helper()
	found := map[string]string{}
	rows, err := f.pool.Query(f.t.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'idempotency_keys'`)
	require.NoError(f.t, err)
	var tables []string
	for rows.Next() {
		var name string
		require.NoError(f.t, rows.Scan(&name))
		tables = append(tables, name)
	}
	require.NoError(f.t, rows.Err())
	for _, name := range tables {
		var content string
		require.NoError(f.t, f.pool.QueryRow(f.t.Context(), `SELECT coalesce(string_agg(t::text, E'\n' ORDER BY t::text), '') FROM `+name+` t`).Scan(&content))
		found[name] = content
	}
	return found
}

func TestEveryPostHonoursTheIdempotencyKey(t *testing.T) {
	f := newFixture(t)
	f.addShipped("approved", "utility")
	f.engine.allow()
	f.engine.first = map[string]question{}
	posts := f.posts()
	require.ElementsMatch(t, f.postsOfTheDocument(), slices.Collect(maps.Keys(posts)), "each POST of the API has a case here")
	for _, template := range slices.Sorted(maps.Keys(posts)) {
		p := posts[template]
		t.Run(template, func(t *testing.T) {
			key := "key of " + template
			var first, again map[string]any
			code := f.post(p.path, key, p.body, &first).StatusCode
			require.Less(t, code, 300, "%v", first)
			before, asked := f.everything(), len(f.engine.asked)
			require.Equal(t, code, f.post(p.path, key, p.body, &again).StatusCode, "%v", again)
			for _, answer := range []map[string]any{first, again} {
				delete(answer, "duplicate")
				delete(answer, "repeated")
			}
			require.Equal(t, first, again)
			require.Equal(t, before, f.everything(), "nothing is done twice")
			require.Len(t, f.engine.asked, asked)

			if p.otherPath == "" {
				p.otherPath = p.path
			}
			var refused map[string]any
			require.Equal(t, http.StatusConflict, f.post(p.otherPath, key, p.otherBody, &refused).StatusCode, "%v", refused)
			require.Equal(t, "idempotency_key_reused", refused["code"])
			require.Equal(t, "Idempotency-Key", refused["field"])
			require.Equal(t, before, f.everything(), "nothing was done")
			var under map[string]any
			require.Less(t, f.post(p.otherPath, key+", another", p.otherBody, &under).StatusCode, 500)
		})
	}
}

// postsOfTheDocument are the paths under /v1 that take a POST; all of them declare the header.
func (f *fixture) postsOfTheDocument() (paths []string) {
	f.t.Helper()
	var doc struct {
		Paths map[string]map[string]struct{ Parameters []struct{ Name, In string } }
	}
	res := f.call("GET", "/openapi.json", "", &doc)
	require.Equal(f.t, http.StatusOK, res.StatusCode)
	for path, methods := range doc.Paths {
		if op, found := methods["post"]; found {
			require.True(f.t, slices.ContainsFunc(op.Parameters, func(p struct{ Name, In string }) bool {
				return p.Name == "Idempotency-Key" && p.In == "header"
			}), path)
			paths = append(paths, path)
		}
	}
	return paths
}

func TestARequestThatIsRefusedLeavesItsKeyFree(t *testing.T) {
	f := newFixture(t)
	wrong := strings.Replace(inboundBody, `"occurred_at": "2026`, `"occurred_at": "1926`, 1)
	require.NotEqual(t, inboundBody, wrong)
	require.Equal(t, 422, f.post("/v1/inbound", "k", wrong, nil).StatusCode)
	require.Equal(t, 200, f.post("/v1/inbound", "k", inboundBody, nil).StatusCode)
	require.Equal(t, 409, f.post("/v1/inbound", "k", wrong, nil).StatusCode)
}

func TestARepetitionUndoesNothingThatHasBeenDoneSince(t *testing.T) {
	f := newFixture(t)
	path := "/v1/numbers/" + number
	var first, again json.RawMessage
	require.Equal(t, 200, f.post(path+"/pause", "k", "", &first).StatusCode)
	require.Equal(t, 200, f.post(path+"/resume", "", "", nil).StatusCode)
	require.Equal(t, 200, f.post(path+"/pause", "k", "", &again).StatusCode)
	require.JSONEq(t, string(first), string(again), "the first answer")
	var paused int
	require.NoError(t, f.pool.QueryRow(t.Context(), "SELECT count(*) FROM business_numbers WHERE sender_paused_at IS NOT NULL").Scan(&paused))
	require.Zero(t, paused)
}

func TestAKeyIsItsOwnersAndIsForgotten(t *testing.T) {
	f := newFixture(t)
	require.Equal(t, 200, f.post("/v1/inbound", "k", inboundBody, nil).StatusCode)
	other := strings.Replace(inboundBody, "crm-1", "crm-2", 1)
	require.Equal(t, 409, f.post("/v1/inbound", "k", other, nil).StatusCode)
	req, err := http.NewRequestWithContext(access.With(t.Context(), access.Principal{Kind: access.ByUser, ID: uuid.New(), Scopes: access.Scopes}),
		"POST", "/v1/inbound", strings.NewReader(other))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", "k")
	require.Equal(t, 200, f.serveHere(req))

	f.exec("UPDATE idempotency_keys SET used_at = clock_timestamp() - interval '31 days'")
	require.Equal(t, 200, f.post("/v1/inbound", "k2", inboundBody, nil).StatusCode)
	var left int
	require.NoError(t, f.pool.QueryRow(t.Context(), "SELECT count(*) FROM idempotency_keys").Scan(&left))
	require.Equal(t, 1, left)
}

// serveHere has the API answer a request in this process, as the console does.
func (f *fixture) serveHere(req *http.Request) int {
	mux := http.NewServeMux()
	f.api.Register(mux)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, req)
	return w.Code
}
