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

// picks chooses a file, as somebody does in the browser's own dialog.
func (a *agent) picks(selector, name, content string) {
	a.t.Helper()
	_, err := browser.Ask[bool](a.Tab, fmt.Sprintf(`(() => {
		const picked = new DataTransfer();
		picked.items.add(new File([%q], %q, {type: "text/csv"}));
		document.querySelector(%q).files = picked.files;
		return true;
	})()`, content, name, selector))
	a.ok(err)
}

// TestACampaignThroughThePage is the whole life of one: contacts are imported, found by a segment, written to under a name of their own,
// and one of them answers. Another waits for the team, so the campaign holds back from them, and goes on when they have been answered.
func TestACampaignThroughThePage(t *testing.T) {
	t.Parallel()
	o := at(t)
	ada, ben, cleo, held := people.Recipient{Name: "Ada", Phone: "12025550171"}, people.Recipient{Name: "Ben", Phone: "12025550172"},
		people.Recipient{Name: "Cleo", Phone: "12025550173"}, people.Recipient{Name: "Hedy", Phone: "12025550174"}
	tess := people.Recipient{Name: "Tess", Phone: "12025550175"}
	o.writes(t, held, "When do you open?", time.Hour)
	a := o.signsIn(t, "Carla Example", access.Administrator)

	// The file is looked at, and then imported; a bad row stops nothing.
	file := []string{"phone,name,opt_in,opt_in_categories,opt_in_source,tags"}
	for _, who := range []people.Recipient{ada, ben, cleo, held} {
		file = append(file, "+"+who.Phone+","+who.Name+",yes,marketing,form,lamps")
	}
	file = append(file, "+"+tess.Phone+",Tess,yes,marketing,form,staff", "no phone at all,Nobody,yes,marketing,form,lamps")
	a.opens("/console/imports")
	a.picks("#file", "lamps.csv", strings.Join(file, "\n")+"\n")
	a.clicks("#upload button", "Look at the file")
	a.sees("#apply", "Nothing is imported yet")
	a.sees(".rejects", "Nobody")
	a.clicks("#apply button", "Import now")
	a.sees("#import .tag-good", "Imported")

	// Whom it is for is counted as it is typed.
	a.opens("/console/segments/new")
	a.types("#name", "Lamp buyers")
	a.types("#all_tags", "lamps")
	a.sees("#count", "4 contacts")
	a.clicks("#segment-form .actions button", "Save")
	a.sees(".note-good", "Saved")
	a.clicks(".head a", "New campaign")

	// The draft saves itself, and shows what it would do, with somebody's own name in it.
	a.ok(a.Until(`document.readyState === "complete" && document.querySelector("#campaign-form")`)) // its scripts listen
	a.chooses("#template", "come_back")
	a.sees("#parameters", "Value 1")
	a.types("#name", "New lamps")
	a.clicks("#campaign-form .actions button", "Save as a draft")
	a.sees("#quote .figure", "4")
	a.ok(a.Until(`document.readyState === "complete"`))
	a.chooses("#value-body-1-from", "first name")
	a.types("#value-body-1-text", "there")
	a.sees("#preview .phone", "Hello ")
	a.ok(a.Until(`/Hello (Ada|Ben|Cleo|Hedy)/.test(document.querySelector("#preview .phone").innerText)`))
	a.clicks("#limits > summary", "Limits")
	a.types("#limits\\.budget_micros", "5")
	a.sees("#limits > summary", "budget 5")

	a.types("#try-q", tess.Phone)
	a.clicks("#try-form button", "Send a test")
	a.sees("#try", "on its way to Tess")
	require.Eventually(t, func() bool { return len(o.sent(tess)) == 1 }, time.Minute, 10*time.Millisecond)
	require.Empty(t, o.sent(ada), "a test goes to one")

	a.clicks("#launch summary", "Launch")
	a.sees("#launch-form", "4 contacts")
	a.clicks("#launch-form button", "Send to 4 contacts")

	// It runs, on a page that nobody touches; who waits for the team is held back.
	a.sees("#results .campaign-running", "Running")
	a.sees("#progress", "3 of 4")
	a.sees("#results", "waits for an answer of the team")
	require.Empty(t, o.sent(held))
	o.writes(t, ada, "Which colours are there?", 0)
	a.sees("#answered", "1 contact answered")
	a.sees("#sent-text .phone", "Hello {{contact.first_name|there}}") // also after the page has refreshed itself

	a.clicks("#pause summary", "Pause")
	a.clicks("#pause form button", "Pause the campaign")
	a.sees("#stopped", "Somebody has paused it")
	a.clicks("#resume summary", "Resume")
	a.clicks("#resume form button", "Resume the campaign")
	a.sees("#results .campaign-running", "Running")
	campaign, err := a.Path()
	require.NoError(t, err)

	a.visits(held)
	a.types("#text", "At nine.")
	a.clicks("#compose button.primary", "Send")
	a.sees("#entries .message.out", "At nine.")
	a.opens(campaign)
	a.sees("#results .campaign-finished", "Finished")
	a.sees("#progress", "4 of 4")
	for _, who := range []people.Recipient{ada, ben, cleo} {
		require.Equal(t, []string{"template: come_back"}, o.sent(who))
	}
	require.Equal(t, []string{"text: At nine.", "template: come_back"}, o.sent(held))

	// Those who answered are a segment of their own.
	a.clicks("#answered-form button", "Save the answered as a segment")
	a.sees("#count", "1 contact")
	a.sees("#count", "answered “New lamps”")
	a.clicks(".head a", "Its contacts")
	a.sees("#contacts", "Ada")
	a.misses("#contacts", "Ben")
	a.hasNoTroubles()
}
