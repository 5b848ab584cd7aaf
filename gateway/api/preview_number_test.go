package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

const previewBody = `{"time_zone": "Europe/Lisbon", "account_time_zone": "UTC", "waba_id": "waba-1", "settings": {
	"working_hours": {"week": [null, [{"from": "09:00", "to": "18:00"}], [{"from": "09:00", "to": "18:00"}], null, null, null, null]},
	"reengagement": {"quiet_hours": {"from": "20:00", "to": "08:00"}, "attempts": [
		{"delay": "2h0m0s", "template": "we_miss_you", "language": "en", "parameters": ["{{contact.name}}"]},
		{"delay": "3h0m0s", "template": "we_miss_you", "language": "en", "parameters": ["{{contact.name}}"]},
		{"delay": "30h0m0s", "template": "paused", "language": "en"}]}},
	"example": {"last_inbound_at": "2026-11-23T17:00:00Z", "time_zone": "America/Sao_Paulo"}}`

func (f *fixture) addTemplate(waba, name, status, body string) {
	f.exec(`INSERT INTO templates (waba_id, name, language, status, category, components, changed_at)
		VALUES ($1, $2, 'en', $3, 'marketing', jsonb_build_array(jsonb_build_object('type', 'BODY', 'text', $4::text)), now())`, waba, name, status, body)
}

func TestAPreviewSaysWhatSettingsWouldDoAndWhy(t *testing.T) {
	f := newFixture(t)
	f.addTemplate("waba-1", "we_miss_you", "approved", "Hello {{1}}")
	f.addTemplate("waba-1", "paused", "paused", "Hello")
	var p api.NumberPreview
	require.Equal(t, http.StatusOK, f.call("POST", "/v1/numbers/"+number+"/preview", previewBody, &p).StatusCode)
	require.Empty(t, p.Problems)
	require.Len(t, p.Items, 5)
	type seen struct{ kind, at, planned, code string }
	var all []seen
	for _, i := range p.Items {
		require.NotEmpty(t, i.Sentence)
		all = append(all, seen{string(i.Kind), i.At.Format("02 15:04"), i.PlannedAt.Format("02 15:04"), string(i.Code)})
	}
	require.Equal(t, []seen{
		{"reminder", "24 16:00", "24 16:00", ""},
		{"window_closes", "24 17:00", "24 17:00", ""},
		{"attempt", "24 19:00", "24 19:00", "allowed"}, // 16:00 in Sao Paulo
		{"attempt", "24 20:00", "24 20:00", "frequency_capped"},
		{"attempt", "26 11:00", "25 23:00", "template_not_approved"}, // from 20:00 to 08:00 in Sao Paulo
	}, all)
	require.Equal(t, "2026-11-24T23:00:00Z", p.Items[2].NotAfter.Format(time.RFC3339), "when it is 20:00 there")
	require.Nil(t, p.Items[3].NotAfter)
	require.Equal(t, "we_miss_you", p.Items[2].Template)
	require.Equal(t, "2026-11-23T17:00:00Z", p.WorkingHours[0].From.Format(time.RFC3339))
	require.Equal(t, "2026-11-23T23:00:00Z", p.QuietHours[0].From.Format(time.RFC3339))
	require.Equal(t, "template_not_approved", p.Warnings[0].Code)

	var n api.BusinessNumber
	f.call("GET", "/v1/numbers/"+number, "", &n)
	require.False(t, n.Configured, "nothing has changed")
	require.Empty(t, n.Settings.Reengagement.Attempts)
}

func TestAPreviewOfWhatWouldBeRefusedNamesTheFields(t *testing.T) {
	f := newFixture(t)
	for name, tt := range map[string]struct {
		old, new string
		fields   []string
	}{
		"nothing is wrong":      {"Hello", "Hello", nil},
		"a zone that is none":   {"Europe/Lisbon", "Mars/Olympus", []string{"time_zone"}},
		"the contact's zone":    {"America/Sao_Paulo", "Mars/Olympus", []string{"example.time_zone"}},
		"a message of long ago": {"2026-11-23", "1999-11-23", []string{"example.last_inbound_at"}},
		"a field that is none":  {"contact.name}}\"]},\n\t\t{\"delay\": \"3h", "contact.nme}}\"]},\n\t\t{\"delay\": \"3h", []string{"settings.reengagement.attempts[0].parameters"}},
		"several things": {`"delay": "3h0m0s", "template": "we_miss_you"`, `"delay": "1h0m0s", "template": ""`,
			[]string{"settings.reengagement.attempts[1].delay", "settings.reengagement.attempts[1]"}},
	} {
		t.Run(name, func(t *testing.T) {
			var p api.NumberPreview
			body := strings.Replace(previewBody, tt.old, tt.new, 1)
			require.Equal(t, http.StatusOK, f.call("POST", "/v1/numbers/"+number+"/preview", body, &p).StatusCode)
			var fields []string
			for _, e := range p.Problems {
				fields = append(fields, e.Field)
				require.NotEmpty(t, e.Detail)
			}
			require.Equal(t, tt.fields, fields)
			require.Equal(t, tt.fields == nil, len(p.Items) > 0)
		})
	}
	require.Equal(t, http.StatusNotFound, f.call("POST", "/v1/numbers/1/preview", previewBody, nil).StatusCode)
	var p api.Problem
	require.Equal(t, http.StatusUnprocessableEntity, f.call("POST", "/v1/numbers/"+number+"/preview", `{"settings": {}}`, &p).StatusCode)
	require.Equal(t, "missing_field", p.Code)
}

func TestWhoSetsANumberFromAnOldVersionIsToldWhatHasChanged(t *testing.T) {
	f := newFixture(t)
	var first api.BusinessNumber
	f.call("PUT", "/v1/numbers/"+number, numberBody, &first)
	set := func(body, version string, out any) int {
		return f.call("PUT", "/v1/numbers/"+number, strings.Replace(body, `{"display"`, `{"version": "`+version+`", "display"`, 1), out).StatusCode
	}
	var again, second api.BusinessNumber
	require.Equal(t, http.StatusOK, set(numberBody, first.Version, &again))
	require.Equal(t, first.Version, again.Version, "the same once more")
	other := strings.NewReplacer(`America/Sao_Paulo`, `Europe/London`, `"parar"`, `"parar", "sair"`).Replace(numberBody)
	require.Equal(t, http.StatusOK, set(other, first.Version, &second))
	require.NotEqual(t, first.Version, second.Version)

	var p api.Problem
	require.Equal(t, http.StatusConflict, set(numberBody, first.Version, &p))
	require.Equal(t, "number_changed", p.Code)
	require.Equal(t, []api.FieldError{{Field: "time_zone", Code: "changed", Detail: "the people's time zone"},
		{Field: "stop_words", Code: "changed", Detail: "the stop words"}}, p.Errors)
	var n api.BusinessNumber
	f.call("GET", "/v1/numbers/"+number, "", &n)
	require.Equal(t, "Europe/London", n.TimeZone, "nothing was set")
	require.Equal(t, http.StatusConflict, set(numberBody, "something else", nil))
	require.Equal(t, http.StatusOK, f.call("PUT", "/v1/numbers/"+number, numberBody, nil).StatusCode, "who names none replaces what there is")
}

func TestAnIdThatNoWebhookCouldNameIsNotMade(t *testing.T) {
	f := newFixture(t)
	f.addNumber("an-old-one")
	for id, status := range map[string]int{"106540352242923": http.StatusOK, "an-old-one": http.StatusOK, "+12025550100": http.StatusUnprocessableEntity,
		"support": http.StatusUnprocessableEntity, "123456789012345678901": http.StatusUnprocessableEntity} {
		require.Equal(t, status, f.call("PUT", "/v1/numbers/"+id, numberBody, nil).StatusCode, id)
	}
	var page api.Page[api.BusinessNumber]
	f.call("GET", "/v1/numbers", "", &page)
	require.Len(t, page.Items, 3)
}

func TestParametersThatDoNotFitTheTemplateAreAWarning(t *testing.T) {
	f := newFixture(t)
	f.addTemplate("waba-1", "we_miss_you", "approved", "Hello {{1}} and {{2}}")
	put := func(parameters string, out any) int {
		return f.call("PUT", "/v1/numbers/"+number, `{"waba_id": "waba-1", "time_zone": "UTC", "account_time_zone": "UTC", "settings": {"reengagement": {"attempts": [
			{"delay": "1h0m0s", "template": "we_miss_you", "language": "en", "parameters": `+parameters+`}]}}}`, out).StatusCode
	}
	var n api.BusinessNumber
	require.Equal(t, http.StatusOK, put(`["{{contact.name}}"]`, &n))
	require.Equal(t, []api.NumberWarning{{Code: "template_parameters", Field: "settings.reengagement.attempts[0].parameters", Sentence: "Text: 2 values are needed, not 1."}}, n.Warnings)
	require.Equal(t, http.StatusOK, put(`["{{contact.name}}", "blue"]`, &n))
	require.Empty(t, n.Warnings)
	var p api.Problem
	require.Equal(t, http.StatusUnprocessableEntity, put(`["{{contact.nme}}", "blue"]`, &p))
	require.Equal(t, "template_parameters", p.Code)
	require.Equal(t, "settings.reengagement.attempts[0].parameters", p.Field)
	require.Contains(t, p.Detail, "no field nme")
}
