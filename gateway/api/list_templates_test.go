package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

func TestTemplatesAreListedOfANumbersAccountWithTheirLastUse(t *testing.T) {
	f := newFixture(t)
	f.exec(`UPDATE business_numbers SET waba_id = 'waba-1'`)
	f.exec(`INSERT INTO templates (waba_id, name, language, status, category, quality, components, changed_at)
		VALUES ('waba-1', 'thanks', 'en_US', 'approved', 'utility', 'green', '[{"type": "BODY", "text": "Thanks"}]', now()),
		       ('waba-1', 'thanks', 'pt_BR', 'paused', 'utility', '', '[]', now()),
		       ('waba-1', 'offer', 'en_US', 'approved', 'marketing', '', '[]', now()),
		       ('waba-2', 'theirs', 'en_US', 'approved', 'utility', '', '[]', now())`)
	f.addSend(f.add(someone{}))
	list := func(query string) (names []string, page api.TemplatePage) {
		require.Equal(t, http.StatusOK, f.call("GET", "/v1/templates?"+query, "", &page).StatusCode)
		for _, i := range page.Items {
			names = append(names, i.Name+" "+i.Language)
		}
		return names, page
	}
	names, page := list("number=" + number)
	require.Equal(t, []string{"offer en_US", "thanks en_US", "thanks pt_BR"}, names)
	require.Equal(t, noon, *page.Items[1].LastUsedAt)
	require.Nil(t, page.Items[2].LastUsedAt, "another language")
	require.JSONEq(t, `[{"type": "BODY", "text": "Thanks"}]`, string(page.Items[1].Components))
	require.Empty(t, page.Warnings)

	names, _ = list("")
	require.Len(t, names, 4)
	names, _ = list("status=approved&category=utility")
	require.Equal(t, []string{"thanks en_US", "theirs en_US"}, names)
	names, _ = list("name=thanks")
	require.Equal(t, []string{"thanks en_US", "thanks pt_BR"}, names)
	names, page = list("limit=3")
	require.Len(t, names, 3)
	names, _ = list("limit=3&cursor=" + *page.NextCursor)
	require.Equal(t, []string{"theirs en_US"}, names)

	f.exec(`UPDATE business_numbers SET waba_id = ''`)
	names, _ = list("number=" + number)
	require.Empty(t, names, "which account's they are is not known")
	require.Equal(t, http.StatusUnprocessableEntity, f.call("GET", "/v1/templates?number=1", "", nil).StatusCode)
}

func TestTheLimitOfTemplatesIsWarnedOfFrom225On(t *testing.T) {
	f := newFixture(t)
	for _, tt := range []struct {
		templates int
		limit     int64
	}{{224, 0}, {225, 250}, {250, 250}, {251, 0}, {5399, 0}, {5400, 6000}} {
		f.exec(`DELETE FROM templates`)
		f.exec(`INSERT INTO templates (waba_id, name, language, status, changed_at)
			SELECT 'waba-1', 't_' || i, 'en_US', 'approved', now() FROM generate_series(1, $1::int) i`, tt.templates)
		var page api.TemplatePage
		f.call("GET", "/v1/templates?limit=1", "", &page)
		if tt.limit == 0 {
			require.Empty(t, page.Warnings, "%d", tt.templates)
			continue
		}
		require.Len(t, page.Warnings, 1, "%d", tt.templates)
		require.Equal(t, tt.limit, page.Warnings[0].Limit)
		require.EqualValues(t, tt.templates, page.Warnings[0].Templates)
	}
}
