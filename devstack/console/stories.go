package console

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"

	"reengage/gateway/console"
)

// storiesPath is where the console lists its stories.
const storiesPath = console.Path + "/stories"

// StoryBook serves the console's stories; nothing is behind it.
func StoryBook() http.Handler {
	mux := http.NewServeMux()
	console.New(console.Deps{API: http.NotFoundHandler(), Stories: true, Log: slog.New(slog.DiscardHandler)}).Register(mux)
	return mux
}

var storyLink = regexp.MustCompile(`href="` + storiesPath + `/([a-z0-9-]+)"`)

// Stories are the names of all stories in a book, in its order.
func Stories(book http.Handler) ([]string, error) {
	index := httptest.NewRecorder()
	book.ServeHTTP(index, httptest.NewRequest(http.MethodGet, storiesPath, nil))
	page, err := io.ReadAll(index.Result().Body)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, link := range storyLink.FindAllSubmatch(page, -1) {
		names = append(names, string(link[1]))
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s lists no stories", storiesPath)
	}
	return names, nil
}
