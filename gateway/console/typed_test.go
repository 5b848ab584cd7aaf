package console_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/devstack/browser"
	"reengage/gateway/access"
	"reengage/workflows/contract"
)

// reader is Grace in front of a page in a browser.
type reader struct {
	t *testing.T
	*browser.Tab
}

// reads opens a real browser on the site, in which Grace has signed in.
func (s *site) reads() reader {
	s.t.Helper()
	b, err := browser.Start(s.t.Context(), slog.New(slog.DiscardHandler))
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = b.Close() })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mux.Load().ServeHTTP(w, r.WithContext(access.With(r.Context(), grace)))
	}))
	s.t.Cleanup(server.Close)
	tab, err := b.Open(server.URL, browser.Desk)
	require.NoError(s.t, err)
	s.t.Cleanup(tab.Close)
	return reader{s.t, tab}
}

func (r reader) ok(err error) {
	r.t.Helper()
	require.NoError(r.t, err)
}

// says is what an expression says on the page.
func (r reader) says(expression string) string {
	r.t.Helper()
	said, err := browser.Ask[string](r.Tab, "String("+expression+")")
	r.ok(err)
	return said
}

// refreshes does what a live update does, and waits for what it brings.
func (r reader) refreshes(selector, text string) {
	r.t.Helper()
	r.says(`document.querySelectorAll("[data-live-of]").forEach(e => htmx.trigger(e, "live"))`)
	r.ok(r.Sees(selector, text))
}

// longConversation has more than a page of messages, the last an hour before noon.
func (s *site) longConversation() uuid.UUID {
	s.t.Helper()
	id := s.add("Ada Example", noon.Add(-time.Hour))
	for i := range 59 {
		s.says(id, fmt.Sprintf("message %02d.", i), noon.Add(time.Duration(i-60)*time.Hour))
	}
	return id
}

func TestAPageThatRefreshesItselfTakesNothingAway(t *testing.T) {
	s := newSite(t)
	id := s.longConversation()
	s.template("hello", "utility", "Hello {{1}}.")
	s.template("plain", "utility", "Hello.")
	s.do(grace, pathOf(id)+"/consent", map[string][]string{"category": {"utility"}, "opted_in": {"true"}})
	r := s.reads()
	r.ok(r.Goto(pathOf(id)))

	// What is typed, folded open and asked for stays, and so does the focus.
	r.ok(r.Click("#options summary", ""))
	r.ok(r.Click("#why summary", ""))
	r.ok(r.Sees("#why-list", "The contact wrote"))
	r.ok(r.Click("#earlier a", "Show earlier"))
	r.ok(r.Sees("#entries", "message 03."))
	r.ok(r.Choose("#fallback", "plain"))
	r.ok(r.Type("#text", "I am typing"))
	key := r.says(`document.querySelector("#compose-key").value`)
	s.says(id, "while you type", noon)
	r.refreshes("#entries .message.in", "while you type")
	require.Equal(t, "I am typing", r.says(`document.querySelector("#text").value`))
	require.Equal(t, "plain/en_GB", r.says(`document.querySelector("#fallback").value`))
	require.Equal(t, "text", r.says(`document.activeElement.id`))
	require.Equal(t, "true,true", r.says(`["#options", "#why"].map(e => document.querySelector(e).open)`))
	require.Equal(t, key, r.says(`document.querySelector("#compose-key").value`), "so that sending again sends nothing twice")
	r.ok(r.Until(`document.querySelector("#text-count").textContent === "4085 characters left"`))
	require.Equal(t, "61 61", r.says(`(m => m.length + " " + new Set(m.map(e => e.id)).size)([...document.querySelectorAll("#entries .message")])`), "each once")
	require.Equal(t, "true", r.says(`(d => d.length === new Set(d).size)([...document.querySelectorAll("#entries h3")].map(e => e.textContent))`))

	// What is asked for anew is as it is now.
	s.exec(`INSERT INTO decisions (conversation_id, key, at, subject, rule, code, sentence) VALUES ($1, 'k', $2, 'close', 'close', 'allowed', 'decided meanwhile')`, id, noon)
	r.refreshes("#entries", "Decided meanwhile")
	r.ok(r.Misses("#why-list", "Decided meanwhile"))
	r.ok(r.Click("#why summary", ""))
	r.ok(r.Click("#why summary", ""))
	r.ok(r.Sees("#why-list", "Decided meanwhile"))
	require.Equal(t, "true", r.says(`document.querySelector("#why").open`))

	// What is sent is gone from the field, once, however often somebody clicks.
	r.says(`[1, 2].map(() => document.querySelector("#compose .primary").click())`)
	r.ok(r.Sees("#entries .message.out", "I am typing"))
	r.ok(r.Sees("#notice", "on its way"))
	require.Empty(t, r.says(`document.querySelector("#text").value`))
	require.Len(t, s.engine.asked(), 1)
	s.says(id, "another", noon)
	r.refreshes("#entries .message.in", "another")
	r.ok(r.Sees("#notice", "on its way"))

	// Good news passes, but not from under somebody.
	r.says(`(() => {
		const slow = setTimeout;
		window.rounds = 0;
		window.setTimeout = (f, ms, ...of) => slow((...of) => { if (ms === 8000) window.rounds++; f(...of); }, ms / 100, ...of);
		document.querySelector("#notice").tabIndex = -1;
		document.querySelector("#notice").focus();
		document.dispatchEvent(new CustomEvent("htmx:afterSettle", {detail: {requestConfig: {verb: "post"}}}));
	})()`)
	r.ok(r.Until(`window.rounds > 1`))
	r.ok(r.Sees("#notice", "on its way"))
	r.says(`document.querySelector("#text").focus()`)
	r.ok(r.Misses("#notice", ""))

	// The window closes while somebody types: the text goes along to Resume.
	r.ok(r.Type("#text", "too late"))
	s.at(noon.Add(24 * time.Hour))
	r.refreshes("#blocked", "The window has closed")
	require.Equal(t, "too late true", r.says(`(e => e.value + " " + e.readOnly)(document.querySelector("#text"))`))
	r.ok(r.Click("#resume-button", "Resume"))
	r.ok(r.Until(`document.readyState === "complete" && document.querySelector("#keep").value === "too late"`))
	require.Equal(t, "true", r.says(`document.querySelector("#keeping").checked`))
	r.ok(r.Type("#keep", ""))
	r.says(`document.execCommand("delete")`)
	require.Equal(t, "false", r.says(`document.querySelector("#keeping").checked`), "there is nothing to keep")
	r.ok(r.Type("#keep", "Later"))
	require.Equal(t, "true", r.says(`document.querySelector("#keeping").checked`), "what is written is not forgotten")
	// A refresh that was under way when the template was chosen does not take the choice back.
	r.says(`(e => { htmx.trigger("#resume", "live"); e.value = "hello/en_GB"; e.dispatchEvent(new Event("change", {bubbles: true})) })(document.querySelector("#template"))`)
	r.ok(r.Sees(".phone", "Hello {{1}}."))
	r.ok(r.Type("#value-body-1", "Ada"))
	r.ok(r.Sees(".phone", "Hello Ada."))
	r.ok(r.Sees("#resume", "It will cost"))

	// Whoever goes away lets go.
	require.Contains(t, s.see(joan, pathOf(id)).Body.String(), "Grace Example has opened Resume")
	r.ok(r.Goto("/console/assets/icon.svg"))
	require.Eventually(t, func() bool {
		return !strings.Contains(s.see(joan, pathOf(id)).Body.String(), "Grace Example has opened Resume")
	}, time.Minute, 20*time.Millisecond)
}

// TestAButtonDoesWhatItSays also on a page that is just being refreshed: htmx reads what a form asks for some time after the refresh,
// and until then one that had become another would do what it did before. A reply that cannot be sent may only be discarded.
func TestAButtonDoesWhatItSays(t *testing.T) {
	s := newSite(t)
	id := s.add("Ada Example", noon.Add(-25*time.Hour))
	s.exec(`INSERT INTO sends (id, conversation_id, business_number_id, contact_id, origin, type, template, template_name, category, state, planned_at, not_after)
		SELECT gen_random_uuid(), id, business_number_id, contact_id, 'request', 'template', '{"name": "hello", "language": "en_GB"}', 'hello', 'utility', 'planned', $1, $1::timestamptz + interval '1 hour'
		FROM conversations`, noon.Add(-time.Hour))
	s.exec(`INSERT INTO kept_replies (id, conversation_id, text, template_send, state, kept_at, keep_until, changed_at)
		SELECT gen_random_uuid(), conversation_id, 'It is.', id, 'offered', $1, $1::timestamptz + interval '3 days', $1 FROM sends`, noon.Add(-time.Hour))
	r := s.reads()
	r.ok(r.Goto(pathOf(id)))
	r.ok(r.Sees("#kept", "was not sent in time"))

	s.exec(`UPDATE conversations SET last_inbound_at = $2, expires_at = $2::timestamptz + interval '24 hours' WHERE id = $1`, id, noon)
	r.says(`new MutationObserver((_, observer) => {
		const send = [...document.querySelectorAll("#kept button")].find(b => b.textContent.includes("Send it now"));
		if (!send) return;
		observer.disconnect();
		send.click();
	}).observe(document.querySelector("#conversation"), {childList: true, subtree: true, attributes: true})`)
	r.says(`document.querySelectorAll("[data-live-of]").forEach(e => htmx.trigger(e, "live"))`)
	require.Eventually(t, func() bool { return len(s.engine.asked()) > 0 }, time.Minute, 10*time.Millisecond)
	require.False(t, s.engine.asked()[0].(contract.ReleaseKeptReply).Discard)
}
