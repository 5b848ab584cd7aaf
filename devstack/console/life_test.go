package console_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/devstack/people"
	"reengage/gateway/access"
)

// TestAConversationIsWonBackThroughThePage is the whole life of one: it arrives, is about to be lost, is reminded of, is lost, is
// resumed with a template, answered, and goes on with the reply that was kept. One agent works on it, another sees the inbox.
func TestAConversationIsWonBackThroughThePage(t *testing.T) {
	t.Parallel()
	o := at(t)
	beatrix := people.Recipient{Name: "Beatrix", Phone: "12025550151"}
	colleague, a := o.signsIn(t, "Cora Example", access.Agent), o.signsIn(t, "Ada Example", access.Agent)
	for _, who := range []*agent{colleague, a} {
		who.opens("/console/inbox")
		who.sees("h1", "Inbox")
	}

	wrote := time.Now()
	o.writes(t, beatrix, "Is the desk lamp in stock again?", 23*time.Hour-20*time.Minute) // active for ten seconds more
	colleague.seesSoon(row("active"), beatrix.Name, wrote)
	a.clicks("#inbox a", beatrix.Name)
	a.sees("#entries .message.in", "Is the desk lamp in stock again?")
	a.sees("#resume-button:disabled", "Resume")

	a.sees(state("expiring"), "")
	colleague.sees(row("expiring"), beatrix.Name)
	a.sees("#entries .event", "Reminder")
	a.clicks("#contact li:has(strong) button", "Opt in")
	a.sees("#contact .tag-good", "")
	a.types("#text", "It is, from Monday on.")
	require.NoError(t, o.business.OptIn(t.Context(), beatrix, conversation.Marketing))

	// The window closes under the agent's hands.
	a.sees("#blocked", "The window has closed")
	a.sees(state("expired"), "")
	colleague.sees(row("expired"), beatrix.Name)
	a.misses("#compose", "")
	require.Empty(t, o.sent(beatrix), "nothing has left")

	a.clicks("#resume-button:not(:disabled)", "Resume")
	opened := time.Now()
	colleague.seesSoon(row("resuming"), beatrix.Name, opened)
	a.chooses("#template", "come_back")
	a.types("#template-form .fields input", beatrix.Name)
	a.sees("#template-form aside", "Hello Beatrix, we are still here")
	a.sees("#template-form aside", "It will cost")
	a.clicks("#template-form button.primary", "Send the template")

	a.sees(state("awaiting_reply"), "")
	colleague.sees(row("awaiting_reply"), beatrix.Name)
	a.sees("#kept", "A reply is kept until the contact answers")
	require.Equal(t, []string{"template: come_back"}, o.sent(beatrix))
	a.sees("#entries .message.out", "we are still here")

	answered := time.Now()
	o.writes(t, beatrix, "Yes, please!", 0)
	a.seesSoon(state("active"), "", answered)
	colleague.sees(row("active"), beatrix.Name)
	a.sees("#entries .message.in", "Yes, please!")
	a.clicks("#kept button", "Send it now")
	a.sees("#entries .message.out", "It is, from Monday on.")
	a.misses("#kept", "")
	require.Eventually(t, func() bool { return len(o.sent(beatrix)) == 2 }, time.Minute, 10*time.Millisecond)
	require.Equal(t, []string{"template: come_back", "text: It is, from Monday on."}, o.sent(beatrix))

	a.clicks("#why summary", "Why?")
	a.sees("#why-list", "W")
	a.hasNoTroubles()
	colleague.hasNoTroubles()
}
