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

// addSegment adds one, which has to succeed.
func (f *fixture) addSegment(name, filter string) (s api.Segment) {
	f.t.Helper()
	require.Equal(f.t, http.StatusOK, f.call("POST", "/v1/segments", fmt.Sprintf(`{"name": %q, "filter": %s}`, name, filter), &s).StatusCode)
	return s
}

func TestASegmentIsAddedChangedAndDeleted(t *testing.T) {
	f := newFixture(t)
	s := f.addSegment(" Lima ", `{"fields": {"city": "Lima"}, "any_tags": ["b", "a", "b"]}`)
	require.Equal(t, "Lima", s.Name)
	require.EqualValues(t, 1, s.Version)
	require.Equal(t, []string{"a", "b"}, s.Filter.AnyTags, "kept as it is compared")
	f.addSegment("Cusco", `{}`)

	path := "/v1/segments/" + s.ID.String()
	var got, set api.Segment
	f.call("GET", path, "", &got)
	require.Equal(t, s, got)
	var p api.Problem
	require.Equal(t, 409, f.call("POST", "/v1/segments", `{"name": "Lima", "filter": {}}`, &p).StatusCode)
	require.Equal(t, "segment_exists", p.Code)
	require.Equal(t, 409, f.call("PUT", path, `{"name": "Cusco", "filter": {}, "version": 1}`, &p).StatusCode)
	require.Equal(t, "segment_exists", p.Code)

	require.Equal(t, 200, f.call("PUT", path, `{"name": "Lima", "filter": {"fields": {"city": "Lima"}, "any_tags": ["a", "b"]}, "version": 1}`, &set).StatusCode)
	require.Equal(t, s, set, "what means the same is no change")
	set = api.Segment{}
	require.Equal(t, 200, f.call("PUT", path, `{"name": "Quito", "filter": {"fields": {"city": "Quito"}}, "version": 1}`, &set).StatusCode)
	require.Equal(t, "Quito", set.Name)
	require.EqualValues(t, 2, set.Version)
	require.Equal(t, 409, f.call("PUT", path, `{"name": "Lima", "filter": {}, "version": 1}`, &p).StatusCode)
	require.Equal(t, "segment_changed", p.Code)

	var page api.Page[api.Segment]
	f.call("GET", "/v1/segments?limit=1", "", &page)
	require.Equal(t, "Cusco", page.Items[0].Name)
	f.call("GET", "/v1/segments?limit=1&cursor="+*page.NextCursor, "", &page)
	require.Equal(t, []api.Segment{set}, page.Items)
	require.Nil(t, page.NextCursor)

	var gone api.Segment
	require.Equal(t, 200, f.call("DELETE", path, "", &gone).StatusCode)
	require.Equal(t, set, gone)
	for method, body := range map[string]string{"GET": "", "DELETE": "", "PUT": `{"name": "Lima", "filter": {}, "version": 2}`} {
		require.Equal(t, 404, f.call(method, path, body, &p).StatusCode)
		require.Equal(t, "segment_not_found", p.Code)
	}
	require.NotEqual(t, s.ID, f.addSegment("Quito", `{}`).ID, "the name is free again")
}

func TestASegmentThatACampaignWaitsForIsNotDeleted(t *testing.T) {
	f := newFixture(t)
	s := f.addSegment("Lima", `{}`)
	path := "/v1/segments/" + s.ID.String()
	f.exec(`INSERT INTO campaigns (id, name, business_number_id, template_name, template_language, segment_id, created_at, created_by)
		VALUES ($1, 'Spring', $2, 'spring', 'es', $3, now(), 'key/1')`, uuid.New(), f.number, s.ID)
	for _, state := range []string{"draft", "scheduled"} {
		f.exec(`UPDATE campaigns SET state = $1`, state)
		var p api.Problem
		require.Equal(t, 409, f.call("DELETE", path, "", &p).StatusCode)
		require.Equal(t, "segment_in_use", p.Code)
		f.call("GET", path, "", &s)
		require.EqualValues(t, 1, s.Waiting)
	}
	f.exec(`UPDATE campaigns SET state = 'running', launched_at = now()`)
	require.Equal(t, 200, f.call("DELETE", path, "", nil).StatusCode, "it has a filter of its own (K2)")
	require.Equal(t, 404, f.call("GET", path, "", nil).StatusCode)
}

func TestAFilterThatMeansNothingIsRefusedForAllThatIsWrong(t *testing.T) {
	f := newFixture(t)
	many, err := json.Marshal(strings.Split(strings.Repeat("tag,", 9999)+"tag", ","))
	require.NoError(t, err)
	for name, tt := range map[string]struct{ filter, field, code string }{
		"a number that nobody knows":   {`{"number": "1", "statuses": ["expired"]}`, "filter.number", "unknown_number"},
		"a number for nothing":         {`{"number": "106540352242922"}`, "filter.number", "invalid_field"},
		"a campaign that nobody knows": {`{"campaign": {"id": "0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f11", "answered": true}}`, "filter.campaign.id", "unknown_campaign"},
		"a campaign without an id":     {`{"campaign": {"answered": true}}`, "filter.campaign.id", "missing_field"},
		"a campaign of nobody":         {`{"campaign": {"id": "00000000-0000-0000-0000-000000000000", "answered": true}}`, "filter.campaign.id", "invalid_field"},
		"10,000 tags":                  {`{"any_tags": ` + string(many) + `}`, "filter.any_tags", "invalid_field"},
		"an empty tag":                 {`{"all_tags": ["vip", ""]}`, "filter.all_tags[1]", "invalid_field"},
		"a tag with a NUL":             {`{"no_tags": ["v\u0000ip"]}`, "filter.no_tags[0]", "invalid_field"},
		"a tag wanted and not":         {`{"all_tags": ["vip"], "no_tags": ["vip"]}`, "filter.all_tags[0]", "invalid_field"},
		"a field with a NUL":           {`{"fields": {"city": "\u0000"}}`, "filter.fields.city", "invalid_field"},
		"a field's name with a NUL":    {`{"fields": {"ci\u0000ty": "Lima"}}`, "filter.fields.ci?ty", "invalid_field"},
		"a field that is code":         {`{"fields": {"a' OR 1=1 --": "x"}}`, "filter.fields.a' OR 1=1 --", "invalid_field"},
		"a language's name":            {`{"languages": ["English"]}`, "filter.languages[0]", "invalid_field"},
		"a country's name":             {`{"markets": ["Brazil"]}`, "filter.markets[0]", "invalid_field"},
		"a state that there is not":    {`{"statuses": ["asleep"]}`, "filter.statuses[0]", "invalid_field"},
		"a category that there is not": {`{"opted_in": "spam"}`, "filter.opted_in", "invalid_field"},
		"times that contradict":        {`{"last_inbound_after": "2026-02-01T00:00:00Z", "last_inbound_before": "2026-02-01T00:00:00Z"}`, "filter.last_inbound_before", "invalid_field"},
		"a time of long ago":           {`{"last_inbound_before": "0001-06-01T00:00:00Z"}`, "filter.last_inbound_before", "invalid_field"},
		"a part that there is not":     {`{"all_tag": ["vip"]}`, "filter.all_tag", "unknown_field"},
		"no filter":                    {`null`, "filter", "invalid_field"},
	} {
		t.Run(name, func(t *testing.T) {
			var p api.Problem
			require.Equal(t, 422, f.call("POST", "/v1/segments/count", `{"filter": `+tt.filter+`}`, &p).StatusCode)
			require.Equal(t, tt.field+" "+tt.code, p.Field+" "+p.Code, "%+v", p)
			require.Equal(t, 422, f.call("POST", "/v1/segments", `{"name": "x", "filter": `+tt.filter+`}`, nil).StatusCode)
		})
	}
	var p api.Problem
	f.call("POST", "/v1/segments", `{"name": "a\u0001", "filter": {"all_tags": [""], "markets": ["x"], "number": "1"}}`, &p)
	var fields []string
	for _, e := range p.Errors {
		fields = append(fields, e.Field)
	}
	require.Equal(t, []string{"name", "filter.all_tags[0]", "filter.markets[0]", "filter.number"}, fields)
	require.Equal(t, 422, f.call("POST", "/v1/segments", `{"name": " ", "filter": {}}`, nil).StatusCode)
}

func TestWhatLooksLikeCodeIsATag(t *testing.T) {
	f := newFixture(t)
	id := f.contactOf(f.add(someone{name: "Ada Example"}))
	f.add(someone{name: "Grace Example"})
	for _, tag := range []string{`'); DROP TABLE contacts --`, `%1$s`, `$1`, `{a,b}`, `"`, `\`, `x' OR 'x' = 'x`} {
		tag = strings.ReplaceAll(tag, ";", ",")
		raw, err := json.Marshal([]string{tag})
		require.NoError(t, err)
		require.Equal(t, 200, f.call("PUT", "/v1/contacts/"+id.String(), `{"tags": `+string(raw)+`}`, nil).StatusCode, tag)
		for filter, want := range map[string]int64{`{"all_tags": ` + string(raw) + `}`: 1, `{"no_tags": ` + string(raw) + `}`: 1, `{}`: 2} {
			var c api.AudienceCount
			require.Equal(t, 200, f.call("POST", "/v1/segments/count", `{"filter": `+filter+`}`, &c).StatusCode, tag)
			require.Equal(t, want, c.Contacts, filter)
			require.Nil(t, c.Consent)
		}
	}
}

func TestACountSaysWhomACampaignWouldLeaveOut(t *testing.T) {
	f := newFixture(t)
	for i, says := range []string{"in", "in", "out", "none", "suppressed", "no marketing"} {
		id := f.contactOf(f.add(someone{name: fmt.Sprint("Ada ", i)}))
		if says != "none" {
			f.exec(`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at) VALUES ($1, 'marketing', $2, 'form', $3), ($1, 'utility', true, 'form', $3)`,
				id, says != "out", noon)
		}
		if scope := map[string]string{"suppressed": "all", "no marketing": "marketing"}[says]; scope != "" {
			f.exec(`INSERT INTO suppressions (contact_id, scope, reason, source, since) VALUES ($1, $2, 'manual', 'test', $3)`, id, scope, noon)
		}
	}
	for category, want := range map[string]api.AudienceConsent{
		"marketing": {OptedIn: 2, OptedOut: 1, Suppressed: 2, Unknown: 1}, "utility": {OptedIn: 4, Suppressed: 1, Unknown: 1}, "authentication": {Suppressed: 1, Unknown: 5},
	} {
		var c api.AudienceCount
		require.Equal(t, 200, f.call("POST", "/v1/segments/count", `{"filter": {}, "category": "`+category+`"}`, &c).StatusCode)
		require.Equal(t, api.AudienceCount{Contacts: 6, Consent: &want}, c)
	}
}
