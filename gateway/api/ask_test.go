package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/engine"
	"reengage/gateway/api"
	"reengage/intake"
	"reengage/whatsapp"
	"reengage/workflows/contract"
)

func TestEachRequestReachesTheWorkflowAsItWasMade(t *testing.T) {
	f := newFixture(t)
	id, kept := f.add(someone{}), uuid.New()
	path := "/v1/conversations/" + id.String()
	r := contract.Request{ID: "r-1", RequestedBy: "configured"}
	thanks := contract.Template{Name: "thanks", Language: "en_US", Parameters: json.RawMessage(`["Ada"]`)}
	for _, tt := range []struct {
		path, body, update string
		status             int
		payload            any
	}{
		{"/messages", `{"text": " Yes. ", "critical": true, "fallback_template": {"name": "thanks", "language": "en_US", "parameters": ["Ada"]}}`,
			contract.UpdateSendMessage, 202, contract.SendMessage{Request: r, Text: " Yes. ", Critical: true, Fallback: &thanks}},
		{"/messages", `{"text": "Yes."}`, contract.UpdateSendMessage, 202, contract.SendMessage{Request: r, Text: "Yes."}},
		{"/templates", `{"name": "thanks", "language": "en_US", "parameters": ["Ada"], "critical": true}`,
			contract.UpdateSendTemplate, 202, contract.SendTemplate{Request: r, Template: thanks, Critical: true}},
		{"/templates", `{"name": "thanks", "language": "en_US", "parameters": null}`,
			contract.UpdateSendTemplate, 202, contract.SendTemplate{Request: r, Template: contract.Template{Name: "thanks", Language: "en_US"}}},
		{"/kept-replies", `{"text": "Yes.", "template": {"name": "thanks", "language": "en_US", "parameters": ["Ada"]}}`,
			contract.UpdateKeepReply, 202, contract.KeepReply{Request: r, Text: "Yes.", Template: thanks}},
		{"/kept-replies/" + kept.String() + "/send", "", contract.UpdateReleaseKeptReply, 202, contract.ReleaseKeptReply{Request: r, KeptReplyID: kept}},
		{"/kept-replies/" + kept.String() + "/discard", "", contract.UpdateReleaseKeptReply, 200,
			contract.ReleaseKeptReply{Request: r, KeptReplyID: kept, Discard: true}},
		{"/close", "", contract.UpdateClose, 200, contract.Close{Request: r}},
	} {
		t.Run(tt.path, func(t *testing.T) {
			f.engine.asked = nil
			send := f.engine.allow()
			var accepted api.Accepted
			require.Equal(t, tt.status, f.post(path+tt.path, "r-1", tt.body, &accepted).StatusCode)
			require.Equal(t, []question{{id, tt.update, "r-1", tt.payload}}, f.engine.asked)
			require.Equal(t, api.Accepted{ConversationID: id, SendID: &send, RequestID: "r-1", Verdict: f.engine.answer.Verdict}, accepted)
		})
	}
}

func TestWithoutAKeyEachRequestIsAnother(t *testing.T) {
	f := newFixture(t)
	path := "/v1/conversations/" + f.add(someone{}).String() + "/messages"
	f.engine.allow()
	var first, second api.Accepted
	f.post(path, "", `{"text": "Yes."}`, &first)
	f.post(path, "", `{"text": "Yes."}`, &second)
	require.NotEmpty(t, first.RequestID)
	require.NotEqual(t, first.RequestID, second.RequestID)
	require.Equal(t, first.RequestID, f.engine.asked[0].requestID)
}

func TestARefusalHasTheGatesCodeSentenceAndFacts(t *testing.T) {
	f := newFixture(t)
	path := "/v1/conversations/" + f.add(someone{}).String() + "/templates"
	send := uuid.New()
	for _, tt := range []struct {
		verdict       conversation.Verdict
		status        int
		field, member string
	}{
		{conversation.Verdict{Code: conversation.OptInRequired, Rule: "gate", Sentence: "no opt-in",
			Facts: conversation.VerdictFacts{Category: conversation.Marketing, ExpiredAt: noon}}, 409, "",
			`"facts":{"expired_at":"2026-11-20T12:00:00Z","category":"marketing"}`},
		{conversation.Verdict{Code: conversation.FrequencyCapped, Rule: "policy", Sentence: "too many",
			Facts: conversation.VerdictFacts{Cap: &conversation.CapUse{Max: 1, Per: conversation.Duration(24 * time.Hour), Sent: 1}}}, 409, "",
			`"facts":{"cap":{"max":1,"per":"24h0m0s","sent":1}}`},
		{conversation.Verdict{Code: conversation.TemplateNotFound, Rule: "gate", Sentence: "no such"}, 409, "", `"facts":{}`},
		{conversation.Verdict{Code: conversation.TemplateParameters, Rule: "gate", Sentence: "one too few"}, 422, "parameters",
			`"errors":[{"field":"parameters","code":"template_parameters","detail":"one too few"}]`},
		{conversation.Verdict{Code: conversation.SendInProgress, Rule: "W6", Sentence: "wait",
			Facts: conversation.VerdictFacts{Pending: "unknown"}}, 409, "", `"facts":{"pending":"unknown"}`},
	} {
		t.Run(string(tt.verdict.Code), func(t *testing.T) {
			f.engine.answer = contract.Answer{SendID: &send, Verdict: tt.verdict}
			var raw json.RawMessage
			res := f.post(path, "r-1", `{"name": "thanks", "language": "en_US"}`, &raw)
			require.Equal(t, tt.status, res.StatusCode)
			require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
			require.Contains(t, string(raw), tt.member)
			var p api.Problem
			require.NoError(t, json.Unmarshal(raw, &p))
			require.Equal(t, string(tt.verdict.Code), p.Code)
			require.Equal(t, tt.verdict.Sentence, p.Detail)
			require.Equal(t, tt.verdict.Rule, p.Rule)
			require.Equal(t, tt.field, p.Field)
			require.Equal(t, &send, p.SendID)
			require.Nil(t, p.Templates)
		})
	}
}

func TestAClosedWindowIsRefusedWithTheTemplatesThatCouldGoInstead(t *testing.T) {
	f := newFixture(t)
	id := f.add(someone{inbound: longAgo})
	f.exec(`UPDATE business_numbers SET waba_id = 'waba-1'`)
	template := func(waba, name, status, category string) {
		f.exec(`INSERT INTO templates (waba_id, name, language, status, category, changed_at) VALUES ($1, $2, 'en_US', $3, $4, now())`,
			waba, name, status, category)
	}
	template("waba-1", "offer", "approved", "marketing")
	template("waba-1", "news", "approved", "utility")
	template("waba-1", "news_pending", "pending", "utility")
	template("waba-2", "of_another_account", "approved", "utility")
	template("waba-1", "gone", "approved", "utility")
	f.exec(`UPDATE templates SET removed_at = now() WHERE name = 'gone'`)
	f.engine.answer = contract.Answer{Verdict: conversation.Verdict{Code: conversation.WindowClosed, Rule: "W5", Sentence: "closed",
		Facts: conversation.VerdictFacts{ExpiredAt: noon}}}
	ask := func() string {
		var raw json.RawMessage
		require.Equal(t, http.StatusConflict, f.post("/v1/conversations/"+id.String()+"/messages", "", `{"text": "Hello"}`, &raw).StatusCode)
		require.Contains(t, string(raw), `"code":"window_closed"`)
		require.Contains(t, string(raw), `"expired_at":"2026-11-20T12:00:00Z"`)
		return string(raw)
	}
	require.Contains(t, ask(), `"templates":[]`, "the contact has opted in to nothing")
	f.exec(`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at)
		SELECT contact_id, 'utility', true, 'form', now() FROM conversations`)
	require.Contains(t, ask(), `"templates":[{"name":"news","language":"en_US","category":"utility"}]`)
	for i := range 30 {
		template("waba-1", fmt.Sprintf("zz_%d", i), "approved", "utility")
	}
	require.Equal(t, 20, strings.Count(ask(), `"category":"utility"`))
}

func TestFaultsAreProblems(t *testing.T) {
	f := newFixture(t)
	path := "/v1/conversations/" + f.add(someone{}).String() + "/messages"
	for _, tt := range []struct {
		name        string
		answer      contract.Answer
		err         error
		status      int
		code, field string
	}{
		{"another request has the key", contract.Answer{Fault: contract.FaultRequestReused}, nil, 409, "idempotency_key_reused", "Idempotency-Key"},
		{"no such kept reply", contract.Answer{Fault: contract.FaultUnknownKept}, nil, 404, "kept_reply_not_found", ""},
		{"a settled kept reply", contract.Answer{Fault: contract.FaultKeptNotLive}, nil, 409, "kept_reply_settled", ""},
		{"a merged contact", contract.Answer{Fault: contract.FaultMergedElsewhere}, nil, 409, "conversation_merged", ""},
		{"not understood", contract.Answer{Fault: contract.FaultInvalidRequest}, nil, 422, "invalid_request", ""},
		{"no conversation", contract.Answer{}, intake.ErrUnknownConversation, 404, "conversation_not_found", ""},
		{"anything else", contract.Answer{}, fmt.Errorf("x"), 500, "internal_error", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f.engine.answer, f.engine.err = tt.answer, tt.err
			var p api.Problem
			require.Equal(t, tt.status, f.post(path, "r-1", `{"text": "Hello"}`, &p).StatusCode)
			require.Equal(t, tt.code, p.Code)
			require.Equal(t, tt.field, p.Field)
			require.NotEmpty(t, p.Detail)
		})
	}
}

func TestWhenNoWorkerAnswersTheCallerLearnsHowToRepeatSafely(t *testing.T) {
	f := newFixture(t)
	f.engine.err = fmt.Errorf("%w: away", engine.ErrUnavailable)
	var p api.Problem
	res := f.post("/v1/conversations/"+f.add(someone{}).String()+"/messages", "", `{"text": "Hello"}`, &p)
	require.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
	require.Equal(t, "5", res.Header.Get("Retry-After"))
	require.Equal(t, "engine_unavailable", p.Code)
	require.Equal(t, f.engine.asked[0].requestID, p.RequestID)
	require.Contains(t, p.Detail, "Idempotency-Key: "+p.RequestID)
}

func TestWhatCouldNeverBeSentIsRefusedBeforeTheWorkflowIsAsked(t *testing.T) {
	f := newFixture(t)
	path := "/v1/conversations/" + f.add(someone{}).String()
	long := strings.Repeat("é", whatsapp.MaxText)
	require.Equal(t, whatsapp.MaxText, conversation.MaxText, "of a nudge's text, in a package that imports nothing")
	f.engine.allow()
	require.Equal(t, 202, f.post(path+"/messages", "", `{"text": "`+long+`"}`, nil).StatusCode, "4,096 characters")
	f.engine.asked = nil
	template := `{"name": "thanks", "language": "en_US"}`
	for name, tt := range map[string]struct{ path, key, body, field string }{
		"no text":                     {"/messages", "", `{}`, "text"},
		"an empty text":               {"/messages", "", `{"text": ""}`, "text"},
		"white space":                 {"/messages", "", `{"text": " \n "}`, "text"},
		"a character too many":        {"/messages", "", `{"text": "` + long + `é"}`, "text"},
		"half a letter":               {"/messages", "", "{\"text\": \"Ad\xc3\"}", "text"},
		"half a letter somewhere":     {"/messages", "", "{\"text\": \"Ada\", \"fallback_template\": {\"name\": \"a\", \"language\": \"en\", \"parameters\": [\"\xc3\"]}}", ""},
		"NUL":                         {"/messages", "", `{"text": "a\u0000b"}`, "text"},
		"a fallback without a name":   {"/messages", "", `{"text": "a", "fallback_template": {"language": "en_US"}}`, "fallback_template.name"},
		"a name that cannot be":       {"/templates", "", `{"name": "Thanks!", "language": "en_US"}`, "name"},
		"a language that cannot be":   {"/templates", "", `{"name": "thanks", "language": "en-US"}`, "language"},
		"half a letter in parameters": {"/templates", "", "{\"name\": \"thanks\", \"language\": \"en_US\", \"parameters\": [\"\xc3\"]}", "parameters"},
		"nothing to keep":             {"/kept-replies", "", `{"template": ` + template + `}`, "text"},
		"an empty text to keep":       {"/kept-replies", "", `{"text": "", "template": ` + template + `}`, "text"},
		"no template to send now":     {"/kept-replies", "", `{"text": "a"}`, "template"},
		"no kept reply":               {"/kept-replies/17/send", "", ``, "kept"},
		"a key that is too long":      {"/close", strings.Repeat("x", 256), ``, "Idempotency-Key"},
		"a key that cannot be shown":  {"/close", "sch\xf6n", ``, "Idempotency-Key"},
	} {
		t.Run(name, func(t *testing.T) {
			var p api.Problem
			require.Equal(t, http.StatusUnprocessableEntity, f.post(path+tt.path, tt.key, tt.body, &p).StatusCode, "%+v", p)
			require.Equal(t, tt.field, p.Field, "%+v", p)
		})
	}
	require.Empty(t, f.engine.asked)
	require.Equal(t, 200, f.post(path+"/close", strings.Repeat("x", 255), "", nil).StatusCode)
}
