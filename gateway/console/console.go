package console

import (
	"log/slog"
	"net/http"
	"net/url"

	"reengage/clock"
	"reengage/gateway/access"
	"reengage/gateway/api"
)

// Deps is what the console works with.
type Deps struct {
	API               http.Handler // answers /v1/...; the console asks it for those who have signed in
	Clock             clock.Clock
	TemporalUI        string // for links to a conversation's workflow; empty: no links
	TemporalNamespace string // in which the workflows are
	Stories           bool   // serve /console/stories, every state of every page; for development
	Log               *slog.Logger
}

// Console answers the requests under /console.
type Console struct {
	client    client
	clock     clock.Clock
	workflows workflowLinks
	stories   bool
	log       *slog.Logger
}

// Path is where the console begins.
const Path = "/console"

// route is one page, or one thing that is done on it. Whoever lacks the scope is refused; a route without one is for everybody,
// and only those of signing in are.
type route struct {
	pattern string
	scope   access.Scope
	handle  func(*Console, http.ResponseWriter, *http.Request) error
}

// routes are all there are.
func routes() []route {
	var all []route
	for _, part := range [][]route{inboxRoutes, conversationRoutes, resumeRoutes} {
		all = append(all, part...)
	}
	return all
}

// New returns the console. Register puts it on a mux.
func New(d Deps) *Console {
	return &Console{client: client{d.API}, clock: d.Clock, workflows: workflowLinks{d.TemporalUI, d.TemporalNamespace}, stories: d.Stories, log: d.Log}
}

// Register adds the pages and assets to the mux.
func (c *Console) Register(mux *http.ServeMux) {
	for _, r := range routes() {
		mux.Handle(r.pattern, secure(c.guard(r)))
	}
	if c.stories {
		mux.Handle("GET "+Path+"/stories", secure(http.HandlerFunc(listStories)))
		mux.Handle("GET "+Path+"/stories/{name}", secure(http.HandlerFunc(c.showStory)))
	}
	mux.Handle("GET "+Path+"/assets/", secure(assets()))
	mux.Handle("GET "+Path, http.RedirectHandler(Path+"/inbox", http.StatusSeeOther))
	mux.Handle("GET "+Path+"/{$}", http.RedirectHandler(Path+"/inbox", http.StatusSeeOther))
}

// guard lets those through who may.
func (c *Console) guard(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		who, known := access.From(req.Context())
		switch {
		case r.scope != "" && !known:
			http.Redirect(w, req, Path+"/sign-in?"+url.Values{"next": {req.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
		case r.scope != "" && !who.May(r.scope):
			c.fail(w, req, &api.Problem{Status: http.StatusForbidden, Code: "forbidden", Title: "Forbidden", Detail: "your role does not allow this"})
		default:
			if err := r.handle(c, w, req); err != nil {
				c.fail(w, req, err)
			}
		}
	})
}
