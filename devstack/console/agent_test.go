package console_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/devstack/browser"
	"reengage/devstack/people"
	"reengage/gateway/access"
)

// agent is somebody who works with the console, in a browser that is theirs alone.
type agent struct {
	t *testing.T
	*browser.Tab
	office *office
}

// ok ends the test with what the agent has before them.
func (a *agent) ok(err error) {
	a.t.Helper()
	if err == nil {
		return
	}
	path, _ := a.Path()
	page, _ := browser.Ask[string](a.Tab, "document.body.innerText")
	require.NoError(a.t, err, "at %s, with the troubles %q, on the page:\n%s", path, a.Troubles(), page)
}

func (a *agent) opens(path string)               { a.t.Helper(); a.ok(a.Goto(path)) }
func (a *agent) sees(selector, text string)      { a.t.Helper(); a.ok(a.Sees(selector, text)) }
func (a *agent) misses(selector, text string)    { a.t.Helper(); a.ok(a.Misses(selector, text)) }
func (a *agent) clicks(selector, text string)    { a.t.Helper(); a.ok(a.Click(selector, text)) }
func (a *agent) types(selector, text string)     { a.t.Helper(); a.ok(a.Type(selector, text)) }
func (a *agent) chooses(selector, option string) { a.t.Helper(); a.ok(a.Choose(selector, option)) }

// seesSoon is sees, and tells how long it took since: what people are promised is about a second, and a busy machine takes longer.
func (a *agent) seesSoon(selector, text string, since time.Time) {
	a.t.Helper()
	a.sees(selector, text)
	a.t.Logf("%s %q after %v", selector, text, time.Since(since).Round(time.Millisecond))
}

// row is a conversation's in the inbox, in a state.
func row(state string) string {
	return fmt.Sprintf("#inbox :is(li, tr, article):has(.state-%s)", state)
}

// state is the open conversation's.
func state(s string) string { return "#head .state-" + s }

// visits opens a customer's conversation.
func (a *agent) visits(who people.Recipient) {
	a.t.Helper()
	id, err := a.office.business.ConversationID(a.t.Context(), who)
	require.NoError(a.t, err)
	a.opens("/console/conversations/" + id)
}

// hasNoTroubles is how every visit is to end. htmx calls it an error on the console if a page's refresh gives way to what somebody
// does there (hx-sync).
func (a *agent) hasNoTroubles() {
	a.t.Helper()
	if a.Forgive("htmx:sendAbort") > 0 {
		a.Forgive("htmx:afterRequest")
	}
	require.Empty(a.t, strings.Join(a.Troubles(), "\n"))
}

// visitor is somebody who has not signed in.
func (o *office) visitor(t *testing.T) *agent {
	t.Helper()
	tab, err := chromium.Open(o.Ready.API, browser.Desk)
	require.NoError(t, err)
	t.Cleanup(tab.Close)
	return &agent{t, tab, o}
}

// signsIn adds somebody to those who may sign in, and has them do so by a link.
func (o *office) signsIn(t *testing.T, name string, role access.Role) *agent {
	t.Helper()
	a := o.visitor(t)
	a.opens(o.link(t, name, role))
	return a
}

// link adds somebody, and makes a link that signs them in once.
func (o *office) link(t *testing.T, name string, role access.Role) (path string) {
	t.Helper()
	people, operator := access.People{Pool: o.Pool}, access.Principal{Kind: access.ByOperator, Scopes: access.Scopes}
	_, err := people.Add(t.Context(), operator, time.Now(), name, role)
	require.NoError(t, err)
	token, err := people.MakeLink(t.Context(), operator, time.Now(), name, access.LinkLasts)
	require.NoError(t, err)
	return "/console/sign-in/" + token
}
