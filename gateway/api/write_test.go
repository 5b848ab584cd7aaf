package api_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/db"
	"reengage/gateway/api"
	"reengage/intake"
)

const inboundBody = `{"business_number": "106540352242922",
	"contact": {"phone": "+44 7700 900123", "name": "Ada Example"},
	"message": {"id": "crm-1", "occurred_at": "2026-11-20T09:00:00+01:00", "type": "text", "text": "Is it still there?", "entry_point": "ad"}}`

func TestAnInboundMessageIsStoredOnceAndOpensTheWindow(t *testing.T) {
	f := newFixture(t)
	var first, again api.Receipt
	require.Equal(t, http.StatusOK, f.call("POST", "/v1/inbound", inboundBody, &first).StatusCode)
	require.False(t, first.Duplicate)
	require.Equal(t, http.StatusOK, f.call("POST", "/v1/inbound", inboundBody, &again).StatusCode)
	require.Equal(t, api.Receipt{EventID: first.EventID, ConversationID: first.ConversationID, Duplicate: true}, again)

	var c map[string]any
	f.call("GET", "/v1/conversations/"+first.ConversationID.String(), "", &c)
	require.Equal(t, "2026-11-20T08:00:00Z", c["last_inbound_at"])
	require.Equal(t, "+447700900123", c["contact"].(map[string]any)["phone"])
	require.Equal(t, "Ada Example", c["contact"].(map[string]any)["name"])
}

func TestAnOutboundMessageIsTheAnswer(t *testing.T) {
	f := newFixture(t)
	var in, out api.Receipt
	f.call("POST", "/v1/inbound", inboundBody, &in)
	res := f.call("POST", "/v1/outbound", `{"business_number": "106540352242922", "contact": {"phone": "447700900123"},
		"message": {"id": "wamid.1", "occurred_at": "2026-11-20T08:00:01Z", "type": "template", "category": "utility"}}`, &out)
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Equal(t, in.ConversationID, out.ConversationID, "with or without the plus it is the same contact")

	var c map[string]any
	f.call("GET", "/v1/conversations/"+in.ConversationID.String(), "", &c)
	require.Equal(t, "2026-11-20T08:00:01Z", c["last_outbound_at"])
	require.Equal(t, false, c["unanswered"])
}

func TestAConversationIsFoundOrMade(t *testing.T) {
	f := newFixture(t)
	find := func(body string) (int, api.Conversation) {
		var c api.Conversation
		return f.call("POST", "/v1/conversations", body, &c).StatusCode, c
	}
	code, made := find(`{"business_number": "106540352242922", "contact": {"bsuid": "US.13491208655302741918"}}`)
	require.Equal(t, http.StatusOK, code)
	require.EqualValues(t, "expired", made.Status)
	_, found := find(`{"business_number": "106540352242922", "contact": {"bsuid": "US.13491208655302741918"}}`)
	require.Equal(t, made.ID, found.ID)
	_, other := find(`{"business_number": "106540352242922", "contact": {"phone": "447700900123"}}`)
	require.NotEqual(t, made.ID, other.ID)
}

func TestTheIdempotencyKeyIsAccepted(t *testing.T) {
	f := newFixture(t)
	req, err := http.NewRequest("POST", f.server.URL+"/v1/inbound", strings.NewReader(inboundBody))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", uuid.NewString())
	require.Equal(t, http.StatusOK, f.do(req, nil).StatusCode)
}

func TestBadInputIsAProblemThatNamesTheField(t *testing.T) {
	f := newFixture(t)
	change := func(old, new string) string {
		require.Contains(t, inboundBody, old)
		return strings.Replace(inboundBody, old, new, 1)
	}
	tests := []struct {
		name, method, path, body string
		status                   int
		code, field              string
	}{
		{"no JSON", "POST", "/v1/inbound", `{"business_number": `, 400, "malformed_request", ""},
		{"no body", "POST", "/v1/inbound", ``, 400, "malformed_request", ""},
		{"a list", "POST", "/v1/inbound", `[]`, 422, "invalid_field", ""},
		{"an empty object", "POST", "/v1/inbound", `{}`, 422, "missing_field", "business_number"},
		{"no message id", "POST", "/v1/inbound", change(`"id": "crm-1", `, ``), 422, "missing_field", "message.id"},
		{"empty message id", "POST", "/v1/inbound", change(`"crm-1"`, `""`), 422, "invalid_field", "message.id"},
		{"NUL in an id", "POST", "/v1/inbound", change(`"crm-1"`, `"a\u0000b"`), 422, "invalid_field", "message.id"},
		{"a number for a text", "POST", "/v1/inbound", change(`"crm-1"`, `17`), 422, "invalid_field", "message.id"},
		{"a misspelt field", "POST", "/v1/inbound", change(`"text":`, `"txt":`), 422, "unknown_field", "message.txt"},
		{"no time", "POST", "/v1/inbound", change(`"2026-11-20T09:00:00+01:00"`, `"yesterday"`), 422, "invalid_field", "message.occurred_at"},
		{"a time without a zone", "POST", "/v1/inbound", change(`09:00:00+01:00`, `09:00:00`), 422, "invalid_field", "message.occurred_at"},
		{"seconds since 1970", "POST", "/v1/inbound", change(`"2026-11-20T09:00:00+01:00"`, `1795161600`), 422, "invalid_field", "message.occurred_at"},
		{"a time before there were phones", "POST", "/v1/inbound", change(`2026-11-20T`, `0001-01-01T`), 422, "invalid_field", "message.occurred_at"},
		{"a phone that cannot exist", "POST", "/v1/inbound", change(`+44 7700 900123`, `+44 77`), 422, "invalid_phone", "contact.phone"},
		{"a phone that is a word", "POST", "/v1/inbound", change(`+44 7700 900123`, `CALLME`), 422, "invalid_phone", "contact.phone"},
		{"a contact without a name of any kind", "POST", "/v1/inbound", change(`"phone": "+44 7700 900123", `, ``), 422, "contact_required", "contact"},
		{"no contact", "POST", "/v1/conversations", `{"business_number": "1"}`, 422, "missing_field", "contact"},
		{"an unknown direction of type", "POST", "/v1/outbound", change(`"text", "text": "Is it still there?", "entry_point": "ad"`, `"text"`), 422, "invalid_field", "message.type"},
		{"a category without a template", "POST", "/v1/outbound", change(`"text", "text": "Is it still there?", "entry_point": "ad"`, `"freeform", "category": "utility"`), 422, "invalid_field", "message.category"},
		{"an id that is none", "GET", "/v1/conversations/17", "", 422, "invalid_field", "id"},
		{"a parameter that there is not", "GET", "/v1/conversations?state=active", "", 422, "unknown_parameter", "state"},
		{"a parameter of another endpoint", "GET", "/v1/numbers?limit=10", "", 422, "unknown_parameter", "limit"},
		{"a parameter of a POST", "POST", "/v1/inbound?dry_run=true", inboundBody, 422, "unknown_parameter", "dry_run"},
		{"an unknown status", "GET", "/v1/conversations?status=open", "", 422, "invalid_field", "status"},
		{"limit 0", "GET", "/v1/conversations?limit=0", "", 422, "invalid_field", "limit"},
		{"limit 201", "GET", "/v1/conversations?limit=201", "", 422, "invalid_field", "limit"},
		{"limit many", "GET", "/v1/conversations?limit=many", "", 422, "invalid_field", "limit"},
		{"an invented cursor", "GET", "/v1/conversations?cursor=abc", "", 422, "invalid_cursor", "cursor"},
		{"an empty cursor", "GET", "/v1/conversations?cursor=" + cursorOf(`{}`), "", 422, "invalid_cursor", "cursor"},
		{"no cursor", "GET", "/v1/conversations?cursor=" + cursorOf(`null`), "", 422, "invalid_cursor", "cursor"},
		{"a cursor of another list", "GET", "/v1/conversations?cursor=" + cursorOf(`{"at":"2026-11-20T12:00:00Z","id":1}`), "", 422, "invalid_cursor", "cursor"},
		{"half a cursor", "GET", "/v1/charges?cursor=" + cursorOf(`{"id":1}`), "", 422, "invalid_cursor", "cursor"},
		{"an empty cursor of charges", "GET", "/v1/charges?cursor=" + cursorOf(`{}`), "", 422, "invalid_cursor", "cursor"},
		{"no cursor of charges", "GET", "/v1/charges?cursor=" + cursorOf(`null`), "", 422, "invalid_cursor", "cursor"},
		{"an invented cursor of groups", "GET", "/v1/charges?group_by=day&cursor=abc", "", 422, "invalid_cursor", "cursor"},
		{"a cursor of groups", "GET", "/v1/charges?group_by=day&cursor=" + cursorOf(`{"at":"2026-11-20T12:00:00Z","id":1}`), "", 422, "invalid_cursor", "cursor"},
		{"a time that is none", "GET", "/v1/charges?from=today", "", 422, "invalid_field", "from"},
		{"a period that ends before it begins", "GET", "/v1/charges?from=2026-11-02&to=2026-11-01", "", 422, "invalid_period", "to"},
		{"an unknown group", "GET", "/v1/charges?group_by=colour", "", 422, "invalid_field", "group_by"},
		{"an unknown kind", "GET", "/v1/charges?kind=colour", "", 422, "invalid_field", "kind"},
		{"an unknown scheme", "GET", "/v1/charges?scheme=nobody", "", 422, "unknown_scheme", "scheme"},
		{"meta, which is no scheme", "GET", "/v1/charges?scheme=meta", "", 422, "unknown_scheme", "scheme"},
		{"an unknown number", "GET", "/v1/charges?number=1", "", 422, "unknown_number", "number"},
		{"a contact's id that is none", "GET", "/v1/charges?contact=17", "", 422, "invalid_field", "contact"},
		{"an unknown contact", "GET", "/v1/charges?contact=0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10", "", 422, "unknown_contact", "contact"},
		{"a currency in small letters", "GET", "/v1/charges?currency=usd", "", 422, "invalid_field", "currency"},
		{"a day that does not exist", "GET", "/v1/charges/differences?from=2026-02-30", "", 422, "invalid_field", "from"},
		{"differences of an unknown number", "GET", "/v1/charges/differences?number=1", "", 422, "unknown_number", "number"},
		{"differences of an unknown scheme", "GET", "/v1/charges/differences?scheme=nobody", "", 422, "unknown_scheme", "scheme"},
		{"a cursor of charges for differences", "GET", "/v1/charges/differences?cursor=" + cursorOf(`{"at":"2026-11-20T12:00:00Z","id":1}`), "", 422, "invalid_cursor", "cursor"},
		{"unpriced messages backwards", "GET", "/v1/charges/unpriced?from=2026-11-02T00:00:00Z&to=2026-11-01", "", 422, "invalid_period", "to"},
		{"an invented cursor of unpriced messages", "GET", "/v1/charges/unpriced?cursor=abc", "", 422, "invalid_cursor", "cursor"},
		{"a comparison of nothing", "GET", "/v1/costs/compare", "", 422, "missing_field", "schemes"},
		{"a comparison with an unknown scheme", "GET", "/v1/costs/compare?schemes=sirena,nobody", "", 422, "unknown_scheme", "schemes"},
		{"a comparison of a scheme with itself", "GET", "/v1/costs/compare?schemes=sirena,sirena", "", 422, "invalid_field", "schemes"},
		{"a comparison for an unknown number", "GET", "/v1/costs/compare?schemes=sirena&number=1", "", 422, "unknown_number", "number"},
		{"a comparison by unknown cards", "GET", "/v1/costs/compare?schemes=sirena&card_set=mine", "", 422, "unknown_card_set", "card_set"},
		{"a comparison of a day that does not exist", "GET", "/v1/costs/compare?schemes=sirena&to=2026-11-31", "", 422, "invalid_field", "to"},
		{"a comparison backwards", "GET", "/v1/costs/compare?schemes=sirena&from=2026-11-02&to=2026-11-01", "", 422, "invalid_period", "to"},
		{"no invoice", "POST", "/v1/charges/invoice", "", 400, "malformed_request", ""},
		{"an empty invoice", "POST", "/v1/charges/invoice", "\n", 422, "invalid_invoice", ""},
		{"an invoice without a day", "POST", "/v1/charges/invoice", "market,category,type,messages,amount,currency\n", 422, "invalid_invoice", "day"},
		{"an invoice by the hour", "POST", "/v1/charges/invoice?from=2026-11-01T00:00", invoiceHead, 422, "invalid_field", "from"},
		{"an invoice of an instant", "POST", "/v1/charges/invoice?to=2026-11-01T00:00:00Z", invoiceHead, 422, "invalid_field", "to"},
		{"an invoice that begins at a time of day", "POST", "/v1/charges/invoice?from=2026-11-02T00:00:00Z", invoiceHead, 422, "invalid_field", "from"},
		{"no day of an invoice", "POST", "/v1/charges/invoice?from=2026-11-02&to=2026-11-02", invoiceHead, 422, "invalid_period", "to"},
		{"days after an invoice", "POST", "/v1/charges/invoice?from=2026-11-21", invoiceHead + "2026-11-20,BR,marketing,regular,1,62500,USD\n", 422, "invalid_period", "from"},
		{"days before an invoice", "POST", "/v1/charges/invoice?to=2026-11-20", invoiceHead + "2026-11-20,BR,marketing,regular,1,62500,USD\n", 422, "invalid_period", "to"},
		{"an invoice backwards", "POST", "/v1/charges/invoice?from=2026-11-02&to=2026-11-01", invoiceHead, 422, "invalid_period", "to"},
		{"an invoice by conversation", "POST", "/v1/charges/invoice?from=2025-06-30&to=2025-07-02", invoiceHead, 422, "no_scheme_per_message", "from"},
		{"an invoice of an unknown number", "POST", "/v1/charges/invoice?number=1", invoiceHead, 422, "unknown_number", "number"},
		{"an invoice that names an unknown number", "POST", "/v1/charges/invoice", strings.Replace(invoiceHead, "\n", ",number\n2026-11-20,BR,marketing,regular,1,1,USD,1\n", 1), 422, "invalid_invoice", "number"},
		{"bytes that are no text", "GET", "/v1/conversations?q=%FF", "", 422, "invalid_field", "q"},
		{"half a letter", "GET", "/v1/conversations?limit=5&q=Ad%C3", "", 422, "invalid_field", "q"},
		{"NUL in a query", "GET", "/v1/conversations?q=a%00", "", 422, "invalid_field", "q"},
		{"NUL for a number", "GET", "/v1/conversations?number=%00", "", 422, "invalid_field", "number"},
		{"bytes that are no number", "GET", "/v1/conversations?number=%FF", "", 422, "invalid_field", "number"},
		{"bytes that are no scheme", "GET", "/v1/charges?scheme=%FF", "", 422, "invalid_field", "scheme"},
		{"NUL for a scheme", "GET", "/v1/charges?scheme=%00&group_by=day", "", 422, "invalid_field", "scheme"},
		{"groups given twice", "GET", "/v1/charges?group_by=day&group_by=rule", "", 422, "invalid_field", "group_by"},
		{"no such endpoint", "GET", "/v1/nothing", "", 404, "no_such_endpoint", ""},
		{"no such method", "DELETE", "/v1/inbound", "", 405, "method_not_allowed", ""},
		{"a body that is too large", "POST", "/v1/inbound", change(`Is it`, strings.Repeat("x", 2<<20)), 413, "body_too_large", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var p api.Problem
			res := f.call(tt.method, tt.path, tt.body, &p)
			require.Equal(t, tt.status, res.StatusCode, "%+v", p)
			require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
			require.Equal(t, tt.code, p.Code, "%+v", p)
			require.Equal(t, tt.field, strings.TrimSuffix(p.Field, "[0]"), "%+v", p)
			require.NotEmpty(t, p.Detail)
			require.Equal(t, tt.status, p.Status)
		})
	}
	var events int
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT count(*) FROM events`).Scan(&events))
	require.Zero(t, events)
}

// cursorOf is a cursor that somebody has made up.
func cursorOf(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func TestEveryFieldAtFaultIsNamedAtOnce(t *testing.T) {
	f := newFixture(t)
	for _, path := range []string{"/v1/inbound", "/v1/outbound"} {
		var p api.Problem
		res := f.post(path, "", `{"business_number": "106540352242922", "contact": {"phone": "12"}}`, &p)
		require.Equal(t, http.StatusUnprocessableEntity, res.StatusCode)
		require.Equal(t, []api.FieldError{
			{Field: "message", Code: "missing_field", Detail: "message is missing"},
			{Field: "contact.phone", Code: "invalid_phone", Detail: "contact.phone is not an international phone number such as +447700900123"},
		}, p.Errors)
		require.Equal(t, []string{"missing_field", "message", "message is missing"}, []string{p.Code, p.Field, p.Detail}, "the first")
	}
}

func TestAnEndpointNamesTheMethodsThatItTakes(t *testing.T) {
	f := newFixture(t)
	for _, tt := range []struct{ method, path, allow string }{
		{"PUT", "/v1/conversations", "GET, HEAD, POST"},
		{"OPTIONS", "/v1/conversations", "GET, HEAD, POST"},
		{"POST", "/v1/conversations/" + uuid.NewString(), "GET, HEAD"},
		{"PATCH", "/v1/charges?from=today", "GET, HEAD"},
		{"GET", "/v1/inbound", "POST"},
		{"GET", "/v1/outbound", "POST"},
	} {
		var p api.Problem
		res := f.call(tt.method, tt.path, "", &p)
		require.Equal(t, http.StatusMethodNotAllowed, res.StatusCode, "%+v", tt)
		require.Equal(t, tt.allow, res.Header.Get("Allow"))
		require.Equal(t, "method_not_allowed", p.Code)
		require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
	}
	require.Empty(t, f.call("GET", "/v1/inbound/1", "", nil).Header.Get("Allow"))
	require.Equal(t, http.StatusUnauthorized, answer(f.server.Config.Handler, "GET", "/v1/inbound", "").Code, "a stranger learns nothing")
}

func TestABodyThatIsNotJSONIsToldWhatToSend(t *testing.T) {
	f := newFixture(t)
	req, err := http.NewRequest("POST", f.server.URL+"/v1/inbound", strings.NewReader("a=b"))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var p api.Problem
	require.Equal(t, http.StatusUnsupportedMediaType, f.do(req, &p).StatusCode)
	require.Equal(t, api.Problem{Title: "Unsupported Media Type", Status: 415, Code: "unsupported_media_type",
		Detail: "send Content-Type: application/json"}, p)
}

func TestWithoutAKeyNothingIsAnswered(t *testing.T) {
	f := newFixture(t)
	for _, authorization := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Basic " + key, key, "Bearer " + key + "x", "Bearer another-key " + key} {
		for _, path := range []string{"/v1/conversations", "/v1/charges", "/v1/nothing"} {
			req, err := http.NewRequest("GET", f.server.URL+path, nil)
			require.NoError(t, err)
			req.Header.Set("Authorization", authorization)
			var p api.Problem
			require.Equal(t, http.StatusUnauthorized, f.do(req, &p).StatusCode, "%q", authorization)
			require.Equal(t, "unauthorized", p.Code)
		}
	}
	for _, authorization := range []string{"Bearer " + key, "bearer " + key, "Bearer another-key"} {
		req, err := http.NewRequest("GET", f.server.URL+"/v1/conversations", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", authorization)
		require.Equal(t, http.StatusOK, f.do(req, nil).StatusCode)
	}
}

func TestWithoutConfiguredKeysEveryoneIsRefused(t *testing.T) {
	for _, keys := range [][]string{nil, {""}, {" "}} {
		mux := http.NewServeMux()
		api.New(api.Deps{Keys: keys, Log: quiet}).Register(mux)
		for _, authorization := range []string{"", "Bearer ", "Bearer  ", "Bearer x"} {
			require.Equal(t, http.StatusUnauthorized, answer(mux, "GET", "/v1/conversations", authorization).Code)
		}
	}
}

func TestWhilePostgresIsAwayNothingIsAcknowledged(t *testing.T) {
	pool, err := db.Open(t.Context(), "postgres://app@127.0.0.1:1/none")
	require.NoError(t, err)
	defer pool.Close()
	f := &fixture{t: t, pool: pool}
	f.serve(intake.New(pool, clock.Clock{}, quiet))
	for _, call := range [][3]string{{"POST", "/v1/inbound", inboundBody}, {"GET", "/v1/conversations", ""}, {"GET", "/v1/charges", ""}} {
		var p api.Problem
		res := f.call(call[0], call[1], call[2], &p)
		require.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
		require.Equal(t, "database_unavailable", p.Code)
		require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
		require.Equal(t, "1", res.Header.Get("Retry-After"))
	}
}
