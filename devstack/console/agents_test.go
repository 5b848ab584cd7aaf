package console_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/conversation"
	"reengage/devstack/browser"
	"reengage/devstack/people"
	"reengage/gateway/access"
)

// TestTwoAgentsResumeOneConversation: the first has it, the second sees who has, and of what both send one thing goes.
func TestTwoAgentsResumeOneConversation(t *testing.T) {
	t.Parallel()
	o := at(t)
	carlos := people.Recipient{Name: "Carlos", Phone: "12025550152"}
	o.writes(t, carlos, "How much is the green one?", 30*time.Hour)
	require.NoError(t, o.business.OptIn(t.Context(), carlos, conversation.Marketing))
	first := o.signsIn(t, "Ann First", access.Agent)
	second := o.signsIn(t, "Ben Second", access.Agent)
	first.visits(carlos)
	second.visits(carlos)
	first.clicks("#resume-button", "Resume")
	first.sees("#template-form", "")

	second.sees("#head .tag-info", "Ann First has opened Resume")
	second.clicks("#resume-button", "Resume")
	second.sees("#claim", "Ann First")
	second.ok(second.Refresh("#resume"))
	second.sees("#claim", "Ann First")
	second.misses("#template-form", "")
	second.Forgive("409")

	// The second's page is stale, or they insist: the same form under a key of their own, at the same moment.
	first.chooses("#template", "come_back")
	first.types("#template-form .fields input", carlos.Name)
	first.sees("#template-form aside", "It will cost")
	form, err := browser.Ask[string](first.Tab, `new URLSearchParams(new FormData(document.querySelector("#template-form"))).toString()`)
	require.NoError(t, err)
	path, err := browser.Ask[string](first.Tab, `new URL(document.querySelector("#template-form").action).pathname`)
	require.NoError(t, err)
	insists := fmt.Sprintf(`(async () => {
		const form = new URLSearchParams(%q);
		form.set("key", crypto.randomUUID());
		const answer = await fetch(%q, {method: "POST", body: form, headers: {"HX-Request": "true"}});
		return answer.status;
	})()`, form, path)
	answered := make(chan int, 1)
	go func() {
		status, err := browser.Ask[int](second.Tab, insists)
		if err != nil {
			status = -1
		}
		answered <- status
	}()
	first.clicks("#template-form button.primary", "Send the template")
	require.Equal(t, 409, <-answered)
	first.sees(state("awaiting_reply"), "")
	require.Equal(t, []string{"template: come_back"}, o.sent(carlos))
	second.Forgive("409")
	first.hasNoTroubles()
	second.hasNoTroubles()
}

// TestAFormThatIsSentTwiceIsOneMessage: by a double click, and again from a second tab that shows the same page.
func TestAFormThatIsSentTwiceIsOneMessage(t *testing.T) {
	t.Parallel()
	o := at(t)
	daria := people.Recipient{Name: "Daria", Phone: "12025550153"}
	o.writes(t, daria, "Are you open on Sunday?", time.Hour)
	a := o.signsIn(t, "Dora Double", access.Agent)
	a.visits(daria)
	a.types("#text", "We are not.")
	_, err := browser.Ask[bool](a.Tab, `(() => {
		const form = document.querySelector("#compose"), body = new URLSearchParams(new FormData(form));
		const again = () => fetch(form.action, {method: "POST", body, headers: {"HX-Request": "true"}});
		form.requestSubmit();
		return Promise.all([again(), again()]).then(() => true);
	})()`)
	require.NoError(t, err)
	a.sees("#entries .message.out", "We are not.")
	require.Eventually(t, func() bool { return len(o.sent(daria)) > 0 }, time.Minute, 10*time.Millisecond)

	// Another message is another one.
	a.types("#text", "But on Saturday.")
	a.clicks("#compose button.primary", "Send")
	a.sees("#entries .message.out", "But on Saturday.")
	require.Eventually(t, func() bool { return len(o.sent(daria)) > 1 }, time.Minute, 10*time.Millisecond)
	require.Equal(t, []string{"text: We are not.", "text: But on Saturday."}, o.sent(daria))
	a.hasNoTroubles()
}

// TestBothPressSendOnOneKeptReply: the offered reply goes once.
func TestBothPressSendOnOneKeptReply(t *testing.T) {
	t.Parallel()
	o := at(t)
	emma := people.Recipient{Name: "Emma", Phone: "12025550154"}
	o.writes(t, emma, "May I return it?", 30*time.Hour)
	require.NoError(t, o.business.OptIn(t.Context(), emma, conversation.Utility))
	require.NoError(t, o.business.Keep(t.Context(), emma, "Of course you may.", people.Template{Name: "we_have_an_answer", Parameters: []string{"Emma"}}))
	first := o.signsIn(t, "Ella First", access.Agent)
	second := o.signsIn(t, "Egon Second", access.Agent)
	first.visits(emma)
	second.visits(emma)
	first.sees(state("awaiting_reply"), "") // what is written before that is no answer
	o.writes(t, emma, "Which answer?", 0)
	first.sees("#kept.offered", "")
	second.sees("#kept.offered", "")
	pressed := make(chan error, 1)
	go func() { pressed <- second.Click("#kept button", "Send it now") }()
	first.ok(first.Click("#kept button", "Send it now"))
	require.NoError(t, <-pressed)
	first.sees("#entries .message.out", "Of course you may.")
	second.sees("#entries .message.out", "Of course you may.")
	first.misses("#kept", "")
	require.Equal(t, []string{"template: we_have_an_answer", "text: Of course you may."}, o.sent(emma))
	first.Forgive("409")
	second.Forgive("409")
	first.hasNoTroubles()
	second.hasNoTroubles()
}
