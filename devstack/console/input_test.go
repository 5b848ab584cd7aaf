package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/devstack/browser"
	"reengage/devstack/people"
	"reengage/gateway/access"
)

func TestMarkupInANameOrAMessageIsText(t *testing.T) {
	t.Parallel()
	o := at(t)
	const (
		name = `<img src=x onerror=alert(1)><b>Fritz</b>`
		text = `<script>alert(2)</script> "quoted" & <style>*{display:none}</style>`
	)
	fritz := people.Recipient{Name: name, Phone: "12025550155"}
	o.writes(t, fritz, text, time.Hour)
	a := o.signsIn(t, "Frida Example", access.Agent)
	a.opens("/console/inbox")
	a.sees("#inbox a", name)
	a.visits(fritz)
	a.sees("#head h1", name)
	a.sees("#entries .message.in", text)
	a.hasNoTroubles()
}

func TestANameOfTenThousandCharactersBreaksNoPage(t *testing.T) {
	t.Parallel()
	o := at(t)
	gigi := people.Recipient{Name: strings.Repeat("G", 10_000), Phone: "12025550156"}
	o.writes(t, gigi, strings.Repeat("W", 4000), time.Hour)
	a := o.signsIn(t, "Greta Example", access.Agent)
	for _, look := range []browser.Look{browser.Desk, browser.Phone} {
		a.ok(a.Wear(look))
		a.opens("/console/inbox")
		a.sees("#inbox a", "GGGG")
		a.isUsable(look)
		a.visits(gigi)
		a.sees("#head h1", "GGGG")
		a.isUsable(look)
	}
	a.hasNoTroubles()
}

// TestThePagesOfTheRealStackAreForEverybody looks at what the stories show again where the data are real.
func TestThePagesOfTheRealStackAreForEverybody(t *testing.T) {
	t.Parallel()
	o := at(t)
	hana := people.Recipient{Name: "Hana", Phone: "12025550157"}
	o.writes(t, hana, "Could you call me?", 2*time.Hour)
	a := o.signsIn(t, "Hilda Example", access.Administrator)
	a.visits(hana)
	conversation, err := a.Path()
	require.NoError(t, err)
	for _, look := range []browser.Look{browser.Phone, browser.Night} {
		a.ok(a.Wear(look))
		for _, path := range []string{"/console/inbox", conversation, "/console/costs", "/console/numbers", "/console/account"} {
			a.opens(path)
			a.sees("h1", "")
			a.isUsable(look)
		}
	}
	a.hasNoTroubles()
}

// isUsable holds the page to what its stories are held to.
func (a *agent) isUsable(look browser.Look) {
	a.t.Helper()
	wide, err := a.Overflow(look.Width)
	a.ok(err)
	require.Empty(a.t, wide)
	findings, err := a.Audit(browser.WCAG)
	a.ok(err)
	path, err := a.Path()
	a.ok(err)
	require.Empty(a.t, findings, path)
}

func TestAnUnknownConversationIsSaidKindly(t *testing.T) {
	t.Parallel()
	a := at(t).signsIn(t, "Ida Example", access.Viewer)
	for _, id := range []string{"00000000-0000-4000-8000-000000000000", "nonsense"} {
		a.opens("/console/conversations/" + id)
		a.sees("h1", "There is nothing here")
	}
	require.Positive(t, a.Forgive("404", "422"))
	a.hasNoTroubles()
}
