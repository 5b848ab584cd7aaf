package console

import (
	"log/slog"
	"net/http"
	"net/netip"

	"reengage/clock"
	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/gateway/live"
)

// Deps is what the console works with.
type Deps struct {
	API               http.Handler // answers /v1/...; the console asks it for those who have signed in
	Live              *live.Feed   // tells pages what has changed; nil: nothing
	Clock             clock.Clock
	TemporalUI        string // for links to a conversation's workflow; empty: no links
	TemporalNamespace string // in which the workflows are
	Stories           bool   // serve /console/stories, every state of every page; for development
	Log               *slog.Logger

	People  *access.People // who may sign in; nil: nobody
	URL     string         // where browsers find the console; https makes cookies secure
	Proxies []netip.Prefix // whose X-Forwarded-For is believed
}

// Console answers the requests under /console.
type Console struct {
	client    client
	live      *live.Feed
	clock     clock.Clock
	workflows workflowLinks
	stories   bool
	log       *slog.Logger
	people    *access.People
	cookie    cookie
	proxies   proxies
}

// Path is where the console begins.
const Path = "/console"

// anyone is the scope of what is for everybody, which is only signing in.
const anyone access.Scope = "anyone"

// route is one page, or one thing that is done on it. Whoever lacks the scope is refused; a route that names none is refused to all.
type route struct {
	pattern string
	scope   access.Scope
	handle  func(*Console, http.ResponseWriter, *http.Request) error
}

// routes are all there are.
func routes() []route {
	var all []route
	for _, part := range [][]route{
		signInRoutes,
		accountRoutes,
		inboxRoutes,
		conversationRoutes,
		resumeRoutes,
		campaignsRoutes,
		contactsRoutes,
		segmentsRoutes,
		importsRoutes,
		templatesRoutes,
		costsRoutes,
		numbersRoutes,
		liveRoutes,
	} {
		all = append(all, part...)
	}
	return all
}

// New returns the console. Register puts it on a mux.
func New(d Deps) *Console {
	return &Console{client: client{d.API}, live: d.Live, clock: d.Clock, workflows: workflowLinks{d.TemporalUI, d.TemporalNamespace}, stories: d.Stories, log: d.Log,
		people: d.People, cookie: cookieOf(d.URL), proxies: d.Proxies}
}

// Register adds the pages and assets to the mux.
func (c *Console) Register(mux *http.ServeMux) {
	for _, r := range routes() {
		mux.Handle(r.pattern, c.secure(c.guard(r)))
	}
	if c.stories {
		mux.Handle("GET "+Path+"/stories", c.secure(http.HandlerFunc(listStories)))
		mux.Handle("GET "+Path+"/stories/{name}", c.secure(http.HandlerFunc(c.showStory)))
	}
	mux.Handle("GET "+Path+"/assets/", c.secure(assets()))
	mux.Handle("GET /{$}", http.RedirectHandler(home, http.StatusSeeOther)) // whoever types the address alone is looking for the console
	mux.Handle("GET "+Path, http.RedirectHandler(home, http.StatusSeeOther))
	mux.Handle("GET "+Path+"/{$}", http.RedirectHandler(home, http.StatusSeeOther))
}

// guard lets those through who may.
func (c *Console) guard(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if r.pattern != uploadRoute {
			req.Body = http.MaxBytesReader(w, req.Body, mostBody)
		}
		req, goOn := c.signedIn(w, req)
		if !goOn {
			return
		}
		who, known := access.From(req.Context())
		switch {
		case r.scope != anyone && !known:
			toSignIn(w, req)
		case r.scope != anyone && !who.May(r.scope):
			c.fail(w, req, &api.Problem{Status: http.StatusForbidden, Code: "forbidden", Title: "Forbidden", Detail: "Your role does not allow this."})
		default:
			if err := r.handle(c, w, c.listenFrom(req)); err != nil {
				c.fail(w, req, err)
			}
		}
	})
}
