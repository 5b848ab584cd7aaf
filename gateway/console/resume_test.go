package console_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/workflows/contract"
)

func TestResumingClaimsPreviewsSendsAndLetsGo(t *testing.T) {
	s := newSite(t)
	s.template("order_update", "utility", "Hello {{1}}, your order {{2}} has left.")
	s.template("offer", "marketing", "Half price!")
	id := s.add("Ada Example", noon.Add(-30*time.Hour))
	s.do(grace, pathOf(id)+"/consent", url.Values{"category": {"utility"}, "opted_in": {"true"}})

	require.Contains(t, s.see(grace, pathOf(id)+"/resume").Body.String(), "Nobody is at it", "looking claims nothing")
	require.NotContains(t, s.see(grace, pathOf(id)).Body.String(), "state-resuming")
	opened := s.do(grace, pathOf(id)+"/resume", url.Values{})
	require.Equal(t, http.StatusSeeOther, opened.Code)
	form := s.see(grace, opened.Header().Get("Location")).Body.String()
	require.Contains(t, form, `value="order_update/en_GB">`)
	require.Contains(t, form, `value="offer/en_GB" disabled>`)
	require.Contains(t, form, "The window is closed and the contact has not opted in to marketing messages.")
	require.Contains(t, s.see(joan, pathOf(id)).Body.String(), "Grace Example has opened Resume")

	filled := url.Values{"key": {keyOn(t, form, pathOf(id)+"/templates")}, "resume": {"1"}, "template": {"order_update/en_GB"}, "value.body.1": {"Ada"}}
	preview := s.send(grace, http.MethodPost, pathOf(id)+"/preview", filled, true).Body.String()
	require.Contains(t, preview, "Hello Ada, your order {{2}} has left.")
	require.Contains(t, preview, "A value is still missing.")
	filled.Set("value.body.2", "<4711>")
	preview = s.send(grace, http.MethodPost, pathOf(id)+"/preview", filled, true).Body.String()
	require.Contains(t, preview, "Hello Ada, your order &lt;4711&gt; has left.")
	require.Contains(t, preview, "It will cost <strong>")
	require.NotContains(t, preview, "missing")
	require.Contains(t, s.do(grace, pathOf(id)+"/preview", filled).Body.String(), "<html", "without scripts it is a page")

	require.Equal(t, http.StatusSeeOther, s.do(grace, pathOf(id)+"/templates", filled).Code)
	require.Equal(t, http.StatusSeeOther, s.do(grace, pathOf(id)+"/templates", filled).Code)
	require.Equal(t, []any{contract.SendTemplate{Request: contract.Request{ID: filled.Get("key"), RequestedBy: grace.Ref()},
		Template: contract.Template{Name: "order_update", Language: "en_GB", Parameters: json.RawMessage(`["Ada","\u003c4711\u003e"]`)}}}, s.engine.asked(), "once")
	require.NotContains(t, s.see(joan, pathOf(id)).Body.String(), "Grace Example has opened Resume")
}

func TestOfTwoAgentsOneResumes(t *testing.T) {
	s := newSite(t)
	s.template("hello", "utility", "Hello.")
	id := s.add("Ada Example", noon.Add(-30*time.Hour))
	s.do(grace, pathOf(id)+"/resume", url.Values{})

	refused := s.do(joan, pathOf(id)+"/resume", url.Values{"text": {"What I wanted to say."}})
	require.Equal(t, http.StatusConflict, refused.Code)
	require.Contains(t, refused.Body.String(), "Grace Example has opened Resume")
	require.Contains(t, refused.Body.String(), "\nWhat I wanted to say.</textarea>")
	require.NotContains(t, refused.Body.String(), `id="template-form"`)
	refreshes := regexp.MustCompile(`id="resume"[^>]* hx-post="([^"]+)"[^>]* hx-include="#keep"`).FindStringSubmatch(refused.Body.String())
	require.NotNil(t, refreshes)
	refreshed := s.send(joan, http.MethodPost, refreshes[1], url.Values{"keep": {"What I wanted to say."}}, true).Body.String()
	require.Contains(t, refreshed, "Grace Example has opened Resume")
	require.Contains(t, refreshed, "\nWhat I wanted to say.</textarea>")
	require.NotContains(t, refreshed, `id="template-form"`, "nor when the page refreshes itself")
	stale := s.do(joan, pathOf(id)+"/templates", url.Values{"key": {"k"}, "resume": {"1"}, "template": {"hello/en_GB"}})
	require.Equal(t, http.StatusConflict, stale.Code, "from a page that was open too long")
	require.Empty(t, s.engine.asked())

	require.Equal(t, http.StatusSeeOther, s.do(joan, pathOf(id)+"/resume/leave", url.Values{}).Code)
	require.Contains(t, s.see(joan, pathOf(id)).Body.String(), "Grace Example has opened Resume", "another's is not Joan's to leave")
	s.at(noon.Add(9 * time.Minute))
	require.Contains(t, s.send(grace, http.MethodPost, pathOf(id)+"/resume/renew", url.Values{}, true).Body.String(), "12:19")
	s.do(grace, pathOf(id)+"/resume/leave", url.Values{})
	free := s.send(joan, http.MethodPost, refreshes[1], url.Values{"keep": {"What I wanted to say."}}, true).Body.String()
	require.Contains(t, free, `name="text" value="What I wanted to say."`)
	require.Equal(t, http.StatusSeeOther, s.do(joan, pathOf(id)+"/resume", url.Values{}).Code)
}

func TestAReplyIsKeptWithTheTemplateThatGoesNow(t *testing.T) {
	s := newSite(t)
	s.template("hello", "utility", "Hello.")
	id := s.add("Ada Example", noon.Add(-30*time.Hour))
	page := s.do(grace, pathOf(id)+"/resume", url.Values{"text": {"Yes, it is."}})
	require.Equal(t, http.StatusOK, page.Code, "what was typed comes along")
	require.Contains(t, page.Body.String(), "\nYes, it is.</textarea>")
	filled := url.Values{"key": {"k"}, "resume": {"1"}, "template": {"hello/en_GB"}, "keeping": {"1"}, "keep": {"Yes, it is."}}
	require.Equal(t, http.StatusSeeOther, s.do(grace, pathOf(id)+"/templates", filled).Code)
	require.Equal(t, []any{contract.KeepReply{Request: contract.Request{ID: "k", RequestedBy: grace.Ref()}, Text: "Yes, it is.",
		Template: contract.Template{Name: "hello", Language: "en_GB", Parameters: json.RawMessage(`[]`)}}}, s.engine.asked())
}

func TestAContactThatHasAnsweredMeanwhileIsNotSentATemplate(t *testing.T) {
	s := newSite(t)
	s.template("hello", "utility", "Hello.")
	id := s.add("Ada Example", noon.Add(-time.Hour))
	filled := url.Values{"key": {"k"}, "resume": {"1"}, "template": {"hello/en_GB"}, "keeping": {"1"}, "keep": {"Yes, it is."}}
	page := s.do(grace, pathOf(id)+"/templates", filled)
	require.Equal(t, http.StatusConflict, page.Code)
	require.Contains(t, page.Body.String(), "The contact has written meanwhile")
	require.Contains(t, page.Body.String(), "\nYes, it is.</textarea>")
	require.Empty(t, s.engine.asked())

	filled.Del("resume")
	filled.Del("keeping")
	require.Contains(t, s.see(grace, pathOf(id)+"/template").Body.String(), "Send a template")
	require.Equal(t, http.StatusSeeOther, s.do(grace, pathOf(id)+"/templates", filled).Code, "but may be, in place of a message")
	require.Len(t, s.engine.asked(), 1)
}

func TestATemplateForAWindowThatHasClosedMeanwhileIsSentByResuming(t *testing.T) {
	s := newSite(t)
	s.template("hello", "utility", "Hello {{1}}.")
	id := s.add("Ada Example", noon.Add(-23*time.Hour))
	s.do(grace, pathOf(id)+"/consent", url.Values{"category": {"utility"}, "opted_in": {"true"}})
	form := s.see(grace, pathOf(id)+"/template").Body.String()
	filled := url.Values{"key": {keyOn(t, form, pathOf(id)+"/templates")}, "template": {"hello/en_GB"}, "value.body.1": {"Ada"}}
	s.at(noon.Add(2 * time.Hour))

	stale := s.do(grace, pathOf(id)+"/templates", filled)
	require.Equal(t, http.StatusConflict, stale.Code)
	require.Empty(t, s.engine.asked())
	require.Contains(t, stale.Body.String(), "The window has closed meanwhile")
	require.Contains(t, stale.Body.String(), `value="Ada"`, "what was filled in is not lost")
	require.Contains(t, s.see(joan, pathOf(id)).Body.String(), "Grace Example has opened Resume")
	require.Equal(t, http.StatusConflict, s.do(joan, pathOf(id)+"/templates", filled).Code, "of two agents one resumes")
	require.Empty(t, s.engine.asked())

	filled.Set("key", keyOn(t, stale.Body.String(), pathOf(id)+"/templates"))
	filled.Set("resume", "1")
	require.Contains(t, stale.Body.String(), `name="resume" value="1"`)
	require.Equal(t, http.StatusSeeOther, s.do(grace, pathOf(id)+"/templates", filled).Code)
	require.Len(t, s.engine.asked(), 1)
}

// Letting go of the claim comes after the template: that it fails must not look as if the template had not been sent.
func TestATemplateThatWasSentIsSentThoughTheClaimCannotBeLetGoOf(t *testing.T) {
	s := newSite(t)
	s.template("hello", "utility", "Hello.")
	id := s.add("Ada Example", noon.Add(-30*time.Hour))
	s.do(grace, pathOf(id)+"/resume", url.Values{})
	s.exec(`CREATE FUNCTION kept_busy() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN IF NEW.resume_claimed_until IS NULL THEN RAISE 'busy'; END IF; RETURN NEW; END $$`)
	s.exec(`CREATE TRIGGER kept_busy BEFORE UPDATE ON conversations FOR EACH ROW EXECUTE FUNCTION kept_busy()`)
	filled := url.Values{"key": {"k"}, "resume": {"1"}, "template": {"hello/en_GB"}}
	require.Equal(t, http.StatusSeeOther, s.do(grace, pathOf(id)+"/templates", filled).Code)
	require.Len(t, s.engine.asked(), 1)
}

func TestATemplateOfWhichNobodyKnowsTheOutcomeIsSafeToSendAgain(t *testing.T) {
	s := newSite(t)
	s.template("hello", "utility", "Hello.")
	id := s.add("Ada Example", noon.Add(-30*time.Hour))
	s.do(grace, pathOf(id)+"/resume", url.Values{})
	s.engine.err = errors.New("the answer is lost")
	page := s.do(grace, pathOf(id)+"/templates", url.Values{"key": {"k"}, "resume": {"1"}, "template": {"hello/en_GB"}})
	require.Equal(t, http.StatusInternalServerError, page.Code)
	require.Equal(t, "k", keyOn(t, page.Body.String(), pathOf(id)+"/templates"))
}

func TestAFormThatIsNotCompleteSaysWhatIsMissing(t *testing.T) {
	s := newSite(t)
	s.template("hello", "utility", "Hello.")
	id := s.add("Ada Example", noon.Add(-30*time.Hour))
	s.do(grace, pathOf(id)+"/resume", url.Values{})
	for sentence, change := range map[string]url.Values{
		"Choose a template first.":             {"template": {""}},
		"This template can no longer be sent.": {"template": {"gone/en_GB"}},
		"There is no reply to keep yet":        {"keeping": {"1"}, "keep": {" "}},
	} {
		filled := url.Values{"key": {"k"}, "resume": {"1"}, "template": {"hello/en_GB"}}
		for name, values := range change {
			filled[name] = values
		}
		page := s.do(grace, pathOf(id)+"/templates", filled)
		require.GreaterOrEqual(t, page.Code, 400)
		require.True(t, strings.Contains(page.Body.String(), sentence), sentence)
	}
	require.Empty(t, s.engine.asked())
}
