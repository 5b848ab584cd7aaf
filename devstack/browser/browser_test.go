package browser_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/devstack/browser"
)

var chromium *browser.Browser

func TestMain(m *testing.M) {
	var err error
	if chromium, err = browser.Start(context.Background(), slog.Default()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := chromium.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// site serves one page at / under a strict policy, and a script beside it.
func site(t *testing.T, html, script string) *browser.Tab {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; connect-src *")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Lamps</title><link rel="icon" href="data:,"><body><main><h1>Lamps</h1>%s</main><script src="/script.js"></script>`, html)
	})
	mux.HandleFunc("GET /script.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, script)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	tab, err := chromium.Open(server.URL, browser.Desk)
	require.NoError(t, err)
	t.Cleanup(tab.Close)
	require.NoError(t, tab.Goto("/"))
	return tab
}

func TestEveryTroubleIsNoticed(t *testing.T) {
	for name, c := range map[string]struct{ html, script, says string }{
		"an error on the console":           {"", `console.error("broken", 7)`, "console error: \"broken\" 7"},
		"a list on the console":             {"", `console.warn("twice", ["lamp"])`, "console warning: \"twice\" Array(1) lamp"},
		"an exception":                      {"", `nothing.at.all()`, "ReferenceError"},
		"a promise that nobody caught":      {"", `Promise.reject(new Error("no lamp"))`, "no lamp"},
		"an inline style":                   {`<p style="color:red">Red</p>`, "", "Content Security Policy"},
		"an inline script":                  {`<script>1</script>`, "", "Content Security Policy"},
		"a picture that is not there":       {`<img src="/lamp.png" alt="A lamp">`, "", "answer 404: "},
		"a dialog":                          {"", `setTimeout(() => alert("lamp"))`, "dialog: lamp"},
		"a request to another server":       {"", `fetch("http://127.0.0.1:9/").catch(() => {})`, "request to another server: http://127.0.0.1:9/"},
		"a request that nobody answers":     {"", `fetch("http://127.0.0.1:9/").catch(() => {})`, "request failed: net::ERR_"},
		"a picture that the policy forbids": {`<img src="http://127.0.0.1:9/lamp.png" alt="A lamp">`, "", "Content Security Policy"},
	} {
		t.Run(name, func(t *testing.T) {
			tab := site(t, c.html, c.script)
			require.Eventually(t, func() bool { return strings.Contains(strings.Join(tab.Troubles(), "\n"), c.says) }, time.Minute, 10*time.Millisecond)
			require.Positive(t, tab.Forgive(c.says))
		})
	}
}

func TestAGoodPageHasNoTroubles(t *testing.T) {
	tab := site(t, `<p>Good</p>`, `console.log("fine")`)
	require.NoError(t, tab.Sees("p", "Good"))
	require.Empty(t, tab.Troubles())
	findings, err := tab.Audit(browser.WCAG)
	require.NoError(t, err)
	require.Empty(t, findings)
}

func TestOnlyWhatTheMouseWouldHitIsClicked(t *testing.T) {
	tab := site(t, `<button id="under">Under</button><button id="late" disabled>Late</button><p id="said"></p><div id="veil"></div>`, `
		const sheet = new CSSStyleSheet();
		sheet.replaceSync("#veil { position: fixed; inset: 0; }");
		document.adoptedStyleSheets = [sheet];
		for (const b of document.querySelectorAll("button")) b.onclick = () => said.append(b.id + " ");
		setTimeout(() => { late.disabled = false; veil.remove(); }, 300);`)
	require.NoError(t, tab.Click("button", "Under"))
	require.NoError(t, tab.Click("button", "Late"))
	require.NoError(t, tab.Sees("#said", "under late"))
	require.NoError(t, tab.Misses("#veil", ""))
}

func TestWhatIsTypedReplacesWhatStoodThere(t *testing.T) {
	tab := site(t, `<label>Name <input value="Grace"></label>`, "")
	require.NoError(t, tab.Type("input", "Ada"))
	value, err := browser.Ask[string](tab, `document.querySelector("input").value`)
	require.NoError(t, err)
	require.Equal(t, "Ada", value)
}

func TestTabsShareNothing(t *testing.T) {
	one := site(t, "", `document.cookie = "who=one"; localStorage.who = "one"`)
	require.NoError(t, one.Until(`document.cookie === "who=one"`))
	two := site(t, "", "")
	got, err := browser.Ask[string](two, `document.cookie + (localStorage.who ?? "")`) // cookies know no ports
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestThePageIsSeenAsItsOwnerPrefers(t *testing.T) {
	tab := site(t, "", "")
	for _, look := range []browser.Look{browser.Desk, browser.Night, browser.Phone} {
		require.NoError(t, tab.Wear(look))
		require.NoError(t, tab.Until(fmt.Sprintf(`matchMedia("(prefers-color-scheme: dark)").matches === %v`, look.Dark)))
		require.NoError(t, tab.Until(fmt.Sprintf(`innerWidth === %d`, look.Width)))
	}
}

func TestTheAuditFindsWhatPeopleCouldNotUse(t *testing.T) {
	for rule, html := range map[string]string{
		"button-name":   `<button><svg></svg></button>`,
		"link-name":     `<a href="/"></a>`,
		"label":         `<input>`,
		"heading-order": `<h4>Deep</h4>`,
		"image-alt":     `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`,
	} {
		t.Run(rule, func(t *testing.T) {
			tab := site(t, html, "")
			findings, err := tab.Audit(browser.WCAG)
			require.NoError(t, err)
			require.Contains(t, fmt.Sprint(findings), rule)
		})
	}
	t.Run("color-contrast", func(t *testing.T) {
		tab := site(t, `<p>Pale</p>`, `const sheet = new CSSStyleSheet(); sheet.replaceSync("p { color: #aaa; background: #fff }"); document.adoptedStyleSheets = [sheet];`)
		findings, err := tab.Audit(browser.Contrast)
		require.NoError(t, err)
		require.Contains(t, fmt.Sprint(findings), "color-contrast")
	})
}

func TestAPageThatIsTooWideIsFound(t *testing.T) {
	tab := site(t, `<pre>`+strings.Repeat("wide ", 200)+`</pre>`, "")
	require.NoError(t, tab.Wear(browser.Phone))
	wide, err := tab.Overflow(browser.Phone.Width)
	require.NoError(t, err)
	require.Contains(t, fmt.Sprint(wide), "pre to ")
}
