package api_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

// contacts asks for all pages and returns the names.
func (f *fixture) contacts(query url.Values) (names []string) {
	f.t.Helper()
	for {
		var page api.Page[api.ListedContact]
		require.Equal(f.t, 200, f.call("GET", "/v1/contacts?"+query.Encode(), "", &page).StatusCode)
		for _, c := range page.Items {
			names = append(names, c.Name)
		}
		if page.NextCursor == nil {
			return names
		}
		query.Set("cursor", *page.NextCursor)
	}
}

func TestContactsAreListedByWhatTheyAreSearchedFor(t *testing.T) {
	f := newFixture(t)
	for i := range 7 {
		id := f.contactOf(f.add(someone{name: fmt.Sprint("Ada ", i), phone: fmt.Sprint("1202555010", i)}))
		f.exec(`UPDATE contacts SET created_at = $2::timestamptz - $3::int * interval '1 day', tags = CASE WHEN $3::int % 2 = 0 THEN '{even}'::text[] ELSE '{}' END WHERE id = $1`, id, noon, i)
	}
	gone := f.contactOf(f.add(someone{name: "Ada, who was merged"}))
	f.exec(`UPDATE contacts SET merged_into = (SELECT id FROM contacts WHERE name = 'Ada 0') WHERE id = $1`, gone)
	late := f.addSegment("late", `{"all_tags": ["even"], "no_tags": ["vip"]}`)
	f.exec(`UPDATE contacts SET tags = '{even,vip}' WHERE name = 'Ada 4'`)

	all := []string{"Ada 0", "Ada 1", "Ada 2", "Ada 3", "Ada 4", "Ada 5", "Ada 6"}
	for query, want := range map[string][]string{
		"": all, "limit=2": all, "limit=1&q=ada": all, "q=Nobody": nil, "q=5550103": {"Ada 3"}, "q=%2B1+202+555-0105": {"Ada 5"},
		"tag=even": {"Ada 0", "Ada 2", "Ada 4", "Ada 6"}, "tag=even&limit=1&q=Ada": {"Ada 0", "Ada 2", "Ada 4", "Ada 6"}, "tag=EVEN": nil,
		"segment=" + late.ID.String():                 {"Ada 0", "Ada 2", "Ada 6"},
		"tag=vip&segment=" + late.ID.String():         nil,
		"limit=2&q=Ada+6&segment=" + late.ID.String(): {"Ada 6"},
	} {
		values, err := url.ParseQuery(query)
		require.NoError(t, err)
		require.Equal(t, want, f.contacts(values), query)
	}
	var page api.Page[api.ListedContact]
	f.call("GET", "/v1/contacts?q=Ada+4", "", &page)
	require.Equal(t, []string{"even", "vip"}, page.Items[0].Tags)
	require.Equal(t, "+12025550104", *page.Items[0].Phone)
	require.EqualValues(t, "none", page.Items[0].Consent["marketing"])

	require.Equal(t, 404, f.call("GET", "/v1/contacts?segment="+uuid.NewString(), "", nil).StatusCode)
	for _, query := range []string{"segment=late", "cursor=x", "limit=0", "tag=" + strings.Repeat("x", 101), "tag=%00", "state=open"} {
		require.Equal(t, 422, f.call("GET", "/v1/contacts?"+query, "", nil).StatusCode, query)
	}
}

func TestManyContactsAreSearchedInTheirOrder(t *testing.T) {
	f := newFixture(t)
	f.exec(`INSERT INTO contacts (id, name, phone, created_at) SELECT gen_random_uuid(), 'Ada ' || i, (12020000000 + i)::text, $1::timestamptz + i * interval '1 second' FROM generate_series(1, 2100) i`, noon)
	var page api.Page[api.ListedContact]
	require.Equal(t, 200, f.call("GET", "/v1/contacts?q=ada&limit=2", "", &page).StatusCode)
	require.Equal(t, "Ada 2100", page.Items[0].Name)
	require.Equal(t, 200, f.call("GET", "/v1/contacts?q=ada&limit=2&cursor="+*page.NextCursor, "", &page).StatusCode)
	require.Equal(t, "Ada 2098", page.Items[0].Name)
	require.Equal(t, 200, f.call("GET", "/v1/contacts?q=1202000&limit=1", "", &page).StatusCode)
	require.Equal(t, "Ada 2100", page.Items[0].Name)
}

func TestTagsAreReplacedAndFieldsAreMerged(t *testing.T) {
	f := newFixture(t)
	path := "/v1/contacts/" + f.contactOf(f.add(someone{name: "Ada Example"})).String()
	for _, tt := range []struct {
		body   string
		name   string
		tags   []string
		fields map[string]string
	}{
		{`{}`, "Ada Example", []string{}, map[string]string{}},
		{`{"tags": ["vip", " new", "vip"], "fields": {"city": "Lima", "plan": "a"}}`, "Ada Example", []string{"new", "vip"}, map[string]string{"city": "Lima", "plan": "a"}},
		{`{"fields": {"city": "Quito", "plan": null, "never": null}}`, "Ada Example", []string{"new", "vip"}, map[string]string{"city": "Quito"}},
		{`{"tags": [], "name": "Ada B. Example"}`, "Ada B. Example", []string{}, map[string]string{"city": "Quito"}},
	} {
		var put, got api.KnownContact
		require.Equal(t, 200, f.call("PUT", path, tt.body, &put).StatusCode, tt.body)
		f.call("GET", path, "", &got)
		require.Equal(t, got, put)
		require.Equal(t, tt.name, got.Name)
		require.Equal(t, tt.tags, got.Tags)
		require.Equal(t, tt.fields, got.Fields)
	}
	given := func(want bool) {
		t.Helper()
		var is bool
		require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT name_given FROM contacts`).Scan(&is))
		require.Equal(t, want, is)
	}
	given(true)
	f.call("PUT", path, `{"name": ""}`, nil)
	given(false)
	f.call("PUT", path, `{"tags": []}`, nil)
	given(false)
	var fields []string
	for i := range 100 {
		fields = append(fields, fmt.Sprintf(`"f%d": "x"`, i))
	}
	for name, tt := range map[string]struct{ body, field string }{
		"101 tags":            {`{"tags": ["x"` + strings.Repeat(`, "x"`, 100) + `]}`, "tags"},
		"a tag of two":        {`{"tags": ["a", "b;c"]}`, "tags[1]"},
		"a tag of two lines":  {`{"tags": ["a\nb"]}`, "tags[0]"},
		"a tag with a NUL":    {`{"tags": ["\u0000"]}`, "tags[0]"},
		"a long tag":          {`{"tags": ["` + strings.Repeat("x", 101) + `"]}`, "tags[0]"},
		"a field named so":    {`{"fields": {"City": "Lima"}}`, "fields.City"},
		"a number":            {`{"fields": {"city": 3}}`, "fields.city"},
		"a text with a NUL":   {`{"fields": {"city": "\u0000"}}`, "fields.city"},
		"an empty text":       {`{"fields": {"city": ""}}`, "fields.city"},
		"a long text":         {`{"fields": {"city": "` + strings.Repeat("x", 1001) + `"}}`, "fields.city"},
		"101 fields":          {`{"fields": {` + strings.Join(fields, ", ") + `}}`, "fields"},
		"a name of two lines": {`{"name": "Ada\nExample"}`, "name"},
		"much that is so":     {`{"time_zone": "Mars/Olympus", "tags": [""], "fields": {"A": "x"}}`, "time_zone"},
	} {
		t.Run(name, func(t *testing.T) {
			var p api.Problem
			require.Equal(t, 422, f.call("PUT", path, tt.body, &p).StatusCode)
			require.Equal(t, tt.field, p.Field, "%+v", p)
		})
	}
	var c api.KnownContact
	f.call("GET", path, "", &c)
	require.Equal(t, map[string]string{"city": "Quito"}, c.Fields, "nothing of a refused request is set")
}

func TestAttributesSayWhatAFilterCouldAskFor(t *testing.T) {
	f := newFixture(t)
	var all api.ContactAttributes
	require.Equal(t, 200, f.call("GET", "/v1/contact-attributes", "", &all).StatusCode)
	require.Equal(t, api.ContactAttributes{Tags: []api.AttributeCount{}, Fields: []api.AttributeCount{}, Languages: []api.AttributeCount{}, Markets: []api.AttributeCount{}}, all)
	for i := range 3 {
		id := f.contactOf(f.add(someone{name: fmt.Sprint("Ada ", i)}))
		f.exec(`UPDATE contacts SET market = 'BR', tags = CASE WHEN $2 = 0 THEN '{new,vip}'::text[] ELSE '{vip}' END, fields = '{"city": "Lima"}', language = CASE WHEN $2 > 0 THEN 'pt_BR' ELSE '' END WHERE id = $1`, id, i)
	}
	f.call("GET", "/v1/contact-attributes", "", &all)
	require.Equal(t, api.ContactAttributes{Tags: []api.AttributeCount{{Value: "vip", Contacts: 3}, {Value: "new", Contacts: 1}}, Fields: []api.AttributeCount{{Value: "city", Contacts: 3}},
		Languages: []api.AttributeCount{{Value: "pt_BR", Contacts: 2}}, Markets: []api.AttributeCount{{Value: "BR", Contacts: 3}}}, all)
	f.exec(`INSERT INTO contacts (id, bsuid, created_at, tags) SELECT gen_random_uuid(), 'US.' || i, now(), ARRAY['tag ' || i] FROM generate_series(1, 250) i`)
	f.call("GET", "/v1/contact-attributes", "", &all)
	require.Len(t, all.Tags, 200)
	require.Equal(t, "vip", all.Tags[0].Value)
}
