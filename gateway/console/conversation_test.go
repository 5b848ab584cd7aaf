package console_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/engine"
	"reengage/gateway/access"
	"reengage/workflows/contract"
)

func pathOf(id uuid.UUID) string { return "/console/conversations/" + id.String() }

func TestAWindowThatIsLeftAloneSaysSoAndHasNothingLeftToCancel(t *testing.T) {
	s := newSite(t)
	id := s.add("Ada Example", noon.Add(-time.Hour))
	page := s.see(grace, pathOf(id)).Body.String()
	require.Contains(t, page, `action="`+pathOf(id)+`/close"`)
	require.NotContains(t, page, "are cancelled")
	s.exec(`INSERT INTO decisions (conversation_id, key, at, subject, allowed, rule, code, sentence, facts)
		SELECT id, 'close/one', $1, 'close', true, 'close', 'allowed', 'closed', jsonb_build_object('expires_at', expires_at) FROM conversations`, noon)
	for _, who := range []access.Principal{grace, viewer} {
		page = s.see(who, pathOf(id)).Body.String()
		require.Contains(t, page, "This window’s reminders and plan are cancelled, until the contact writes again.")
		require.Contains(t, page, "Reminders and plan cancelled</span>", "in the head as well")
		require.NotContains(t, page, `action="`+pathOf(id)+`/close"`)
	}
	s.exec("UPDATE conversations SET last_inbound_at = $1, expires_at = $1::timestamptz + interval '24 hours'", noon)
	page = s.see(grace, pathOf(id)).Body.String()
	require.Contains(t, page, `action="`+pathOf(id)+`/close"`, "the contact has written again")
	require.NotContains(t, page, "are cancelled")
}

func TestTheComposerAndResumeFollowTheWindowToTheSecond(t *testing.T) {
	s := newSite(t)
	id := s.add("Ada Example", noon)
	end := noon.Add(24 * time.Hour)
	for _, tt := range []struct {
		name                 string
		at                   time.Time
		state                string
		writes, resumes, may bool // may: send a template instead
	}{
		{"a second before the alert", end.Add(-time.Hour - time.Second), "active", true, false, true},
		{"at the alert", end.Add(-time.Hour), "expiring", true, false, true},
		{"16 s before the end", end.Add(-16 * time.Second), "expiring", true, false, true},
		{"15 s before the end", end.Add(-15 * time.Second), "expiring", false, false, true},
		{"a second before the end", end.Add(-time.Second), "expiring", false, false, true},
		{"at the end", end, "expired", false, true, false},
		{"a second after the end", end.Add(time.Second), "expired", false, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.at(tt.at)
			page := s.see(grace, pathOf(id))
			require.Equal(t, http.StatusOK, page.Code)
			body := page.Body.String()
			require.Contains(t, body, `class="state state-`+tt.state+`"`)
			require.Equal(t, tt.writes, strings.Contains(body, `<form id="compose"`))
			require.Equal(t, tt.writes, strings.Contains(body, `data-live-at="2026-11-21T11:59:45Z"`), "an open page asks again when it is to be blocked")
			require.NotEqual(t, tt.writes, strings.Contains(body, `id="blocked"`), "or says why not")
			require.Equal(t, tt.resumes, strings.Contains(body, `<button id="resume-button" class="primary">`))
			require.NotEqual(t, tt.resumes, strings.Contains(body, `<button id="resume-button" type="button" disabled`))
			require.Equal(t, tt.may, strings.Contains(body, "Send a template instead"))
		})
	}
}

func TestAMessageIsSentOnceHoweverOftenItsFormIsSent(t *testing.T) {
	s := newSite(t)
	id := s.add("Ada Example", noon.Add(-time.Hour))
	first, second := s.see(grace, pathOf(id)).Body.String(), s.see(grace, pathOf(id)).Body.String()
	key := keyOn(t, first, pathOf(id)+"/messages")
	require.Equal(t, key, keyOn(t, second, pathOf(id)+"/messages"), "two tabs are one form")
	require.NotEqual(t, key, keyOn(t, s.see(joan, pathOf(id)).Body.String(), pathOf(id)+"/messages"), "two people are not")

	form := url.Values{"key": {key}, "text": {"Yes.\r\nShall I keep it?"}, "critical": {"1"}, "fallback": {"thanks/en_GB"}}
	answer := s.do(grace, pathOf(id)+"/messages", form)
	require.Equal(t, http.StatusSeeOther, answer.Code)
	require.Equal(t, pathOf(id), answer.Header().Get("Location"))
	var told string
	for range 2 { // a double click, and the other tab
		answer := s.do(grace, pathOf(id)+"/messages", form)
		require.Equal(t, http.StatusOK, answer.Code)
		told = answer.Body.String()
		require.Contains(t, told, "This message was sent already.")
		require.Contains(t, told, "\nYes.\nShall I keep it?</textarea>", "it may be meant, as another message of the same words")
	}
	require.Equal(t, []any{contract.SendMessage{Request: contract.Request{ID: key, RequestedBy: grace.Ref()}, Text: "Yes.\nShall I keep it?", Critical: true,
		Fallback: &contract.Template{Name: "thanks", Language: "en_GB"}}}, s.engine.asked())

	other := s.do(grace, pathOf(id)+"/messages", url.Values{"key": {key}, "text": {"No."}})
	require.Equal(t, http.StatusConflict, other.Code, "another text in the other tab")
	require.Contains(t, other.Body.String(), "The conversation has changed since this page was opened.")
	require.Contains(t, other.Body.String(), "Shall I keep it?", "what is so now")
	require.Contains(t, other.Body.String(), "\nNo.</textarea>", "the text is not lost")
	require.Len(t, s.engine.asked(), 1)
	again := keyOn(t, other.Body.String(), pathOf(id)+"/messages")
	require.Equal(t, http.StatusSeeOther, s.do(grace, pathOf(id)+"/messages", url.Values{"key": {again}, "text": {"No."}}).Code)
	require.Len(t, s.engine.asked(), 2, "it was meant")
	form.Set("key", keyOn(t, told, pathOf(id)+"/messages"))
	require.Equal(t, http.StatusSeeOther, s.do(grace, pathOf(id)+"/messages", form).Code)
	require.Len(t, s.engine.asked(), 3, "so was the same once more")
}

func TestAWindowThatClosedMeanwhileIsSaidWithTheNewStateAndTheTextKept(t *testing.T) {
	s := newSite(t)
	id := s.add("Ada Example", noon.Add(-23*time.Hour))
	key := keyOn(t, s.see(grace, pathOf(id)).Body.String(), pathOf(id)+"/messages")
	s.at(noon.Add(time.Hour))
	s.engine.refuse = &conversation.Verdict{Code: conversation.WindowClosed, Rule: "W5", Sentence: "the window has closed, so only a template may be sent"}
	for _, htmx := range []bool{false, true} {
		page := s.send(grace, http.MethodPost, pathOf(id)+"/messages", url.Values{"key": {key}, "text": {"Yes, it is."}}, htmx)
		require.Equal(t, http.StatusConflict, page.Code)
		body := page.Body.String()
		require.Contains(t, body, "The window has closed, so only a template may be sent.")
		require.Contains(t, body, `class="state state-expired"`)
		require.Contains(t, body, "\nYes, it is.</textarea>")
		require.Contains(t, body, `action="`+pathOf(id)+`/resume" data-fresh`, "the text goes along to Resume")
		require.Equal(t, !htmx, strings.Contains(body, "<html"))
	}
}

func TestIfNobodyKnowsTheOutcomeTheSameFormIsSafeToSendAgain(t *testing.T) {
	s := newSite(t)
	id := s.add("Ada Example", noon.Add(-time.Hour))
	key := keyOn(t, s.see(grace, pathOf(id)).Body.String(), pathOf(id)+"/messages")
	for status, err := range map[int]error{
		http.StatusServiceUnavailable:  fmt.Errorf("%w: away", engine.ErrUnavailable),
		http.StatusInternalServerError: errors.New("the answer is lost"), // the request may have been carried out
	} {
		s.engine.err = err
		page := s.do(grace, pathOf(id)+"/messages", url.Values{"key": {key}, "text": {"Yes."}})
		require.Equal(t, status, page.Code)
		require.Contains(t, page.Body.String(), "\nYes.</textarea>")
		require.Equal(t, key, keyOn(t, page.Body.String(), pathOf(id)+"/messages"))
	}
}

func TestWhatCannotBeSentIsSaidBeforeAnybodyIsAsked(t *testing.T) {
	s := newSite(t)
	id := s.add("Ada Example", noon.Add(-time.Hour))
	for text, sentence := range map[string]string{" \r\n": "There is no text to send yet.", strings.Repeat("é", 4097): "at most 4,096 characters"} {
		page := s.do(grace, pathOf(id)+"/messages", url.Values{"key": {"k"}, "text": {text}})
		require.Equal(t, http.StatusUnprocessableEntity, page.Code)
		require.Contains(t, page.Body.String(), sentence)
	}
	require.Equal(t, http.StatusSeeOther, s.do(grace, pathOf(id)+"/messages", url.Values{"key": {"k"}, "text": {strings.Repeat("é", 4096)}}).Code)
}

func TestAConversationThatThereIsNotIsNoPage(t *testing.T) {
	s := newSite(t)
	for _, id := range []string{uuid.NewString(), "17"} {
		for _, below := range []string{"", "/why", "/timeline", "/resume", "/template"} {
			require.Equal(t, http.StatusNotFound, s.see(grace, "/console/conversations/"+id+below).Code, id+below)
		}
		require.Equal(t, http.StatusNotFound, s.do(grace, "/console/conversations/"+id+"/messages", url.Values{"text": {"Yes."}}).Code)
		require.Equal(t, http.StatusNotFound, s.do(grace, "/console/conversations/"+id+"/consent", url.Values{"category": {"marketing"}}).Code)
	}
}

func TestAViewerSeesEverythingAndHasNothingToPress(t *testing.T) {
	s := newSite(t)
	id := s.add("Ada Example", noon.Add(-time.Hour))
	page := s.see(viewer, pathOf(id)).Body.String()
	_, main, _ := strings.Cut(page, `<main`)
	main, _, _ = strings.Cut(main, `</main>`)
	require.Contains(t, main, "Is it still there?")
	require.NotContains(t, main, "<form")
	require.NotContains(t, main, "<button")
	for _, action := range []string{"/messages", "/close", "/resume", "/resume/leave", "/templates", "/preview", "/consent", "/suppression", "/kept-replies/x/send"} {
		require.Equal(t, http.StatusForbidden, s.do(viewer, pathOf(id)+action, url.Values{}).Code, action)
	}
	require.Empty(t, s.engine.asked())
}

func TestMarkupInNamesAndMessagesIsText(t *testing.T) {
	s := newSite(t)
	id := s.add(`<script>alert("Ada")</script>`, noon.Add(-time.Hour))
	s.says(id, `<img src=x onerror=alert(1)>`, noon.Add(-time.Minute))
	page := s.see(grace, pathOf(id)).Body.String()
	require.NotContains(t, page, "<script>alert")
	require.NotContains(t, page, "<img")
	require.Contains(t, page, "&lt;img src=x onerror=alert(1)&gt;")
}

func TestWhatCameBeforeIsAskedForAndComesOnce(t *testing.T) {
	s := newSite(t)
	id := s.add("Ada Example", noon.Add(-72*time.Hour))
	for i := range 59 {
		s.says(id, fmt.Sprintf("message %02d.", i), noon.Add(time.Duration(i-60)*time.Hour))
	}
	page := s.see(grace, pathOf(id)).Body.String()
	require.Contains(t, page, "message 58.")
	require.NotContains(t, page, "message 08.")
	require.Less(t, strings.Index(page, "message 09."), strings.Index(page, "message 58."), "the newest last")
	_, link, found := strings.Cut(page, `hx-get="`+pathOf(id)+`/timeline?`)
	require.True(t, found)
	link, _, _ = strings.Cut(link, `"`)
	link = pathOf(id) + "/timeline?" + strings.ReplaceAll(link, "&amp;", "&")

	part := s.send(grace, http.MethodGet, link, nil, true).Body.String()
	require.True(t, strings.HasPrefix(part, `<li id="earlier"`), "it takes the place of the link")
	require.Contains(t, part, "message 08.")
	require.Contains(t, part, "Is it still there?")
	require.NotContains(t, part, "message 09.")
	require.NotContains(t, part, "Show earlier", "that was the beginning")
	require.Contains(t, s.see(grace, link).Body.String(), "<html", "without scripts it is a page")
	require.Equal(t, http.StatusUnprocessableEntity, s.see(grace, pathOf(id)+"/timeline?cursor=x").Code)
}

func TestThePageLinksToItsWorkflow(t *testing.T) {
	s := newSite(t)
	id := s.add("Ada Example", noon.Add(-time.Hour))
	require.Contains(t, s.see(grace, pathOf(id)).Body.String(),
		`href="https://temporal.example/namespaces/shop/workflows/conversation%2F`+id.String()+`"`)
}

func TestWhatTheContactPermitsIsChangedFromThePage(t *testing.T) {
	s := newSite(t)
	id := s.add("Ada Example", noon.Add(-time.Hour))
	require.Equal(t, http.StatusSeeOther, s.do(grace, pathOf(id)+"/consent", url.Values{"category": {"marketing"}, "opted_in": {"false"}}).Code)
	require.Equal(t, http.StatusSeeOther, s.do(grace, pathOf(id)+"/suppression", url.Values{"suppressed": {"true"}}).Code)
	page := s.see(grace, pathOf(id)).Body.String()
	require.Contains(t, page, "Opted out")
	require.Contains(t, page, "Nothing is sent to this contact: it is suppressed.")
	require.NotContains(t, page, `<form id="compose"`)
	require.Equal(t, http.StatusSeeOther, s.do(grace, pathOf(id)+"/suppression", url.Values{"suppressed": {"false"}}).Code)
	require.Contains(t, s.see(grace, pathOf(id)).Body.String(), `<form id="compose"`)
}

func TestWhyIsAPartAndAPage(t *testing.T) {
	s := newSite(t)
	id := s.add("Ada Example", noon.Add(-time.Hour))
	require.Contains(t, s.see(grace, pathOf(id)+"/why").Body.String(), "The contact wrote, so the window is open for 24 h")
	part := s.send(grace, http.MethodGet, pathOf(id)+"/why", nil, true).Body.String()
	require.NotContains(t, part, "<html")
	require.Contains(t, part, "W1")
	require.Contains(t, part, `title="W1: a message of the contact opens the window for 24 h, or extends it"`, "and in words")

	s.exec(`INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, template, template_name, category, state, planned_at, not_after)
		SELECT gen_random_uuid(), c.id, c.business_number_id, c.contact_id, 'reengagement', 'template', '{"name": "come_back", "language": "en_GB"}', 'come_back', 'marketing', 'planned', $1, $1::timestamptz + interval '1 hour'
		FROM conversations c`, noon)
	s.exec(`INSERT INTO decisions (conversation_id, key, at, subject, allowed, rule, code, sentence, send_id)
		SELECT conversation_id, 'one', $1, 'send', false, 'gate', 'opted_out', 'the contact has opted out', id FROM sends`, noon)
	part = s.send(grace, http.MethodGet, pathOf(id)+"/why", nil, true).Body.String()
	require.Less(t, strings.Index(part, "The contact has opted out"), strings.Index(part, "The contact wrote"), "the newest first")
	require.Regexp(t, `Template come_back · to win the contact back, planned <time[^>]*>20 Nov, 12:00</time>`, part, "it says which message it is about")
}
