package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

// contactOf is the contact of a conversation.
func (f *fixture) contactOf(conversation uuid.UUID) (id uuid.UUID) {
	f.t.Helper()
	require.NoError(f.t, f.pool.QueryRow(f.t.Context(), `SELECT contact_id FROM conversations WHERE id = $1`, conversation).Scan(&id))
	return id
}

func TestConsentIsRecordedForEachCategoryAndTold(t *testing.T) {
	f := newFixture(t)
	id := f.contactOf(f.add(someone{name: "Ada Example", phone: "447700900123", inbound: longAgo}))
	path := "/v1/contacts/" + id.String()
	put := func(body string) (c api.KnownContact) {
		t.Helper()
		require.Equal(t, http.StatusOK, f.call("PUT", path+"/consent", body, &c).StatusCode)
		return c
	}
	c := put(`{"opted_in": true, "source": "order form", "occurred_at": "2026-11-20T09:00:00+01:00"}`)
	require.Equal(t, map[string]api.ConsentState{"marketing": "opted_in", "utility": "opted_in", "authentication": "opted_in"}, c.Consent)
	c = put(`{"category": "marketing", "opted_in": false, "source": "by phone", "occurred_at": "2026-11-20T10:00:00Z"}`)
	require.Equal(t, map[string]api.ConsentState{"marketing": "opted_out", "utility": "opted_in", "authentication": "opted_in"}, c.Consent)
	c = put(`{"category": "marketing", "opted_in": true, "source": "an old list", "occurred_at": "2026-11-19T10:00:00Z"}`)
	require.EqualValues(t, "opted_out", c.Consent["marketing"], "an earlier word changes nothing")
	require.Len(t, c.History, 5)
	require.Equal(t, api.ConsentRecord{Category: "marketing", Source: "by phone", OccurredAt: noon.Add(-2 * time.Hour)}, c.History[0])
	put(`{"category": "utility", "opted_in": true, "source": "now"}`)

	var got api.KnownContact
	f.call("GET", path, "", &got)
	require.Equal(t, "+447700900123", *got.Phone)
	require.Len(t, got.Conversations, 1)
	var told int
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT count(*) FROM events WHERE type = 'consent_changed' AND needs_signal`).Scan(&told))
	require.NotZero(t, told, "the contact's runs hear of it")
}

func TestAContactIsSuppressedAndLiftedByHand(t *testing.T) {
	f := newFixture(t)
	conversation := f.add(someone{inbound: longAgo})
	path := "/v1/contacts/" + f.contactOf(conversation).String() + "/suppression"
	var c api.KnownContact
	require.Equal(t, http.StatusOK, f.call("PUT", path, `{"suppressed": true, "by": "Grace"}`, &c).StatusCode)
	require.Len(t, c.Suppressions, 1)
	require.True(t, c.Suppressions[0].InForce)
	require.Equal(t, "all", c.Suppressions[0].Scope)
	require.Equal(t, "suppressed", f.at(conversation, noon)["can_send"].(map[string]any)["reason"])

	f.exec(`INSERT INTO suppressions (contact_id, scope, reason, source, since) SELECT contact_id, 'all', 'recipient_is_sender', '131021', now() FROM conversations`)
	f.call("PUT", path, `{"suppressed": false, "by": "Joan"}`, &c)
	require.Len(t, c.Suppressions, 2)
	for _, s := range c.Suppressions {
		require.False(t, s.InForce)
		require.Equal(t, "Joan", *s.LiftedBy)
	}
}

func TestASuppressionAsUndeliverableEndsWithTheContactsNextMessage(t *testing.T) {
	f := newFixture(t)
	conversation := f.add(someone{inbound: noon})
	f.exec(`INSERT INTO suppressions (contact_id, scope, reason, source, since) SELECT contact_id, 'all', 'undeliverable', '131026', $1 FROM conversations`, noon)
	var c api.KnownContact
	path := "/v1/contacts/" + f.contactOf(conversation).String()
	f.call("GET", path, "", &c)
	require.True(t, c.Suppressions[0].InForce, "the message came before it")
	f.exec(`UPDATE conversations SET last_inbound_at = $1::timestamptz, expires_at = $1::timestamptz + interval '24 hours'`, noon.Add(time.Second))
	f.call("GET", path, "", &c)
	require.False(t, c.Suppressions[0].InForce)
}

func TestAContactThatHasBecomePartOfAnotherIsAnsweredWithThat(t *testing.T) {
	f := newFixture(t)
	lost, root := f.contactOf(f.add(someone{name: "Ada"})), f.contactOf(f.add(someone{name: "Ada Example"}))
	f.exec(`UPDATE contacts SET merged_into = $2 WHERE id = $1`, lost, root)
	var c api.KnownContact
	require.Equal(t, http.StatusOK, f.call("GET", "/v1/contacts/"+lost.String(), "", &c).StatusCode)
	require.Equal(t, root, c.ID)
}

func TestATimeZoneAndALanguageAreSetAndCleared(t *testing.T) {
	f := newFixture(t)
	path := "/v1/contacts/" + f.contactOf(f.add(someone{name: "Ada Example", phone: "447700900123"})).String()
	none := ""
	for _, tt := range []struct{ body, zone, language string }{
		{`{}`, none, none},
		{`{"time_zone": "America/New_York", "language": "en_US"}`, "America/New_York", "en_US"},
		{`{}`, "America/New_York", "en_US"},
		{`{"language": "pt"}`, "America/New_York", "pt"},
		{`{"time_zone": "UTC"}`, "UTC", "pt"},
		{`{"language": ""}`, "UTC", none},
		{`{"time_zone": ""}`, none, none},
	} {
		var put, got api.KnownContact
		require.Equal(t, http.StatusOK, f.call("PUT", path, tt.body, &put).StatusCode, tt.body)
		f.call("GET", path, "", &got)
		require.Equal(t, got, put)
		for want, is := range map[*string]*string{&tt.zone: got.TimeZone, &tt.language: got.Language} {
			if *want == none {
				require.Nil(t, is, tt.body)
			} else {
				require.Equal(t, want, is, tt.body)
			}
		}
	}
}

func TestWhatIsSetOfAContactThatHasBecomePartOfAnotherIsSetOfThat(t *testing.T) {
	f := newFixture(t)
	lost, root := f.contactOf(f.add(someone{name: "Ada"})), f.contactOf(f.add(someone{name: "Ada Example"}))
	other := f.contactOf(f.add(someone{name: "Grace Example"}))
	f.exec(`UPDATE contacts SET merged_into = $2 WHERE id = $1`, lost, root)
	var c api.KnownContact
	require.Equal(t, http.StatusOK, f.call("PUT", "/v1/contacts/"+lost.String(), `{"time_zone": "Asia/Tokyo", "language": "ja"}`, &c).StatusCode)
	require.Equal(t, root, c.ID)
	require.Equal(t, "Asia/Tokyo", *c.TimeZone)
	for id, want := range map[uuid.UUID]string{root: "Asia/Tokyo/ja", lost: "/", other: "/"} {
		var is string
		require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT time_zone || '/' || language FROM contacts WHERE id = $1`, id).Scan(&is))
		require.Equal(t, want, is)
	}
}

func TestWhatCannotBeRecordedOfAContactIsRefused(t *testing.T) {
	f := newFixture(t)
	path := "/v1/contacts/" + f.contactOf(f.add(someone{})).String()
	for name, tt := range map[string]struct{ path, body, field string }{
		"no source":            {"/consent", `{"opted_in": true}`, "source"},
		"an empty source":      {"/consent", `{"opted_in": true, "source": " "}`, "source"},
		"neither in nor out":   {"/consent", `{"source": "form"}`, "opted_in"},
		"an unknown category":  {"/consent", `{"opted_in": true, "source": "form", "category": "spam"}`, "category"},
		"a word of the future": {"/consent", `{"opted_in": true, "source": "form", "occurred_at": "2999-01-01T00:00:00Z"}`, "occurred_at"},
		"a word of the past":   {"/consent", `{"opted_in": true, "source": "form", "occurred_at": "1969-01-01T00:00:00Z"}`, "occurred_at"},
		"a zone of nowhere":    {"", `{"time_zone": "Mars/Olympus"}`, "time_zone"},
		"a zone of anywhere":   {"", `{"time_zone": "Local"}`, "time_zone"},
		"a zone with a NUL":    {"", `{"time_zone": "UTC\u0000"}`, "time_zone"},
		"a zone that is none":  {"", `{"time_zone": 3}`, "time_zone"},
		"a language's name":    {"", `{"language": "English (US)"}`, "language"},
		"a language with -":    {"", `{"language": "en-US"}`, "language"},
		"half a language":      {"", `{"language": "e"}`, "language"},
		"a language on a line": {"", `{"language": "en\n"}`, "language"},
		"what is not set here": {"", `{"phone": "+12025550123"}`, "phone"},
		"suppressed by nobody": {"/suppression", `{"suppressed": true, "by": " "}`, "by"},
		"suppressed in part":   {"/suppression", `{"suppressed": true, "scope": "half", "by": "Grace"}`, "scope"},
	} {
		t.Run(name, func(t *testing.T) {
			var p api.Problem
			require.Equal(t, http.StatusUnprocessableEntity, f.call("PUT", path+tt.path, tt.body, &p).StatusCode, "%+v", p)
			require.Equal(t, tt.field, p.Field, "%+v", p)
		})
	}
	for path, body := range map[string]string{"": `{"time_zone": "UTC"}`, "/consent": `{"opted_in": true, "source": "form"}`, "/suppression": `{"suppressed": true, "by": "Grace"}`} {
		var p api.Problem
		require.Equal(t, http.StatusNotFound, f.call("PUT", "/v1/contacts/"+uuid.NewString()+path, body, &p).StatusCode)
		require.Equal(t, "contact_not_found", p.Code)
	}
	require.Equal(t, http.StatusNotFound, f.call("GET", "/v1/contacts/"+uuid.NewString(), "", nil).StatusCode)
}
