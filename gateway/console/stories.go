package console

import (
	"net/http"
	"time"

	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/workflows/contract"
)

// story is one state of one page, made of literals, so that it can be looked at, and compared, without anything behind it. Its
// people are invented and its numbers reserved ones.
type story struct {
	name  string // as in an address: inbox-all-states
	frame frame
}

// stories are all there are; each page keeps its own beside it.
func stories() []story {
	var all []story
	for _, part := range [][]story{
		systemStories,
		signInStories,
		accountStories,
		inboxStories,
		conversationStories,
		resumeStories,
		campaignStories,
		contactStories,
		costsStories,
		numberStories,
	} {
		all = append(all, part...)
	}
	return all
}

// The moment at which stories are told, on a clock that stands still, to whom, and of which business numbers.
var (
	storyTime   = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	storyReader = access.Principal{Kind: access.ByUser, Name: "Grace Example", Scopes: access.Scopes}
	storyViewer = access.Principal{Kind: access.ByUser, Name: "Vera Example", Scopes: access.Viewer.Scopes()}
	shop        = contract.Number{ID: "106540352242922", Display: "+1 202 555 0100"}
	support     = contract.Number{ID: "106540352242923", Display: "+44 7700 900100"}
)

// storyNumbers are numbers of which nothing but their names matters.
func storyNumbers(numbers ...contract.Number) (all []api.BusinessNumber) {
	for _, n := range numbers {
		all = append(all, api.BusinessNumber{ID: n.ID, Display: n.Display})
	}
	return all
}

func listStories(w http.ResponseWriter, r *http.Request) {
	var names []string
	for _, s := range stories() {
		names = append(names, s.name)
	}
	if err := render(w, r, http.StatusOK, frame{Title: "Stories", Page: "stories", View: names}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (c *Console) showStory(w http.ResponseWriter, r *http.Request) {
	for _, s := range stories() {
		if s.name != r.PathValue("name") {
			continue
		}
		f := s.frame
		f.Clock = clockView{Now: storyTime}
		if f.Who.Name == "" && f.Page != "sign-in" {
			f.Who = storyReader
		}
		if err := render(w, r, http.StatusOK, f); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
		return
	}
	http.NotFound(w, r)
}
