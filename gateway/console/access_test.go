package console

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/access"
)

// Who may open or do what, by role.
var (
	everybody  = []access.Role{"nobody", access.Viewer, access.Agent, access.Accountant, access.Administrator}
	signedIn   = everybody[1:]
	writers    = []access.Role{access.Agent, access.Administrator}
	financiers = []access.Role{access.Accountant, access.Administrator}
)

// permitted is the whole of the console. Whoever adds a route says here for whom.
var permitted = map[string][]access.Role{
	"GET /console/sign-in":                                         everybody,
	"POST /console/sign-in":                                        everybody,
	"GET /console/sign-in/{token}":                                 everybody,
	"POST /console/sign-out":                                       signedIn,
	"GET /console/account":                                         signedIn,
	"POST /console/account/password":                               signedIn,
	"POST /console/account/sessions/{id}/end":                      signedIn,
	"GET /console/inbox":                                           signedIn,
	"GET /console/campaigns":                                       signedIn,
	"GET /console/campaigns/new":                                   writers,
	"POST /console/campaigns/new":                                  writers,
	"GET /console/campaigns/{id}":                                  signedIn,
	"POST /console/campaigns/{id}":                                 writers,
	"POST /console/campaigns/{id}/test":                            writers,
	"POST /console/campaigns/{id}/launch":                          {access.Administrator},
	"POST /console/campaigns/{id}/pause":                           writers,
	"POST /console/campaigns/{id}/resume":                          {access.Administrator},
	"POST /console/campaigns/{id}/cancel":                          writers,
	"POST /console/campaigns/{id}/delete":                          writers,
	"POST /console/campaigns/{id}/segment":                         writers,
	"GET /console/campaigns/{id}/recipients":                       signedIn,
	"GET /console/campaigns/{id}/recipients.csv":                   signedIn,
	"GET /console/contacts":                                        signedIn,
	"GET /console/contacts/{id}":                                   signedIn,
	"POST /console/contacts/{id}":                                  writers,
	"GET /console/segments":                                        signedIn,
	"GET /console/segments/new":                                    writers,
	"POST /console/segments/new":                                   writers,
	"POST /console/segments/count":                                 signedIn,
	"GET /console/segments/{id}":                                   signedIn,
	"POST /console/segments/{id}":                                  writers,
	"POST /console/segments/{id}/delete":                           writers,
	"GET /console/imports":                                         signedIn,
	"POST /console/imports":                                        {access.Administrator},
	"GET /console/imports/{id}":                                    signedIn,
	"POST /console/imports/{id}/apply":                             {access.Administrator},
	"POST /console/imports/{id}/cancel":                            {access.Administrator},
	"GET /console/imports/{id}/rejects.csv":                        {access.Administrator},
	"GET /console/templates":                                       signedIn,
	"GET /console/templates/{waba}/{name}/{language}":              signedIn,
	"GET /console/costs":                                           financiers,
	"GET /console/costs/windows":                                   financiers,
	"GET /console/costs/compare":                                   financiers,
	"GET /console/costs/unpriced":                                  financiers,
	"GET /console/costs/differences":                               financiers,
	"GET /console/costs.csv":                                       financiers,
	"GET /console/live":                                            signedIn,
	"GET /console/numbers":                                         signedIn,
	"GET /console/numbers/{id}":                                    signedIn,
	"POST /console/numbers/{id}":                                   {access.Administrator},
	"POST /console/numbers/{id}/scheme":                            {access.Administrator},
	"POST /console/numbers/{id}/preview":                           signedIn,
	"POST /console/numbers/{id}/pause":                             {access.Administrator},
	"POST /console/numbers/{id}/resume":                            {access.Administrator},
	"GET /console/conversations/{id}":                              signedIn,
	"GET /console/conversations/{id}/timeline":                     signedIn,
	"GET /console/conversations/{id}/why":                          signedIn,
	"POST /console/conversations/{id}/messages":                    writers,
	"POST /console/conversations/{id}/close":                       writers,
	"POST /console/conversations/{id}/kept-replies/{kept}/send":    writers,
	"POST /console/conversations/{id}/kept-replies/{kept}/discard": writers,
	"POST /console/conversations/{id}/consent":                     writers,
	"POST /console/conversations/{id}/suppression":                 writers,
	"GET /console/conversations/{id}/resume":                       writers,
	"POST /console/conversations/{id}/resume":                      writers,
	"POST /console/conversations/{id}/resume/renew":                writers,
	"POST /console/conversations/{id}/resume/leave":                writers,
	"GET /console/conversations/{id}/template":                     writers,
	"POST /console/conversations/{id}/preview":                     writers,
	"POST /console/conversations/{id}/templates":                   writers,
}

var variable = regexp.MustCompile(`\{[^}]*\}`)

// requestFor is a request that the route answers, by somebody of a role.
func requestFor(t *testing.T, pattern string, role access.Role) *http.Request {
	method, path, _ := strings.Cut(pattern, " ")
	r := httptest.NewRequestWithContext(t.Context(), method, variable.ReplaceAllString(path, uuid.NewString()), nil)
	if role == "nobody" {
		return r
	}
	return r.WithContext(as(r.Context(), role))
}

// guarded answers 200 whatever the guard lets through.
func guarded(all []route) http.Handler {
	c := New(Deps{API: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler)})
	mux := http.NewServeMux()
	for _, r := range all {
		r.handle = func(*Console, http.ResponseWriter, *http.Request) error { return nil }
		mux.Handle(r.pattern, c.secure(c.guard(r)))
	}
	return mux
}

func TestEveryRouteIsForThoseWhoMayAndForNobodyElse(t *testing.T) {
	handler := guarded(routes())
	for _, r := range routes() {
		roles, listed := permitted[r.pattern]
		if !listed {
			t.Errorf("%s: nobody has said in this test for whom it is", r.pattern)
			continue
		}
		for _, role := range append(slices.Clone(everybody), "owner") {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, requestFor(t, r.pattern, role))
			want := http.StatusForbidden
			switch {
			case slices.Contains(roles, role), slices.Contains(roles, "nobody"):
				want = http.StatusOK
			case role == "nobody":
				want = http.StatusSeeOther
				require.Contains(t, w.Header().Get("Location"), "/console/sign-in?next=%2Fconsole%2F", r.pattern)
			}
			require.Equal(t, want, w.Code, "%s by %s", r.pattern, role)
		}
	}
	require.Len(t, permitted, len(routes()), "this test lists a route that is gone")
}

func TestARouteThatNamesNoScopeIsForNobody(t *testing.T) {
	handler := guarded([]route{{pattern: "GET /console/forgotten"}})
	for _, role := range everybody {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, requestFor(t, "GET /console/forgotten", role))
		require.NotEqual(t, http.StatusOK, w.Code, "%s", role)
	}
}

// A page that is only looked at must not do anything: what another site can have a browser open must change nothing.
func TestLookingChangesNothing(t *testing.T) {
	var asked []string
	var lock sync.Mutex // some pages ask for several things at once
	record := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		asked = append(asked, r.Method+" "+r.URL.Path)
		w.WriteHeader(http.StatusNotFound)
		w.Write([]byte(`{"status": 404, "code": "not_found", "detail": "nothing"}`))
	})
	people := peopleOf(t)
	mux := http.NewServeMux()
	New(Deps{API: record, Log: slog.New(slog.DiscardHandler), People: &people}).Register(mux)
	before := changes(t, people)
	for _, r := range routes() {
		if strings.HasPrefix(r.pattern, "GET ") {
			mux.ServeHTTP(httptest.NewRecorder(), requestFor(t, r.pattern, access.Administrator))
		}
	}
	require.NotEmpty(t, asked)
	for _, a := range asked {
		// A preview, and a count, are asked for with a POST because of their length.
		require.True(t, strings.HasPrefix(a, "GET ") || strings.HasSuffix(a, "/preview") || strings.HasSuffix(a, "/count"), a)
	}
	require.Equal(t, before, changes(t, people))
}

func TestWhatAnotherSiteSendsIsRefused(t *testing.T) {
	handler := guarded(routes())
	for _, r := range routes() {
		method, _, _ := strings.Cut(r.pattern, " ")
		for name, tt := range map[string]struct {
			header map[string]string
			refuse bool
		}{
			"another site":             {map[string]string{"Sec-Fetch-Site": "cross-site"}, true},
			"another host of the site": {map[string]string{"Sec-Fetch-Site": "same-site"}, true},
			"another origin":           {map[string]string{"Origin": "https://evil.example"}, true},
			"our own page":             {map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "http://example.com"}, false},
			"the address bar":          {map[string]string{"Sec-Fetch-Site": "none"}, false},
			"an old browser, our page": {map[string]string{"Origin": "http://example.com"}, false},
		} {
			request := requestFor(t, r.pattern, access.Administrator)
			for k, v := range tt.header {
				request.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, request)
			if tt.refuse && method != http.MethodGet {
				require.Equal(t, http.StatusForbidden, w.Code, "%s from %s", r.pattern, name)
				require.Contains(t, w.Body.String(), "sent by another site", "kindly")
				require.Contains(t, w.Body.String(), `<main id="main"`)
				continue
			}
			require.Equal(t, http.StatusOK, w.Code, "%s from %s", r.pattern, name)
		}
	}
}

func TestWhoeverIsNotSignedInComesBackToThePage(t *testing.T) {
	handler := guarded([]route{{pattern: "GET /console/inbox", scope: access.Read}, {pattern: "POST /console/conversations/{id}/messages", scope: access.Send}})
	const page = "http://example.com/console/conversations/17?tab=why"
	for name, tt := range map[string]struct {
		method, path string
		header       map[string]string
		status       int
		to           string
	}{
		"a page":                    {"GET", "/console/inbox?q=ada", nil, 303, "/console/sign-in?next=%2Fconsole%2Finbox%3Fq%3Dada"},
		"a form":                    {"POST", "/console/conversations/17/messages", map[string]string{"Referer": page}, 303, "/console/sign-in?next=%2Fconsole%2Fconversations%2F17%3Ftab%3Dwhy"},
		"a form of nobody knows":    {"POST", "/console/conversations/17/messages", nil, 303, "/console/sign-in?next=%2Fconsole%2Finbox"},
		"a form of another site's":  {"POST", "/console/conversations/17/messages", map[string]string{"Referer": "https://evil.example/console/x"}, 303, "/console/sign-in?next=%2Fconsole%2Finbox"},
		"a part that htmx asks for": {"GET", "/console/inbox?part=list", map[string]string{"HX-Request": "true", "HX-Current-URL": page}, 401, "/console/sign-in?next=%2Fconsole%2Fconversations%2F17%3Ftab%3Dwhy"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.path, nil)
			for k, v := range tt.header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			require.Equal(t, tt.status, w.Code)
			if tt.status == 401 {
				require.Equal(t, tt.to, w.Header().Get("HX-Redirect"))
				require.Empty(t, w.Body.String(), "no page within a page")
				return
			}
			require.Equal(t, tt.to, w.Header().Get("Location"))
		})
	}
}

func TestNextLeadsNowhereElse(t *testing.T) {
	for _, own := range []string{"/console/inbox", "/console/costs?from=2026-11-01", "/console/conversations/17", "/console/conversations/a%20b"} {
		require.Equal(t, own, ownPath(own))
	}
	for _, other := range []string{"", "//evil.example", "///evil.example", "https://evil.example/console/inbox", "/\\evil.example", "\\\\evil.example", "/console/\\evil",
		"/v1/conversations", "/console", "/console/../v1/numbers", "/console//evil.example", "javascript:alert(1)", "/console/inbox\r\nSet-Cookie: a=b",
		"//user@evil.example/console/inbox", "/consolex/inbox", "console/inbox", "/console/sign-out", "/console/sign-in/abc", "\t//evil.example", "%2f%2fevil.example", "/console/%zz"} {
		require.Equal(t, "/console/inbox", ownPath(other), "%q", other)
	}
}

func TestTheCookieIsOfThisHostAlone(t *testing.T) {
	for url, name := range map[string]string{"https://support.example.com": "__Host-reengage", "https://support.example.com:8443": "__Host-reengage",
		"http://127.0.0.1:8080": "reengage_8080", "http://127.0.0.1": "reengage", "": "reengage"} {
		w := httptest.NewRecorder()
		cookieOf(url).set(w, "token")
		k := w.Result().Cookies()[0]
		require.Equal(t, name, k.Name)
		require.Equal(t, strings.HasPrefix(url, "https"), k.Secure)
		require.True(t, k.HttpOnly)
		require.Equal(t, http.SameSiteLaxMode, k.SameSite)
		require.Equal(t, "/", k.Path)
		require.Empty(t, k.Domain)
	}
}

func TestAnAddressIsBelievedOfOurOwnProxiesAlone(t *testing.T) {
	ours := New(Deps{Proxies: prefixes("10.0.0.0/8", "2001:db8::/32")}).proxies
	for name, tt := range map[string]struct {
		proxies         proxies
		peer, forwarded string
		from            string
	}{
		"nobody in between":                  {nil, "192.0.2.1:4711", "", "192.0.2.1"},
		"a header that anybody can write":    {nil, "192.0.2.1:4711", "198.51.100.1", "192.0.2.1"},
		"a peer that is not ours":            {ours, "192.0.2.1:4711", "198.51.100.1", "192.0.2.1"},
		"our proxy":                          {ours, "10.0.0.1:4711", "198.51.100.1", "198.51.100.1"},
		"two of ours":                        {ours, "10.0.0.1:4711", "198.51.100.1, 10.0.0.2", "198.51.100.1"},
		"what stands before can be invented": {ours, "10.0.0.1:4711", "203.0.113.9, 198.51.100.1", "198.51.100.1"},
		"our proxy says nothing":             {ours, "10.0.0.1:4711", "", "10.0.0.1"},
		"nonsense":                           {ours, "10.0.0.1:4711", "unknown", "10.0.0.1"},
		"IPv6":                               {ours, "[2001:db8::1]:4711", "2001:db9::7", "2001:db9::7"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = tt.peer
			r.Header.Set("X-Forwarded-For", tt.forwarded)
			require.Equal(t, tt.from, tt.proxies.address(r))
		})
	}
}
