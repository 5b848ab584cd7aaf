package console_test

import (
	"encoding/json"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/db/dbtest"
	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/gateway/console"
	"reengage/ledger"
	"reengage/tariff"
)

const businessNumber = "106540000000001"

// numberDesk is the console on an API and a database of its own, with one business number, before whom somebody sits.
type numberDesk struct {
	t    *testing.T
	pool *pgxpool.Pool
	mux  *http.ServeMux
	who  access.Principal
}

func newNumberDesk(t *testing.T) *numberDesk {
	t.Helper()
	d := &numberDesk{t: t, pool: dbtest.New(t), mux: http.NewServeMux()}
	quiet := slog.New(slog.DiscardHandler)
	cards, err := tariff.ShippedCards()
	require.NoError(t, err)
	api.New(api.Deps{Pool: d.pool, Ledger: ledger.New(d.pool, cards, tariff.DefaultEntryPoint, quiet), Log: quiet}).Register(d.mux)
	console.New(console.Deps{API: d.mux, Clock: clock.Clock{}, Log: quiet}).Register(d.mux)
	d.sitDown(access.Administrator)
	_, err = d.pool.Exec(t.Context(), `INSERT INTO business_numbers (id, phone_number_id, display, created_at) VALUES (gen_random_uuid(), $1, '+1 202 555 0100', now())`, businessNumber)
	require.NoError(t, err)
	_, err = d.pool.Exec(t.Context(), `INSERT INTO templates (waba_id, name, language, status, category, components, changed_at)
		VALUES ('waba-1', 'we_miss_you', 'en', 'approved', 'marketing', '[{"type": "BODY", "text": "Hello {{1}}"}]', now())`)
	require.NoError(t, err)
	return d
}

func (d *numberDesk) sitDown(role access.Role) {
	d.who = access.Principal{Kind: access.ByUser, ID: uuid.New(), Name: "Ada Example", Scopes: role.Scopes()}
}

func (d *numberDesk) ask(method, path, contentType, body string) *httptest.ResponseRecorder {
	d.t.Helper()
	r := httptest.NewRequestWithContext(access.With(d.t.Context(), d.who), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	d.mux.ServeHTTP(w, r)
	return w
}

func (d *numberDesk) open(path string) *httptest.ResponseRecorder {
	d.t.Helper()
	return d.ask("GET", path, "", "")
}

func (d *numberDesk) post(path string, v url.Values) *httptest.ResponseRecorder {
	d.t.Helper()
	return d.ask("POST", path, "application/x-www-form-urlencoded", v.Encode())
}

const numberPage = "/console/numbers/" + businessNumber

// form is what the number's page would post.
func (d *numberDesk) form() url.Values {
	d.t.Helper()
	page := d.open(numberPage)
	require.Equal(d.t, http.StatusOK, page.Code, page.Body)
	return console.FormOf(page.Body.String())
}

// press posts the form by one of its buttons.
func (d *numberDesk) press(v url.Values, button string) *httptest.ResponseRecorder {
	d.t.Helper()
	v.Set("do", button)
	return d.post(numberPage, v)
}

func (d *numberDesk) number() (n api.BusinessNumber) {
	d.t.Helper()
	require.NoError(d.t, json.Unmarshal(d.open("/v1/numbers/"+businessNumber).Body.Bytes(), &n))
	return n
}

func (d *numberDesk) put(body string) {
	d.t.Helper()
	w := d.ask("PUT", "/v1/numbers/"+businessNumber, "application/json", body)
	require.Equal(d.t, http.StatusOK, w.Code, w.Body)
}

// everything is a number of which all that can be set is.
const everything = `{"display": "Shop <b>", "waba_id": "waba-1", "portfolio": "acme", "time_zone": "Europe/Lisbon", "account_time_zone": "America/Sao_Paulo", "messages_per_second": 20, "contacts_per_day": 2000,
	"stop_words": {"pt": ["parar", "sair"]}, "settings": {
	"reminders": {"leads": ["2h0m0s", "30m0s"], "always": true, "before_end": "45m0s", "nudge": {"lead": "20m0s", "text": "Are you\nstill there?"}},
	"working_hours": {"week": [null, [{"from": "09:00", "to": "13:00"}, {"from": "14:00", "to": "24:00"}], null, null, null, null, null], "holidays": ["2026-12-25"]},
	"reengagement": {"attempts": [{"delay": "0s", "template": "we_miss_you", "language": "en", "parameters": {"body": ["{{contact.name}}"]}}, {"delay": "49h0m0s", "template": "gone", "language": "en", "parameters": {"a": "b"}}],
		"max_per_contact": [{"max": 3, "per": "36h0m0s"}], "quiet_hours": {"from": "21:00", "to": "24:00"}, "budget": {"day_micros": 1500000}, "stop_on": ["close", "answer"], "min_prior_inbound": 2},
	"kept_replies": {"mode": "offer", "keep_for": "72h0m0s"}}}`

func TestANumberThatIsSavedAsItIsShownStaysAsItIs(t *testing.T) {
	t.Parallel()
	for _, settings := range []string{everything, `{"time_zone": "UTC", "account_time_zone": "UTC", "settings": {}}`} {
		d := newNumberDesk(t)
		d.put(settings)
		before := d.number()
		saved := d.press(d.form(), "save")
		require.Equal(t, http.StatusSeeOther, saved.Code, saved.Body)
		require.Equal(t, numberPage+"?saved=1", saved.Header().Get("Location"))
		require.Equal(t, before, d.number())
		require.Contains(t, d.open(saved.Header().Get("Location")).Body.String(), "Saved.")
	}
}

func TestANumberIsSetUpByItsForm(t *testing.T) {
	t.Parallel()
	d := newNumberDesk(t)
	v := d.form()
	for name, value := range map[string]string{"display": "Our shop", "waba_id": "waba-1", "time_zone": "Europe/Lisbon", "settings.reminders.before_end": "45 min",
		"settings.working_hours": "on", "settings.working_hours.holidays": "2026-12-25\r\n\r\n2027-01-01", "settings.reengagement.quiet_hours": "on",
		"settings.reengagement.quiet_hours.from": "21:00", "settings.reengagement.quiet_hours.to": "08:00", "settings.reengagement.budget": "on",
		"settings.reengagement.budget.day_micros": "12.50", "settings.kept_replies.mode": "auto", "settings.kept_replies.keep_for": "2 days"} {
		require.True(t, v.Has(name) || value == "on", name)
		v.Set(name, value)
	}
	v.Del("settings.reengagement.stop_on.close")
	// Rows, as without a script: each button brings the page back with what was typed in it.
	for _, button := range []string{"add_lead", "add_period:1", "add_period:1", "copy_monday", "remove_period:2.1", "add_attempt", "add_attempt", "remove_attempt:0", "add_words"} {
		page := d.press(v, button)
		require.Equal(t, http.StatusOK, page.Code, page.Body)
		v = console.FormOf(page.Body.String())
		require.Equal(t, "Our shop", v.Get("display"), button)
	}
	require.Equal(t, "UTC", d.number().TimeZone, "nothing is saved yet")
	v.Set("settings.reminders.leads[0]", "2 h")
	v.Set("settings.working_hours.week[1][1].from", "19:00")
	v.Set("settings.working_hours.week[1][1].to", "20:00")
	v.Set("settings.working_hours.week[3][1].from", "")
	v.Set("settings.working_hours.week[3][1].to", "")
	v.Set("settings.reengagement.attempts[0].template", "we_miss_you/en")
	v = console.FormOf(d.press(v, "refresh").Body.String())
	v.Set("settings.reengagement.attempts[0].parameters[0].value", "{{contact.first_name}}")
	v.Set("stop_words[0].language", "pt")
	v.Set("stop_words[0].words", "parar\r\nsair")
	saved := d.press(v, "save")
	require.Equal(t, http.StatusSeeOther, saved.Code, saved.Body)
	n := d.number()
	settings, err := json.Marshal(n.Settings)
	require.NoError(t, err)
	require.JSONEq(t, `{"reminders": {"leads": ["2h0m0s"], "before_end": "45m0s"}, "working_hours": {"holidays": ["2026-12-25", "2027-01-01"], "week": [null,
			[{"from": "09:00", "to": "18:00"}, {"from": "19:00", "to": "20:00"}], [{"from": "09:00", "to": "18:00"}], [{"from": "09:00", "to": "18:00"}],
			[{"from": "09:00", "to": "18:00"}, {"from": "09:00", "to": "18:00"}], [{"from": "09:00", "to": "18:00"}, {"from": "09:00", "to": "18:00"}], null]},
		"reengagement": {"attempts": [{"delay": "25h0m0s", "template": "we_miss_you", "language": "en", "parameters": ["{{contact.first_name}}"]}],
			"quiet_hours": {"from": "21:00", "to": "08:00"}, "budget": {"day_micros": 12500000}, "stop_on": ["answer", "opt_out"]},
		"kept_replies": {"mode": "auto", "keep_for": "48h0m0s"}}`, string(settings))
	require.Equal(t, map[string][]string{"pt": {"parar", "sair"}}, n.StopWords)
	require.True(t, n.Configured)
	require.Empty(t, n.Warnings)
}

func TestWhatIsWrongStandsBesideItsFieldAndWhatWasTypedIsKept(t *testing.T) {
	t.Parallel()
	d := newNumberDesk(t)
	d.put(everything)
	before := d.number()
	for name, tt := range map[string]struct{ field, value, says string }{
		"what is no length":       {"settings.reminders.leads[1]", "soon", "not a length of time"},
		"a lead that is too long": {"settings.reminders.leads[1]", "30 h", "between 1s and 24h"},
		"a zone that is none":     {"time_zone", "Mars/Olympus", "is not a time zone"},
		"hours of no day":         {"settings.working_hours.week[1][0].to", "08:00", "09:00-08:00 is not a period of one day"},
		"a field of nobody":       {"settings.reengagement.attempts[0].parameters[0].value", "{{contact.nme}}", "no field nme"},
		"a rate that is none":     {"messages_per_second", "many", "not a whole number"},
		"nothing in a second":     {"messages_per_second", "0", "expected number >= 1"},
		"contacts without end":    {"contacts_per_day", "unlimited", "not a whole number"},
		"contacts below none":     {"contacts_per_day", "-1", "expected number >= 0"},
		"an amount of nothing":    {"settings.reengagement.budget.day_micros", "a lot", "not an amount"},
		"no such holiday":         {"settings.working_hours.holidays", "Christmas", "is not a date"},
		"a word of nothing":       {"stop_words[0].words", strings.Repeat("x", 65), "is not a word"},
		"markup":                  {"settings.kept_replies.keep_for", `"><script>alert(1)</script>`, "not a length of time"},
	} {
		t.Run(name, func(t *testing.T) {
			v := d.form()
			require.True(t, v.Has(tt.field))
			v.Set(tt.field, tt.value)
			page := d.press(v, "save")
			require.Equal(t, http.StatusUnprocessableEntity, page.Code)
			text := html.UnescapeString(page.Body.String())
			require.Contains(t, text, tt.says)
			require.Contains(t, text, "Nothing was saved")
			require.Regexp(t, `class="error">[^<]*`+regexp.QuoteMeta(tt.says), text)
			require.Equal(t, tt.value, console.FormOf(page.Body.String()).Get(tt.field), "it is kept")
			require.NotContains(t, page.Body.String(), "<script>alert")
		})
	}
	require.Equal(t, before, d.number())
}

func TestWhoSavesOverSomebodyElsesChangesIsToldOfThemFirst(t *testing.T) {
	t.Parallel()
	d := newNumberDesk(t)
	mine := d.form()
	theirs := d.form()
	theirs.Set("time_zone", "Europe/Madrid")
	require.Equal(t, http.StatusSeeOther, d.press(theirs, "save").Code)
	mine.Set("display", "Mine")
	page := d.press(mine, "save")
	require.Equal(t, http.StatusConflict, page.Code)
	require.Contains(t, page.Body.String(), "somebody else has changed this number")
	require.Contains(t, page.Body.String(), "the people&#39;s time zone: now Europe/Madrid")
	require.Equal(t, "Europe/Madrid", d.number().TimeZone)
	again := console.FormOf(page.Body.String())
	require.Equal(t, "Mine", again.Get("display"), "what was typed is kept")
	require.Equal(t, http.StatusSeeOther, d.press(again, "save").Code, "who has been told may")
	require.Equal(t, []string{"Mine", "UTC"}, []string{d.number().Display, d.number().TimeZone})
}

func TestThePreviewFollowsTheForm(t *testing.T) {
	t.Parallel()
	d := newNumberDesk(t)
	d.put(everything)
	v := d.form()
	v.Set("settings.reengagement.attempts[1].template", "we_miss_you/en")
	v.Set("settings.reengagement.attempts[1].delay", "30 h")
	v.Set("example.ago", "23 h 50 min")
	page := d.post(numberPage+"/preview", v)
	require.Equal(t, http.StatusOK, page.Code, page.Body)
	text := page.Body.String()
	require.Contains(t, text, "Attempt 2: we_miss_you")
	require.Contains(t, text, "30 h after the window has closed")
	require.Contains(t, text, `<svg class="timeline"`)
	v.Set("settings.reengagement.attempts[1].delay", "soon")
	require.Contains(t, d.post(numberPage+"/preview", v).Body.String(), "Attempt 2, delay: this is not a length of time")
	v.Set("settings.reengagement.attempts[1].delay", "91 days")
	require.Contains(t, d.post(numberPage+"/preview", v).Body.String(), "must be between 0 and 90 days")
	v.Set("settings.reengagement.attempts[1].delay", "2 days")
	v.Set("example.time_zone", "Mars/Olympus")
	require.Contains(t, d.post(numberPage+"/preview", v).Body.String(), "is not a time zone")
	require.Equal(t, "gone", d.number().Settings.Reengagement.Attempts[1].Template, "nothing is saved")
}

func TestOnlyAdministratorsChangeNumbersAndEverybodySeesThem(t *testing.T) {
	t.Parallel()
	d := newNumberDesk(t)
	d.put(everything)
	v := d.form()
	for _, role := range []access.Role{access.Viewer, access.Agent, access.Accountant} {
		d.sitDown(role)
		page := d.open(numberPage)
		require.Equal(t, http.StatusOK, page.Code)
		require.NotContains(t, page.Body.String(), `value="save"`)
		require.NotContains(t, page.Body.String(), "/pause")
		require.Contains(t, page.Body.String(), "disabled")
		require.Equal(t, http.StatusForbidden, d.press(v, "save").Code)
		require.Equal(t, http.StatusForbidden, d.post(numberPage+"/pause", nil).Code)
		preview := d.post(numberPage+"/preview", url.Values{"example.ago": {"20 h"}}) // all that a disabled form posts
		require.Contains(t, preview.Body.String(), "Attempt 1: we_miss_you")
	}
}

func TestANumberIsPausedAndResumedFromItsPage(t *testing.T) {
	t.Parallel()
	d := newNumberDesk(t)
	paused := d.post(numberPage+"/pause", nil)
	require.Equal(t, []any{http.StatusSeeOther, numberPage}, []any{paused.Code, paused.Header().Get("Location")})
	require.NotNil(t, d.number().SenderPaused)
	for _, page := range []string{numberPage, "/console/numbers"} {
		require.Contains(t, d.open(page).Body.String(), "somebody has paused it")
		require.Contains(t, d.open(page).Body.String(), numberPage+"/resume")
	}
	require.Equal(t, http.StatusSeeOther, d.post(numberPage+"/resume", nil).Code)
	require.Nil(t, d.number().SenderPaused)
	require.Equal(t, http.StatusNotFound, d.post("/console/numbers/1/pause", nil).Code)
	require.Equal(t, http.StatusNotFound, d.open("/console/numbers/1").Code)
}
