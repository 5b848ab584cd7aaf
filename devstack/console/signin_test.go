package console_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/devstack/browser"
	"reengage/devstack/people"
	"reengage/gateway/access"
)

func TestALinkSignsInOnce(t *testing.T) {
	t.Parallel()
	o := at(t)
	link := o.link(t, "Karl Example", access.Viewer)
	first := o.visitor(t)
	first.opens(link)
	first.opens("/console/inbox")
	first.sees("h1", "Inbox")
	first.sees("header", "Karl Example")
	first.hasNoTroubles()

	second := o.visitor(t)
	second.opens(link)
	second.opens("/console/inbox")
	second.sees("h1", "Sign in")
	second.misses("header", "Karl Example")
}

func TestAForgedSessionIsNone(t *testing.T) {
	t.Parallel()
	o := at(t)
	forger := o.visitor(t)
	forger.opens("/console/sign-in")
	genuine := o.signsIn(t, "Lena Example", access.Viewer)
	cookies, err := genuine.Cookies()
	require.NoError(t, err)
	require.Len(t, cookies, 1, "the session alone")
	for name, value := range cookies {
		require.NoError(t, forger.SetCookie(name, "x"+value[1:]))
	}
	forger.opens("/console/inbox")
	forger.sees("h1", "Sign in")
	forger.hasNoTroubles()
}

// TestAnotherSitesPageCanDoNothing: it makes the browser of somebody who has signed in post a form of its own.
func TestAnotherSitesPageCanDoNothing(t *testing.T) {
	t.Parallel()
	o := at(t)
	mila := people.Recipient{Name: "Mila", Phone: "12025550160"}
	o.writes(t, mila, "Hello!", time.Hour)
	a := o.signsIn(t, "Max Example", access.Administrator)
	a.visits(mila)
	a.sees("#compose", "")
	path, err := a.Path()
	require.NoError(t, err)
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><title>Win</title><link rel="icon" href="data:,"><form method="post" action="%s%s/messages">`+
			`<input name="text" value="I am not Max"><input name="key" value="forged"><button>Win a lamp</button></form>`, o.Ready.API, path)
	}))
	t.Cleanup(evil.Close)
	_, err = browser.Ask[bool](a.Tab, fmt.Sprintf(`(location.href = %q, true)`, evil.URL))
	require.NoError(t, err)
	a.clicks("button", "Win a lamp")
	a.ok(a.Until(`document.readyState === "complete" && !document.querySelector("button")`))
	a.sees("main", "sent by another site")
	require.Positive(t, a.Forgive("403", evil.URL, "favicon.ico"))
	a.visits(mila)
	a.sees("#compose", "")
	a.misses("#entries", "I am not Max")
	require.Empty(t, o.sent(mila))
	a.hasNoTroubles()
}

func TestAViewerSeesAndCannotWrite(t *testing.T) {
	t.Parallel()
	o := at(t)
	nora := people.Recipient{Name: "Nora", Phone: "12025550161"}
	o.writes(t, nora, "Is it cheaper in spring?", time.Hour)
	a := o.signsIn(t, "Nils Example", access.Viewer)
	a.visits(nora)
	a.sees("#entries .message.in", "Is it cheaper in spring?")
	a.misses("#compose", "")
	a.misses("header nav a", "Costs")
	status, err := browser.Ask[int](a.Tab, `fetch(location.pathname + "/messages", {method: "POST", body: new URLSearchParams({text: "Yes", key: "k"})}).then(r => r.status)`)
	require.NoError(t, err)
	require.Equal(t, http.StatusForbidden, status)
	require.Empty(t, o.sent(nora))
	require.Positive(t, a.Forgive("403"))
	a.hasNoTroubles()
}
