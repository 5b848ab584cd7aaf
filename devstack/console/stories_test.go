package console_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"reengage/devstack/browser"
	"reengage/devstack/console"
)

// What a page must stand in each look. Rules are judged in the looks that make a difference to them: each judgement takes a moment,
// and there are many stories.
var looks = []struct {
	name  string
	look  browser.Look
	rules []string
}{
	{"at a desk", browser.Desk, browser.WCAG},
	{"at night", browser.Night, browser.Contrast},
	{"on a phone", browser.Phone, []string{"target-size", "label", "button-name", "link-name", "scrollable-region-focusable"}},
}

func TestStory(t *testing.T) {
	book := console.StoryBook()
	server := httptest.NewServer(book)
	t.Cleanup(server.Close)
	stories, err := console.Stories(book)
	require.NoError(t, err)
	// Stories keep nothing in a browser, so a few tabs are enough for all.
	const few = 3
	tabs := make(chan *browser.Tab, few)
	for range few {
		tab, err := chromium.Open(server.URL, browser.Desk)
		require.NoError(t, err)
		t.Cleanup(tab.Close)
		tabs <- tab
	}
	for _, name := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tab := <-tabs
			defer func() { tabs <- tab }()
			stands(t, tab, name)
		})
	}
}

func stands(t *testing.T, tab *browser.Tab, name string) {
	tab.Forgive("") // what another story is to blame for
	require.NoError(t, tab.Wear(browser.Desk))
	require.NoError(t, tab.Goto("/console/stories/"+name))
	for _, l := range looks {
		require.NoError(t, tab.Wear(l.look))
		wide, err := tab.Overflow(l.look.Width)
		require.NoError(t, err)
		assert.Empty(t, wide, "%s it is wider than the window", l.name)
		findings, err := tab.Audit(l.rules)
		require.NoError(t, err)
		for _, f := range findings {
			assert.Failf(t, "not for everybody", "%s: %s", l.name, f)
		}
	}
	assert.Empty(t, tab.Troubles())
}
