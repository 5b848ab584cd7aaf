package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/engine"
)

// draft adds one that goes to three contacts: Ada, Ben and Cleo.
func (s *site) draft() uuid.UUID {
	s.t.Helper()
	id := uuid.New()
	s.template("hello", "utility", "Hello {{1}}.")
	for phone, name := range map[string]string{"447700900171": "Ada", "447700900172": "Ben", "447700900173": "Cleo"} {
		contact := uuid.New()
		s.exec(`INSERT INTO contacts (id, name, phone, market, created_at) VALUES ($1, $2, $3, 'GB', now())`, contact, name, phone)
		s.exec(`INSERT INTO consent_changes (contact_id, category, opted_in, source, occurred_at) VALUES ($1, 'utility', true, 'form', $2)`, contact, noon)
	}
	s.exec(`INSERT INTO segments (id, name, filter, created_at, created_by, changed_at) VALUES ($1, 'Everybody', '{}', now(), 'test', now())`, id)
	s.exec(`INSERT INTO campaigns (id, name, business_number_id, template_name, template_language, parameters, segment_id, created_at, created_by)
		VALUES ($1, 'Spring', $2, 'hello', 'en_GB', '{"body": ["{{contact.name|you}}"]}', $1, now(), 'test')`, id, s.number)
	return id
}

func campaignPath(id uuid.UUID) string { return "/console/campaigns/" + id.String() }

func TestWhatFailsIsSaidBesideThePageAndPasses(t *testing.T) {
	s := newSite(t)
	id := s.draft()
	r := s.reads()
	r.ok(r.Goto(campaignPath(id)))
	s.exec(`ALTER TABLE segments RENAME TO away`)
	r.ok(r.Type("#name", "Summer"))
	r.ok(r.Sees("#notices", "something went wrong here"))
	require.Equal(t, "Summer", r.says(`document.querySelector("#name").value`))
	s.exec(`ALTER TABLE away RENAME TO segments`)
	r.ok(r.Type("#name", "Autumn"))
	r.ok(r.Until(`document.querySelector("[name=version]").value !== "1"`))
	r.ok(r.Misses("#notices", "something went wrong here"))

	r.ok(r.Goto("/console/contacts"))
	s.exec(`ALTER TABLE contacts RENAME TO away`)
	r.ok(r.Type("#q", "Ben"))
	r.ok(r.Sees("#notices", "something went wrong here"))
	r.ok(r.Sees("#contacts", "Ada"))
	s.exec(`ALTER TABLE away RENAME TO contacts`)
	r.ok(r.Type("#q", "Cleo"))
	r.ok(r.Misses("#contacts", "Ada"))
	r.ok(r.Sees("#contacts", "Cleo"))
	r.ok(r.Misses("#notices", "something went wrong here"))
}

func TestThePreviewStaysWithTheContactThatWasAskedFor(t *testing.T) {
	s := newSite(t)
	id := s.draft()
	r := s.reads()
	r.ok(r.Goto(campaignPath(id)))
	r.ok(r.Sees("#preview", "1 of 3"))

	// Whoever comes from a field has just left it, which saves the form.
	r.ok(r.Type("#name", "Summer"))
	r.ok(r.Click("#preview a", "")) // the next
	r.ok(r.Sees("#preview", "2 of 3"))
	require.Equal(t, "Next contact", r.says(`document.activeElement.ariaLabel`))
	r.says(`window.version = document.querySelector("[name=version]").value`)
	r.ok(r.Type("#name", "Autumn"))
	r.ok(r.Until(`document.querySelector("[name=version]").value !== window.version`))
	require.Equal(t, "2 of 3", r.says(`document.querySelector("#preview header span").textContent`))
}

func TestWhatWasRefusedIsSaidForAsLongAsThePageIsOpen(t *testing.T) {
	s := newSite(t)
	id := s.draft()
	s.exec(`UPDATE campaigns SET state = 'running', launched_at = $1`, noon)
	r := s.reads()
	r.ok(r.Goto(campaignPath(id)))
	r.ok(r.Sees("#results .campaign-running", "Running"))
	s.exec(`UPDATE campaigns SET state = 'cancelled', finished_at = $1`, noon)
	r.says(`(pause => { pause.method = "post"; pause.action = location.pathname + "/pause"; document.body.append(pause); pause.submit() })(document.createElement("form"))`)
	r.ok(r.Sees("#results .campaign-cancelled", "Cancelled"))
	require.Contains(t, r.says(`document.querySelector("#results .note-bad")?.innerText`), "ancelled")
	r.ok(r.Refresh("#results"))
	require.Contains(t, r.says(`document.querySelector("#results .note-bad")?.innerText`), "ancelled")
}

// TestAFormThatARefreshTakesAwayIsAnswered: the kept reply that somebody sends, say, while a colleague's is on its way.
func TestAFormThatARefreshTakesAwayIsAnswered(t *testing.T) {
	s := newSite(t)
	id := s.add("Ada Example", noon.Add(-time.Hour))
	r := s.reads()
	r.ok(r.Goto(pathOf(id)))
	r.ok(r.Until(`document.readyState === "complete"`))
	r.says(`(() => {
		document.addEventListener("htmx:afterSettle", () => { window.settled = true; }, {once: true});
		document.querySelector("#opt-in-utility").click();
		document.querySelector("#consent-utility").remove();
	})()`)
	r.ok(r.Until(`window.settled`))
	r.ok(r.Sees("#notice", ""))
	r.ok(r.Sees("#opt-out-utility", "Opt out"))
	require.Equal(t, "1", r.says(`document.querySelectorAll("#conversation").length`))
}

// TestWhatIsChosenBeforeTheScriptsAreThereCounts: over a slow line the page is there first.
func TestWhatIsChosenBeforeTheScriptsAreThereCounts(t *testing.T) {
	s := newSite(t)
	s.template("hello", "utility", "Hello {{1}}.")
	id := s.add("Ada Example", noon.Add(-30*time.Hour))
	s.do(grace, pathOf(id)+"/consent", url.Values{"category": {"utility"}, "opted_in": {"true"}})
	s.do(grace, pathOf(id)+"/resume", url.Values{})
	r := s.reads()
	r.ok(r.Goto("/console/inbox"))
	all, slow, chosen := s.mux.Load(), http.NewServeMux(), make(chan struct{})
	slow.Handle("/", all)
	slow.HandleFunc("/console/assets/vendor/", func(w http.ResponseWriter, r *http.Request) {
		<-chosen
		all.ServeHTTP(w, r)
	})
	s.mux.Store(slow)
	r.says(fmt.Sprintf(`setTimeout(() => location.assign(%q))`, pathOf(id)+"/resume"))
	r.ok(r.Choose("#template", "hello"))
	close(chosen)
	r.ok(r.Sees("#template-form .fields label", "Value 1"))
}

// TestListsHearOfWhatIsOnThem: that another campaign has begun, that Meta has paused a template.
func TestListsHearOfWhatIsOnThem(t *testing.T) {
	s := newSite(t)
	id := s.draft()
	r := s.reads()
	r.ok(r.Goto("/console/campaigns"))
	r.ok(r.Sees("#campaigns .campaign-draft", "Draft"))
	s.exec(`UPDATE campaigns SET state = 'running', launched_at = $1`, noon)
	r.ok(r.Refresh(`[data-live-of="campaigns"]`))
	r.ok(r.Sees("#campaign-"+id.String(), "Running"))

	r.ok(r.Goto("/console/templates"))
	r.ok(r.Sees("#templates", "approved"))
	s.exec(`UPDATE templates SET status = 'paused'`)
	r.ok(r.Refresh(`[data-live-of="templates"]`))
	r.ok(r.Sees("#templates", "paused"))
}

// TestWhatChangesDuringARefreshIsShownAfterIt: an answer that is still on its way does not have it.
func TestWhatChangesDuringARefreshIsShownAfterIt(t *testing.T) {
	s := newSite(t)
	s.add("Ada Example", noon.Add(-time.Hour))
	r := s.reads()
	r.ok(r.Goto("/console/inbox"))
	r.says(`(() => {
		window.held = [];
		Object.defineProperty(XMLHttpRequest.prototype, "onload", {set(f) { this.addEventListener("load", () => window.held ? window.held.push(f) : f()); }});
		window.fetch = async () => new Response(new ReadableStream({start: (stream) => {
			window.tell = () => stream.enqueue(new TextEncoder().encode('event: changed\ndata: {"of": ["*"], "now": "2026-11-20T12:00:00Z"}\n\n'));
		}}));
		import("/console/assets/live.js").then(live => live.startLive("/console/live?after=1"));
	})()`)
	r.ok(r.Until(`window.tell`))
	r.says(`window.tell()`)
	r.ok(r.Until(`window.held.length === 1`))
	contact, id := uuid.New(), uuid.New()
	s.exec(`INSERT INTO contacts (id, name, phone, market, created_at) VALUES ($1, 'Ben Example', '447700900124', 'GB', now())`, contact)
	s.exec(`INSERT INTO conversations (id, business_number_id, contact_id, created_at) VALUES ($1, $2, $3, '2026-01-01')`, id, s.number, contact)
	r.says(`window.tell(), setTimeout(() => { const [f] = window.held; window.held = null; f(); }, 1500)`)
	r.ok(r.Sees("#inbox", "Ben Example"))
}

// TestAButtonStaysTheSameThroughARefresh: somebody's hand may be on it already, and the opposite of what it says would be done.
func TestAButtonStaysTheSameThroughARefresh(t *testing.T) {
	s := newSite(t)
	id := s.add("Ada Example", noon.Add(-time.Hour))
	r := s.reads()
	r.ok(r.Goto(pathOf(id)))
	r.says(`window.pressed = ["#consent-utility button", "#suppression button"].map(b => document.querySelector(b))`)
	require.Equal(t, "Opt in,Send nothing to this contact", r.says(`window.pressed.map(b => b.innerText.trim())`))
	s.do(joan, pathOf(id)+"/consent", url.Values{"category": {"utility"}, "opted_in": {"true"}})
	s.do(joan, pathOf(id)+"/suppression", url.Values{"suppressed": {"true"}})
	r.refreshes("#suppression button", "Lift the suppression")
	require.Equal(t, "true,true", r.says(`window.pressed.map(b => b.value)`))
}

// TestATestOfWhichNobodyKnowsTheOutcomeIsSafeToSendAgain also after the draft has saved itself.
func TestATestOfWhichNobodyKnowsTheOutcomeIsSafeToSendAgain(t *testing.T) {
	s := newSite(t)
	id := s.draft()
	r := s.reads()
	r.ok(r.Goto(campaignPath(id)))
	key := func() string { return r.says(`document.querySelector("#try-form [name=key]").value`) }
	first := key()
	r.ok(r.Type("#name", "Summer"))
	r.ok(r.Until(`document.querySelector("[name=version]").value !== "1"`))
	require.Equal(t, first, key())

	s.engine.err = fmt.Errorf("%w: away", engine.ErrUnavailable)
	r.ok(r.Type("#try-q", "Ada"))
	r.ok(r.Click("#try-form button", "Send a test"))
	r.ok(r.Sees("#try", "It is not known whether it goes to Ada"))
	require.Equal(t, first, key())
	s.engine.err = nil
	r.ok(r.Click("#try-form button", "Send a test"))
	r.ok(r.Sees("#try", "on its way to Ada"))
	require.NotEqual(t, first, key(), "another is another")
}

// TestWhatIsChosenWhileADraftIsSavedStays: the answer that is on its way knows nothing of it.
func TestWhatIsChosenWhileADraftIsSavedStays(t *testing.T) {
	s := newSite(t)
	id := s.draft()
	r := s.reads()
	r.ok(r.Goto(campaignPath(id)))
	r.ok(r.Until(`document.querySelector("#begin-now").checked && document.readyState === "complete"`))
	r.says(`(() => {
		htmx.trigger("#campaign-form", "submit");
		document.querySelector("#limits").open = true;
		for (const box of ["begin-at", "limits.hold_back"]) document.getElementById(box).click();
		document.addEventListener("htmx:afterSettle", () => { window.settled = true; }, {once: true});
	})()`)
	r.ok(r.Until(`window.settled`))
	require.Equal(t, "true,false", r.says(`["begin-at", "limits.hold_back"].map(box => document.getElementById(box).checked)`))
}

func TestTheNextContactOfADraftThatWasLaunchedMeanwhileIsItsResults(t *testing.T) {
	s := newSite(t)
	id := s.draft()
	s.exec(`UPDATE campaigns SET state = 'running', launched_at = $1`, noon)
	r := s.reads()
	r.ok(r.Goto(campaignPath(id)))
	r.ok(r.Sees("#results", "Spring"))
	s.exec(`UPDATE campaigns SET state = 'draft', launched_at = NULL`)
	r.ok(r.Goto(campaignPath(id)))
	r.ok(r.Sees("#preview", "1 of 3"))
	s.exec(`UPDATE campaigns SET state = 'running', launched_at = $1`, noon)
	r.ok(r.Click("#contact-next", ""))
	r.ok(r.Sees("#results", "Spring"))
}

func TestANameForTheAnsweredThatIsTakenStandsThereAgain(t *testing.T) {
	s := newSite(t)
	id := s.draft()
	s.exec(`UPDATE campaigns SET state = 'running', launched_at = $1, materialised_at = $1, recipients = 3`, noon)
	s.exec(`INSERT INTO campaign_recipients (id, campaign_id, contact_id, state, asked_at, settled_at, delivery, delivered_at, answered_at)
		SELECT gen_random_uuid(), $1, id, 'accepted', $2, $2, 'delivered', $2, $2 FROM contacts`, id, noon)
	refused := s.do(grace, campaignPath(id)+"/segment", url.Values{"name": {"Everybody"}})
	require.Equal(t, http.StatusConflict, refused.Code, refused.Body.String())
	require.Contains(t, refused.Body.String(), `value="Everybody"`)
}
