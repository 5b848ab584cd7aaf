package console_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/gateway/console"
	"reengage/tariff"
)

// tariffForm is what a browser posts of the form by which a scheme is assigned.
func tariffForm(t *testing.T, page *httptest.ResponseRecorder) url.Values {
	t.Helper()
	_, form, has := strings.Cut(page.Body.String(), `action="`+numberPage+`/scheme#tariff"`)
	require.True(t, has, page.Body)
	form, _, _ = strings.Cut(form, "</form>")
	return console.Controls(form)
}

// assign posts what is on the page, but for what is given: name, value, name, value.
func (d *numberDesk) assign(changes ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	v := tariffForm(d.t, d.open(numberPage))
	for i := 0; i < len(changes); i += 2 {
		require.True(d.t, v.Has(changes[i]), changes[i])
		v.Set(changes[i], changes[i+1])
	}
	return d.post(numberPage+"/scheme", v)
}

func TestASchemeIsAssignedFromTheNumbersPage(t *testing.T) {
	t.Parallel()
	d := newNumberDesk(t)
	d.put(`{"time_zone": "UTC", "account_time_zone": "America/Sao_Paulo", "settings": {}}`)
	for _, tt := range []struct {
		changes []string
		says    string
		scheme  string
		from    string
	}{
		{[]string{"scheme", "twilio", "from", "2020-10-01"}, "Assigned, from 1 Oct 2020, 00:00 -03 on: Twilio: Meta's prices", "twilio", "2020-10-01T03:00:00Z"},
		{[]string{"scheme", "sirena", "since", "always"}, "Assigned, always: Sirena", "twilio", "2020-10-01T03:00:00Z"}, // the later one holds
		{[]string{"scheme", "sirena", "from", "9999-12-01"}, "Assigned, from 1 Dec 9999", "twilio", "2020-10-01T03:00:00Z"},
		{[]string{"scheme", "meta", "from", "2021-01-01"}, "on: What Meta charges at the time", "meta", "2021-01-01T03:00:00Z"},
	} {
		saved := d.assign(tt.changes...)
		require.Equal(t, http.StatusSeeOther, saved.Code, saved.Body)
		location := saved.Header().Get("Location")
		require.True(t, strings.HasPrefix(location, numberPage+"?assigned=") && strings.HasSuffix(location, "#tariff"), location)
		page := html.UnescapeString(d.open(strings.TrimSuffix(location, "#tariff")).Body.String())
		require.Contains(t, page, tt.says)
		n := d.number()
		require.Equal(t, tt.scheme, n.Scheme.Name)
		require.Equal(t, tt.from, n.Scheme.From.Format("2006-01-02T15:04:05Z07:00"))
	}
	var who []string
	require.NoError(t, d.pool.QueryRow(t.Context(), `SELECT array_agg(DISTINCT who) FROM audit WHERE action = 'assign_scheme'`).Scan(&who))
	require.Equal(t, []string{d.who.Ref()}, who)
	for _, invented := range []string{"?assigned=everything&since=always", "?assigned=twilio&since=soon", "?assigned=twilio"} {
		require.NotContains(t, d.open(numberPage+invented).Body.String(), "Assigned,")
	}
}

func TestWhatIsWrongWithAnAssignmentStandsBesideItsField(t *testing.T) {
	t.Parallel()
	d := newNumberDesk(t)
	for name, tt := range map[string]struct{ field, value, says string }{
		"no day":        {"from", "", "This is neither a date like 2026-10-01"},
		"no scheme":     {"scheme", "zenvai", `Unknown scheme "zenvai"; there are aisensy`},
		"unknown cards": {"card_set", "<b>chile", "There is no set of rate cards of that name"},
	} {
		t.Run(name, func(t *testing.T) {
			v := tariffForm(t, d.open(numberPage))
			v.Set("from", "2026-10-01")
			v.Set(tt.field, tt.value)
			page := d.post(numberPage+"/scheme", v)
			require.Equal(t, http.StatusUnprocessableEntity, page.Code, page.Body)
			require.Contains(t, html.UnescapeString(page.Body.String()), tt.says)
			require.Contains(t, page.Body.String(), "<details open>")
			require.Equal(t, v, tariffForm(t, page), "it is kept")
		})
	}
	require.Nil(t, d.number().Scheme)
	require.Equal(t, http.StatusNotFound, d.post("/console/numbers/1/scheme", url.Values{"scheme": {"twilio"}, "since": {"always"}}).Code)
}

func TestWithScriptsOnlyTheTariffIsAnswered(t *testing.T) {
	t.Parallel()
	d := newNumberDesk(t)
	ask := func(body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(access.With(t.Context(), d.who), "POST", numberPage+"/scheme", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("HX-Request", "true")
		w := httptest.NewRecorder()
		d.mux.ServeHTTP(w, r)
		require.True(t, strings.HasPrefix(w.Body.String(), `<section class="panel" id="tariff"`), w.Body)
		require.NotContains(t, w.Body.String(), `id="number"`, "settings that are being changed stay as they are")
		return w
	}
	done := ask("scheme=twilio&since=always")
	require.Equal(t, http.StatusOK, done.Code)
	require.Contains(t, done.Body.String(), "Assigned, always")
	require.Contains(t, done.Body.String(), "<code>twilio</code>")
	require.Equal(t, http.StatusUnprocessableEntity, ask("scheme=twilio&from=soon").Code)
}

func TestOnlyAdministratorsAssignASchemeAndEverybodySeesIt(t *testing.T) {
	t.Parallel()
	d := newNumberDesk(t)
	require.Equal(t, http.StatusSeeOther, d.assign("scheme", "twilio", "since", "always").Code)
	for _, role := range []access.Role{access.Viewer, access.Agent, access.Accountant} {
		d.sitDown(role)
		page := d.open(numberPage).Body.String()
		require.Contains(t, page, "<code>twilio</code>")
		require.NotContains(t, page, numberPage+"/scheme")
		require.Equal(t, http.StatusForbidden, d.post(numberPage+"/scheme", url.Values{"scheme": {"sirena"}, "since": {"always"}}).Code)
	}
	require.Equal(t, &api.NumberScheme{Name: "twilio"}, d.number().Scheme)
}

func TestEverySchemeHasAPlainName(t *testing.T) {
	for _, name := range append(tariff.Names(), tariff.Meta) {
		require.NotEqual(t, name, console.SchemeName(name))
	}
}
