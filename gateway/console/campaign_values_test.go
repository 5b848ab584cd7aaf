package console

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"reengage/audience"
	"reengage/conversation"
	"reengage/gateway/api"
)

func TestAValueThatIsShownReadsBackAsItIs(t *testing.T) {
	for _, text := range []string{"20 %", "", "{{contact.first_name}}", "{{contact.first_name|there}}", "{{contact.city|your town}}", "Dear {{contact.name|friend}}", "{{ contact.name }}!", "{{contact.City}}"} {
		require.Equal(t, text, valueRowOf(parameterRow{Value: text}).value())
	}
	row := valueRowOf(parameterRow{Value: "{{contact.city|your town}}"})
	require.Equal(t, []string{ownField, "city", "your town"}, []string{row.From, row.Field, row.Text})
	row = valueRowOf(parameterRow{Value: "{{contact.phone}}"})
	require.Equal(t, []string{"phone", "", ""}, []string{row.From, row.Field, row.Text})
	require.Empty(t, valueRow{From: ownField, Text: "x"}.value(), "a field without a name is none")
}

func TestASegmentThatIsSavedAsItIsShownStaysAsItIs(t *testing.T) {
	word := rapid.StringMatching(`[a-z]{1,8}( [a-z]{1,4})?`)
	rapid.Check(t, func(r *rapid.T) {
		f := audience.Filter{AllTags: rapid.SliceOfN(word, 0, 3).Draw(r, "all"), AnyTags: rapid.SliceOfN(word, 0, 3).Draw(r, "any"), NoTags: rapid.SliceOfN(word, 0, 3).Draw(r, "no"),
			Fields: rapid.MapOfN(rapid.StringMatching(`[a-z][a-z0-9_]{0,9}`), word, 1, 3).Draw(r, "fields"), Languages: rapid.SliceOfN(rapid.SampledFrom([]string{"en", "pt_BR"}), 0, 2).Draw(r, "languages"),
			Markets: rapid.SliceOfN(rapid.SampledFrom([]string{"BR", "PE"}), 0, 2).Draw(r, "markets"), OptedIn: rapid.SampledFrom([]conversation.Category{"", "marketing"}).Draw(r, "opted in"),
			LastInboundAfter: storyTime.AddDate(0, 0, -rapid.IntRange(1, 900).Draw(r, "days"))}
		read, wrong := segmentFormOf(api.Segment{Filter: f}).filter()
		require.Empty(r, wrong)
		require.Equal(r, f, read)
	})
}

func TestAFilterIsSaidInWords(t *testing.T) {
	require.Equal(t, []string{"everybody"}, filterWords(audience.Filter{}, segmentNames{}))
	require.Equal(t, []string{"tagged newsletter", "not tagged vip or staff", "city is “Lima”", "language en or es", "a conversation with 106540352242922 is expired or awaiting reply",
		"wrote last with 106540352242922 on 20 May 2026, 12:00 UTC or later", "opted in to marketing", "answered a campaign"}, filterWords(storyFilter, segmentNames{}))
}
