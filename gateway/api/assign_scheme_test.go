package api_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

func TestASchemeIsAssignedFromADayOfTheAccountATimeOrAlways(t *testing.T) {
	f := newFixture(t)
	f.exec(`UPDATE business_numbers SET account_time_zone = 'America/Sao_Paulo'`)
	require.NoError(t, f.ledger.LoadCardSet(t.Context(), "chile", os.DirFS("../../tariff/ratecards")))
	id := f.add(someone{inbound: noon})
	f.inbound(id, "text", true, noon, noon)
	dirty := func() (n int) {
		require.NoError(t, f.pool.QueryRow(t.Context(), `WITH d AS (DELETE FROM dirty_conversations RETURNING 1) SELECT count(*) FROM d`).Scan(&n))
		return n
	}
	assign := func(body string) (s api.NumberScheme) {
		t.Helper()
		require.Equal(t, http.StatusOK, f.call("PUT", "/v1/numbers/"+number+"/scheme", body, &s).StatusCode, "%+v", s)
		return s
	}
	inForce := func() *api.NumberScheme {
		var n api.BusinessNumber
		f.call("GET", "/v1/numbers/"+number, "", &n)
		return n.Scheme
	}
	dirty()
	require.Equal(t, api.NumberScheme{Name: "meta"}, assign(`{"scheme": "meta", "from": "always"}`))
	require.Equal(t, &api.NumberScheme{Name: "meta"}, inForce())
	require.Equal(t, 1, dirty(), "what was owed is counted anew")
	midnight := time.Date(2020, 10, 1, 3, 0, 0, 0, time.UTC)
	twilio := api.NumberScheme{Name: "twilio", From: &midnight, CardSet: new("chile")}
	for _, from := range []string{"2020-10-01", "2020-10-01T00:00:00-03:00", "2020-10-01T03:00:00.0000001Z"} {
		require.Equal(t, twilio, assign(`{"scheme": "twilio", "card_set": "chile", "from": "`+from+`"}`))
	}
	require.Equal(t, &twilio, inForce())
	require.Equal(t, 1, dirty())
	assign(`{"scheme": "twilio", "card_set": "chile", "from": "2020-10-01"}`)
	require.Zero(t, dirty(), "the same again changes nothing")
	later := assign(`{"scheme": "sirena", "card_set": "shipped", "from": "9999-12-31"}`)
	require.Equal(t, "9999-12-31T03:00:00Z", later.From.Format(time.RFC3339))
	require.Nil(t, later.CardSet)
	require.Equal(t, &twilio, inForce(), "until then")
}

func TestAnAssignmentThatCannotBeMeantIsRefusedInTheWordsOfTheCommandLine(t *testing.T) {
	f := newFixture(t)
	noFrom := "from is neither a date like 2026-10-01 nor an RFC 3339 time nor always"
	for name, tt := range map[string]struct{ id, body, code, field, says string }{
		"no scheme":            {number, `{"from": "always"}`, "missing_field", "scheme", "scheme is missing"},
		"no beginning":         {number, `{"scheme": "twilio"}`, "missing_field", "from", "from is missing"},
		"an unknown scheme":    {number, `{"scheme": "zenvai", "from": "always"}`, "unknown_scheme", "scheme", `unknown scheme "zenvai"; there are aisensy, `},
		"one of nothing":       {number, `{"scheme": "", "from": "always"}`, "unknown_scheme", "scheme", `unknown scheme ""; there are aisensy, `},
		"no time":              {number, `{"scheme": "twilio", "from": "soon"}`, "invalid_field", "from", noFrom},
		"nothing":              {number, `{"scheme": "twilio", "from": ""}`, "invalid_field", "from", noFrom},
		"no such day":          {number, `{"scheme": "twilio", "from": "2026-02-30"}`, "invalid_field", "from", noFrom},
		"before the first":     {number, `{"scheme": "twilio", "from": "0000-01-01"}`, "invalid_field", "from", noFrom},
		"after the last":       {number, `{"scheme": "twilio", "from": "9999-12-31T23:59:59-12:00"}`, "invalid_field", "from", noFrom},
		"unknown cards":        {number, `{"scheme": "twilio", "from": "always", "card_set": "chile"}`, "unknown_card_set", "card_set", "there is no set of rate cards of that name"},
		"cards of no text":     {number, `{"scheme": "twilio", "from": "always", "card_set": "\u0000"}`, "invalid_field", "card_set", "card_set"},
		"what there is not":    {number, `{"scheme": "twilio", "from": "always", "until": "2026-10-01"}`, "unknown_field", "until", "until"},
		"nobody's, always":     {"1", `{"scheme": "twilio", "from": "always"}`, "number_not_found", "", "no business number"},
		"nobody's, from a day": {"1", `{"scheme": "twilio", "from": "2026-10-01"}`, "number_not_found", "", "no business number"},
	} {
		t.Run(name, func(t *testing.T) {
			var p api.Problem
			f.call("PUT", "/v1/numbers/"+tt.id+"/scheme", tt.body, &p)
			require.Equal(t, tt.code, p.Code, "%+v", p)
			require.Equal(t, tt.field, p.Field, "%+v", p)
			require.True(t, strings.Contains(p.Detail, tt.says), "%+v", p)
		})
	}
	var assigned int
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT count(*) FROM scheme_assignments`).Scan(&assigned))
	require.Zero(t, assigned)
}
