package console

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/live"
)

func TestAPageIsToldWhatHasChanged(t *testing.T) {
	a, b, part := uuid.New(), uuid.New(), uuid.New()
	told := changedBy(live.Batch{Events: []live.Event{
		{Kind: live.KindStatus, Conversation: a, Named: a}, {Kind: live.KindSend, Conversation: a, Named: a},
		{Kind: live.KindMessage, Conversation: b, Named: part},
	}})
	require.Equal(t, []string{a.String(), b.String(), part.String()}, told.Of)
	require.Equal(t, []string{}, changedBy(live.Batch{}).Of, "a list, also when it is empty")
	require.Equal(t, []string{"*"}, changedBy(live.Batch{Events: []live.Event{{Kind: live.KindNumber}}}).Of)
	campaign := uuid.New()
	require.Equal(t, []string{campaign.String(), "campaigns", a.String(), "templates"}, changedBy(live.Batch{Events: []live.Event{
		{Kind: live.KindCampaign, Campaign: campaign}, {Kind: live.KindStatus, Conversation: a, Named: a}, {Kind: live.KindTemplate}, {Kind: live.KindTemplate},
	}}).Of)
	var many live.Batch
	for range changedMost + 1 {
		id := uuid.New()
		many.Events = append(many.Events, live.Event{Kind: live.KindStatus, Conversation: id, Named: id})
	}
	require.Len(t, changedBy(live.Batch{Events: many.Events[:changedMost]}).Of, changedMost)
	require.Equal(t, []string{"*"}, changedBy(many).Of)
}

// htmx's throttle drops what comes too soon after another, the last of it as well: the page would stay behind. live.js sees to how
// often it comes.
func TestNoPartOfAPageDropsWhatItIsTold(t *testing.T) {
	files, err := fs.Glob(templateFiles, "templates/*.html")
	require.NoError(t, err)
	for _, file := range files {
		text, err := fs.ReadFile(templateFiles, file)
		require.NoError(t, err)
		for _, drops := range []string{"live throttle", "live delay"} {
			require.False(t, strings.Contains(string(text), drops), "%s: %q: say hx-trigger=\"live\" alone", file, drops)
		}
	}
}
