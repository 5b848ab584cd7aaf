package whatsapptest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/whatsapp"
)

func TestMetaRefuses(t *testing.T) {
	w := newWorld(t)
	path := "/v26.0/" + shop + "/messages"
	long := strings.Repeat("é", 4097)
	for name, tc := range map[string]struct {
		method, path, auth, body string
		status, code             int
	}{
		"NoToken":                   {"POST", path, "", text, 401, 190},
		"AnotherToken":              {"POST", path, "Bearer stale", text, 401, 190},
		"AnUnknownNumber":           {"POST", "/v26.0/999/messages", "", text, 400, 100},
		"NoVersion":                 {"POST", "/" + shop + "/messages", "", text, 400, 2500},
		"AnUnknownEdge":             {"POST", "/v26.0/" + shop + "/letters", "", text, 400, 100},
		"AnotherMethod":             {"PUT", path, "", text, 400, 100},
		"NoJSON":                    {"POST", path, "", "hello", 400, 100},
		"AnEmptyBody":               {"POST", path, "", "", 400, 100},
		"NoProduct":                 {"POST", path, "", `{"to":"+447700900101","text":{"body":"x"}}`, 400, 100},
		"AnotherProduct":            {"POST", path, "", `{"messaging_product":"sms","to":"+447700900101","text":{"body":"x"}}`, 400, 100},
		"NoRecipient":               {"POST", path, "", `{"messaging_product":"whatsapp","text":{"body":"x"}}`, 400, 100},
		"ANumberWhereTextIsDue":     {"POST", path, "", `{"messaging_product":"whatsapp","to":447700900101,"text":{"body":"x"}}`, 400, 100},
		"NoPhone":                   {"POST", path, "", `{"messaging_product":"whatsapp","to":"Ada","text":{"body":"x"}}`, 400, 131009},
		"APhoneAsRecipient":         {"POST", path, "", `{"messaging_product":"whatsapp","recipient":"447700900101","text":{"body":"x"}}`, 400, 131009},
		"ItsOwnNumber":              {"POST", path, "", `{"messaging_product":"whatsapp","to":"+15550100001","text":{"body":"x"}}`, 400, 131021},
		"AGroup":                    {"POST", path, "", `{"messaging_product":"whatsapp","recipient_type":"group","to":"+447700900101","text":{"body":"x"}}`, 400, 100},
		"TextWithoutText":           {"POST", path, "", `{"messaging_product":"whatsapp","to":"+447700900101","type":"text"}`, 400, 100},
		"AnEmptyText":               {"POST", path, "", `{"messaging_product":"whatsapp","to":"+447700900101","text":{"body":""}}`, 400, 100},
		"ATextOf4097Characters":     {"POST", path, "", `{"messaging_product":"whatsapp","to":"+447700900101","text":{"body":"` + long + `"}}`, 400, 100},
		"OpaqueDataOf513Characters": {"POST", path, "", `{"messaging_product":"whatsapp","to":"+447700900101","text":{"body":"x"},"biz_opaque_callback_data":"` + long[:1026] + `"}`, 400, 100},
		"AnUnknownType":             {"POST", path, "", `{"messaging_product":"whatsapp","to":"+447700900101","type":"hologram"}`, 400, 100},
		"AnImageWithoutItsImage":    {"POST", path, "", `{"messaging_product":"whatsapp","to":"+447700900101","type":"image"}`, 400, 100},
		"ATemplateWithoutItsName":   {"POST", path, "", `{"messaging_product":"whatsapp","to":"+447700900101","type":"template","template":{}}`, 400, 100},
		"ATemplateWithoutLanguage":  {"POST", path, "", `{"messaging_product":"whatsapp","to":"+447700900101","type":"template","template":{"name":"come_back"}}`, 400, 100},
	} {
		t.Run(name, func(t *testing.T) {
			auth := tc.auth
			if tc.code != 190 {
				auth = "Bearer " + token
			}
			answer := w.call(tc.method, tc.path, auth, tc.body)
			require.Equal(t, tc.status, answer.status)
			require.Equal(t, tc.code, answer.Error.Code)
			require.NotEmpty(t, answer.Error.Message)
			require.NotEmpty(t, answer.Error.Type)
			require.NotEmpty(t, answer.Error.Trace)
			last := w.Requests()[len(w.Requests())-1]
			require.Equal(t, []any{"error", tc.status, tc.code}, []any{last.Outcome, last.Status, last.Code})
		})
	}
	require.Equal(t, 33, w.call("POST", "/v26.0/999/messages", "Bearer "+token, text).Error.Subcode)
	require.Empty(t, w.Messages(), "what was refused was accepted nowhere")
	require.NotContains(t, fmt.Sprint(w.Requests()), token)
}

func TestMetaAccepts(t *testing.T) {
	for name, body := range map[string]string{
		"APhoneWithoutPlus":    `{"messaging_product":"whatsapp","to":"447700900101","text":{"body":"x"}}`,
		"APhoneAsPeopleWrite":  `{"messaging_product":"whatsapp","to":"+44 7700 900-101","text":{"body":"x"}}`,
		"ATextOf4096":          `{"messaging_product":"whatsapp","to":"+447700900101","text":{"body":"` + strings.Repeat("é", 4096) + `"}}`,
		"OpaqueDataOf512":      `{"messaging_product":"whatsapp","to":"+447700900101","text":{"body":"x"},"biz_opaque_callback_data":"` + strings.Repeat("é", 512) + `"}`,
		"AnImage":              `{"messaging_product":"whatsapp","to":"+447700900101","type":"image","image":{"id":"1"}}`,
		"AnyTemplateIfNoneSet": template,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			require.Equal(t, http.StatusOK, w.send(body).status)
			require.Equal(t, customer, w.Messages()[0].To)
		})
	}
	t.Run("AReadReceipt", func(t *testing.T) {
		w := newWorld(t)
		require.Equal(t, http.StatusOK, w.send(`{"messaging_product":"whatsapp","status":"read","message_id":"wamid.TEST"}`).status)
		require.Empty(t, w.Messages())
	})
}

func TestABusinessScopedID(t *testing.T) {
	t.Run("ReachesItsContactAsRecipient", func(t *testing.T) {
		w := newWorld(t)
		w.writes(Inbound{BSUID: bsuid, Text: "Hi"})
		answer := w.send(`{"messaging_product":"whatsapp","recipient":"` + bsuid + `","text":{"body":"x"}}`)
		require.Equal(t, []map[string]string{{"input": bsuid, "user_id": bsuid}}, answer.Contacts)
		w.settle()
		statuses := received[*whatsapp.Status](w.in)
		require.Equal(t, []string{"sent", "delivered", "read"}, states(statuses))
		require.Equal(t, whatsapp.Contact{BSUID: bsuid}, statuses[0].Contact)
	})
	t.Run("SharesTheWindowOfItsPhone", func(t *testing.T) {
		w := newWorld(t)
		w.writes(Inbound{From: "+" + customer, BSUID: bsuid, Text: "Hi"})
		w.send(`{"messaging_product":"whatsapp","recipient":"` + bsuid + `","text":{"body":"x"}}`)
		w.settle()
		statuses := received[*whatsapp.Status](w.in)
		require.Equal(t, []string{"sent", "delivered", "read"}, states(statuses))
		require.Equal(t, whatsapp.Contact{WaID: customer, BSUID: bsuid}, statuses[0].Contact)
	})
	t.Run("IsSilentlyDroppedAsTo", func(t *testing.T) {
		w := newWorld(t)
		require.Equal(t, http.StatusOK, w.send(`{"messaging_product":"whatsapp","to":"`+bsuid+`","text":{"body":"x"}}`).status)
		w.settle()
		require.True(t, w.Messages()[0].Dropped)
		require.Empty(t, w.Webhooks())
	})
}

func TestTemplates(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Templates = []Template{
			{Name: "plain"},
			{Name: "come_back", Category: "UTILITY", Components: []TemplateComponent{
				{Type: "HEADER", Format: "TEXT", Text: "News of {{1}}"},
				{Type: "BODY", Text: "Dear {{1}}, your {{2}} is ready, {{1}}."},
				{Type: "BUTTONS", Buttons: []TemplateButton{{Type: "QUICK_REPLY", Text: "Yes"}, {Type: "URL", Text: "See", URL: "https://shop.example/{{1}}"}}},
			}},
			{Name: "by_name_with_button", Components: []TemplateComponent{{Type: "BODY", Text: "Dear {{first_name}}"},
				{Type: "BUTTONS", Buttons: []TemplateButton{{Type: "URL", Text: "See", URL: "https://shop.example/{{1}}"}}}}},
			{Name: "by_name", Components: []TemplateComponent{{Type: "BODY", Text: "Dear {{first_name}}"}}},
			{Name: "paused", Status: "PAUSED"}, {Name: "disabled", Status: "DISABLED"}, {Name: "pending", Status: "PENDING"},
		}
	})
	param := func(texts ...string) string {
		var out []string
		for _, s := range texts {
			out = append(out, `{"type":"text","text":"`+s+`"}`)
		}
		return `"parameters":[` + strings.Join(out, ",") + `]`
	}
	header, button := `{"type":"header",`+param("the shop")+`}`, `{"type":"button","sub_type":"url","index":"1",`+param("42")+`}`
	named := func(name string) string {
		return `{"type":"body","parameters":[{"type":"text","text":"Ada","parameter_name":"` + name + `"}]}`
	}
	for name, tc := range map[string]struct {
		template, language, components string
		status, code                   int
	}{
		"Accepted":             {"come_back", "en_US", header + `,{"type":"body",` + param("Ada", "bike") + `},` + button, 200, 0},
		"TooFewParameters":     {"come_back", "en_US", header + `,{"type":"body",` + param("Ada") + `},` + button, 400, 132000},
		"TooManyParameters":    {"come_back", "en_US", header + `,{"type":"body",` + param("Ada", "b", "c") + `},` + button, 400, 132000},
		"NoHeaderParameter":    {"come_back", "en_US", `{"type":"body",` + param("Ada", "bike") + `},` + button, 400, 132000},
		"NoButtonParameter":    {"come_back", "en_US", header + `,{"type":"body",` + param("Ada", "bike") + `}`, 400, 131008},
		"ALineBreak":           {"come_back", "en_US", header + `,{"type":"body",` + param("Ada", `a\nb`) + `},` + button, 400, 132018},
		"FiveSpaces":           {"come_back", "en_US", header + `,{"type":"body",` + param("Ada", `a     b`) + `},` + button, 400, 132018},
		"AnEmptyParameter":     {"come_back", "en_US", header + `,{"type":"body",` + param("Ada", ``) + `},` + button, 400, 131008},
		"TooLongWhenFilledIn":  {"come_back", "en_US", header + `,{"type":"body",` + param("Ada", strings.Repeat("x", 1010)) + `},` + button, 400, 132005},
		"AnUnknownComponent":   {"plain", "en_US", `{"type":"tail"}`, 400, 100},
		"ParametersOfNone":     {"plain", "en_US", ``, 200, 0},
		"AnUnknownName":        {"nobody", "en_US", ``, 404, 132001},
		"AnUnknownLanguage":    {"plain", "de", ``, 404, 132001},
		"ALanguageWithAHyphen": {"plain", "en-US", ``, 404, 132001},
		"ByName":               {"by_name", "en_US", named("first_name"), 200, 0},
		"ByAnotherName":        {"by_name", "en_US", named("name"), 400, 132012},
		"ByNameWithAButton":    {"by_name_with_button", "en_US", named("first_name") + `,` + strings.Replace(button, `"1"`, `"0"`, 1), 200, 0},
		"NamedAndPositional": {"by_name", "en_US", `{"type":"body","parameters":[{"type":"text","text":"a","parameter_name":"first_name"},
			{"type":"text","text":"b"}]}`, 400, 132012},
		"Paused":   {"paused", "en_US", ``, 400, 132015},
		"Disabled": {"disabled", "en_US", ``, 400, 132016},
		"Pending":  {"pending", "en_US", ``, 404, 132001},
	} {
		t.Run(name, func(t *testing.T) {
			answer := w.send(`{"messaging_product":"whatsapp","to":"+447700900101","type":"template","template":{"name":"` + tc.template +
				`","language":{"code":"` + tc.language + `"},"components":[` + tc.components + `]}}`)
			require.Equal(t, []int{tc.status, tc.code}, []int{answer.status, answer.Error.Code}, answer.Error.Data.Details)
			if tc.status == 200 {
				require.Equal(t, "accepted", answer.Messages[0]["message_status"])
			}
		})
	}
}

func TestTemplatesAreListedInPages(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		w.SetTemplate(Template{Name: fmt.Sprintf("t%d", i)})
	}
	w.SetTemplate(Template{Name: "t3", Status: "PAUSED"}) // replaces
	var names []string
	path := "/v26.0/" + waba + "/message_templates?fields=name,status&limit=2"
	for range 3 {
		resp, err := w.try(t.Context(), "GET", path, "Bearer "+token, "")
		require.NoError(t, err)
		var page struct {
			Data   []map[string]string
			Paging struct {
				Cursors struct{ After string }
				Next    string
			}
		}
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&page))
		require.NoError(t, resp.Body.Close())
		for _, template := range page.Data {
			require.Len(t, template, 3, "the id and the fields asked for")
			names = append(names, template["name"]+" "+template["status"])
		}
		require.NotEmpty(t, page.Paging.Cursors.After)
		require.Equal(t, len(names) < 5, page.Paging.Next != "")
		path = "/v26.0/" + waba + "/message_templates?fields=name,status&limit=2&after=" + page.Paging.Cursors.After
	}
	require.Equal(t, []string{"t0 APPROVED", "t1 APPROVED", "t2 APPROVED", "t3 PAUSED", "t4 APPROVED"}, names)
	require.Equal(t, 100, w.call("GET", "/v26.0/"+waba+"/message_templates?after=x", "Bearer "+token, "").Error.Code)
}

func TestANumberDescribesItself(t *testing.T) {
	w := newWorld(t)
	resp, err := w.try(t.Context(), "GET", "/v26.0/"+branch+"?fields=display_phone_number,quality_rating", "Bearer "+token, "")
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"`+branch+`","display_phone_number":"15550100002","quality_rating":"GREEN"}`, string(body))
}

func TestScript(t *testing.T) {
	inWindow := func(t *testing.T, rules ...Rule) *world {
		w := newWorld(t)
		w.writes(Inbound{Text: "Hi"})
		require.NoError(t, w.Script(rules...))
		return w
	}
	t.Run("AnswersAnErrorOnceAndThenAccepts", func(t *testing.T) {
		w := inWindow(t, Rule{Do: "error", Code: 131056, Details: "slower"})
		answer := w.send(text)
		require.Equal(t, []any{400, 131056, "slower"}, []any{answer.status, answer.Error.Code, answer.Error.Data.Details})
		require.Empty(t, w.Messages())
		require.Equal(t, http.StatusOK, w.send(text).status)
	})
	t.Run("AnswersAsOftenAsItSays", func(t *testing.T) {
		w := inWindow(t, Rule{Do: "error", Code: 130429, Times: 2}, Rule{Do: "error", Code: 131000, Times: -1})
		for _, code := range []int{130429, 130429, 131000, 131000, 131000} {
			require.Equal(t, code, w.send(text).Error.Code)
		}
		require.NoError(t, w.Script())
		require.Equal(t, http.StatusOK, w.send(text).status)
	})
	t.Run("ChoosesByWhatIsSent", func(t *testing.T) {
		w := inWindow(t, Rule{Match: Match{Template: "come_back"}, Do: "error", Code: 132015},
			Rule{Match: Match{To: "+447700900999"}, Do: "error", Code: 131026}, Rule{Match: Match{Number: branch}, Do: "error", Code: 131048})
		require.Equal(t, http.StatusOK, w.send(text).status)
		require.Equal(t, 132015, w.send(template).Error.Code)
		require.Equal(t, 131026, w.send(strings.Replace(text, customer, "447700900999", 1)).Error.Code)
		require.Equal(t, 131048, w.call("POST", "/v26.0/"+branch+"/messages", "Bearer "+token, text).Error.Code)
	})
	t.Run("AnswersAsAProxyWould", func(t *testing.T) {
		html := "<html>Bad Gateway</html>"
		w := inWindow(t, Rule{Do: "error", HTTPStatus: 502, Raw: &html}, Rule{Do: "error", HTTPStatus: 503})
		for _, want := range []string{html, "Service Unavailable"} {
			resp, err := w.try(t.Context(), "POST", "/v26.0/"+shop+"/messages", "Bearer "+token, text)
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, want, string(body))
		}
	})
	t.Run("HangsWithoutSending", func(t *testing.T) {
		w := inWindow(t, Rule{Do: "hang"})
		ctx, cancel := context.WithCancel(t.Context())
		answered := make(chan error)
		go func() {
			_, err := w.try(ctx, "POST", "/v26.0/"+shop+"/messages", "Bearer "+token, text)
			answered <- err
		}()
		require.Eventually(t, func() bool {
			requests := w.Requests()
			return len(requests) == 1 && requests[0].Outcome == "hang"
		}, 10*time.Second, time.Millisecond)
		cancel()
		require.ErrorIs(t, <-answered, context.Canceled)
		require.Empty(t, w.Messages())
	})
	t.Run("HangsAndSendsAllTheSame", func(t *testing.T) {
		w := inWindow(t, Rule{Do: "hang", Accepted: true, Seconds: 0.05})
		_, err := w.try(t.Context(), "POST", "/v26.0/"+shop+"/messages", "Bearer "+token, text)
		require.Error(t, err)
		w.settle()
		statuses := received[*whatsapp.Status](w.in)
		require.Equal(t, []string{"sent", "delivered", "read"}, states(statuses))
		require.Equal(t, "send-1/1", statuses[0].OpaqueData, "by which an unknown send is found again")
	})
	t.Run("ResetsAfterItAccepted", func(t *testing.T) {
		w := inWindow(t, Rule{Do: "reset_after_accept"})
		_, err := w.try(t.Context(), "POST", "/v26.0/"+shop+"/messages", "Bearer "+token, text)
		require.Error(t, err)
		w.settle()
		require.Len(t, w.Messages(), 1)
		require.Equal(t, "reset_after_accept", w.Requests()[0].Outcome)
		require.Equal(t, []string{"sent", "delivered", "read"}, states(received[*whatsapp.Status](w.in)))
	})
	t.Run("ReportsOtherStatuses", func(t *testing.T) {
		w := inWindow(t, Rule{Do: "status", Status: "failed", Code: 131049}, Rule{Do: "status", Statuses: []string{"sent", "read"}},
			Rule{Do: "status", Statuses: []string{}})
		for range 3 {
			require.Equal(t, http.StatusOK, w.send(text).status)
			w.settle()
		}
		statuses := received[*whatsapp.Status](w.in)
		require.Equal(t, []string{"failed", "sent", "read"}, states(statuses))
		require.Equal(t, 131049, statuses[0].Errors[0].Code)
		require.NotNil(t, statuses[2].Pricing, "a read that says delivered as well")
	})
	t.Run("HoldsAMessageBack", func(t *testing.T) {
		w := inWindow(t, Rule{Do: "accept", MessageStatus: "held_for_quality_assessment"})
		require.Equal(t, "held_for_quality_assessment", w.send(template).Messages[0]["message_status"])
	})
	t.Run("RefusesWhatItDoesNotUnderstand", func(t *testing.T) {
		w := newWorld(t)
		for _, r := range []Rule{{}, {Do: "explode"}, {Do: "error"}, {Do: "status"}} {
			require.Error(t, w.Script(Rule{Do: "error", Code: 1}, r))
		}
		require.Equal(t, http.StatusOK, w.send(template).status, "nothing of a bad script holds")
	})
}

func TestStatusesByHand(t *testing.T) {
	w := newWorld(t)
	w.AutoStatuses(false)
	w.writes(Inbound{Text: "Hi"})
	id := w.send(text).Messages[0]["id"]
	w.settle()
	require.Empty(t, received[*whatsapp.Status](w.in))
	require.NoError(t, w.Report(t.Context(), id, "read", 0))
	require.NoError(t, w.Report(t.Context(), id, "failed", 0))
	w.settle()
	statuses := received[*whatsapp.Status](w.in)
	require.Equal(t, []string{"read", "failed"}, states(statuses))
	require.Equal(t, 131000, statuses[1].Errors[0].Code)
	require.Error(t, w.Report(t.Context(), "wamid.NOBODY", "read", 0))

	require.NoError(t, w.Script(Rule{Do: "status", Status: "delivered"}))
	w.send(text)
	w.settle()
	require.Equal(t, []string{"read", "failed", "delivered"}, states(received[*whatsapp.Status](w.in)), "a script is obeyed all the same")
}
