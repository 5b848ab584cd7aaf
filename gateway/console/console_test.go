package console_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/gateway/console"
)

// storyBook serves the stories; nothing is behind it.
func storyBook() http.Handler {
	mux := http.NewServeMux()
	console.New(console.Deps{API: http.NotFoundHandler(), Clock: clock.Clock{}, Stories: true}).Register(mux)
	return mux
}

var (
	htmxForm = regexp.MustCompile(`<form[^>]* hx-(?:get|post)=[^>]*>`)
	formID   = regexp.MustCompile(` id="[^"]+"`)
)

func TestEveryStoryIsAPage(t *testing.T) {
	index := ask(t, storyBook(), "/console/stories")
	names := strings.Split(index.Body.String(), `href="/console/stories/`)[1:]
	require.NotEmpty(t, names)
	for _, rest := range names {
		name, _, _ := strings.Cut(rest, `"`)
		t.Run(name, func(t *testing.T) {
			page := ask(t, storyBook(), "/console/stories/"+name)
			require.Equal(t, http.StatusOK, page.Code, page.Body)
			require.Contains(t, page.Body.String(), `<main id="main"`)
			require.NotContains(t, page.Body.String(), "style=", "the policy forbids inline styles")
			require.NotContains(t, page.Body.String(), "<script>", "and inline scripts")
			ids := map[string]bool{}
			for _, form := range htmxForm.FindAllString(page.Body.String(), -1) {
				id := formID.FindString(form)
				require.NotEmpty(t, id, "a refresh could make it into another: %s", form)
				require.False(t, ids[id], "two of %s", id)
				ids[id] = true
			}
		})
	}
}

func TestTheAddressAloneLeadsToTheConsole(t *testing.T) {
	for path, status := range map[string]int{"/": http.StatusSeeOther, "/?a=b": http.StatusSeeOther, "/console": http.StatusSeeOther, "/other": http.StatusNotFound, "/v1/": http.StatusNotFound} {
		page := ask(t, storyBook(), path)
		require.Equal(t, status, page.Code, path)
		if status == http.StatusSeeOther {
			require.Equal(t, "/console/inbox", page.Header().Get("Location"))
		}
	}
}

func TestOthersAssetsAreThePinnedOnes(t *testing.T) {
	sums, err := os.ReadFile("assets/vendor/SHA256SUMS")
	require.NoError(t, err)
	files, err := os.ReadDir("assets/vendor")
	require.NoError(t, err)
	require.Len(t, files, strings.Count(string(sums), "\n")+2, "beside the files their sums and licences")
	for line := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		content, err := os.ReadFile("assets/vendor/" + name)
		require.NoError(t, err)
		got := sha256.Sum256(content)
		require.Equal(t, sum, hex.EncodeToString(got[:]), name)
	}
}

func ask(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w
}
