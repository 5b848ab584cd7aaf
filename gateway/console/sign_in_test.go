package console

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/db/dbtest"
	"reengage/gateway/access"
)

func prefixes(texts ...string) (all []netip.Prefix) {
	for _, t := range texts {
		all = append(all, netip.MustParsePrefix(t))
	}
	return all
}

// peopleOf is a database with Grace, an agent, in it.
func peopleOf(t *testing.T) access.People {
	t.Helper()
	people := access.People{Pool: dbtest.New(t)}
	_, err := people.Add(t.Context(), access.Operator, time.Now(), "Grace Example", access.Agent)
	require.NoError(t, err)
	return people
}

// changes is what there is of accesses.
func changes(t *testing.T, people access.People) (all string) {
	t.Helper()
	require.NoError(t, people.Pool.QueryRow(t.Context(), `SELECT concat((SELECT json_agg(u) FROM users u), (SELECT json_agg(s) FROM sessions s),
		(SELECT json_agg(l) FROM login_links l), (SELECT json_agg(a) FROM audit a))`).Scan(&all))
	return all
}

// browser keeps a cookie, as one does.
type browser struct {
	*testing.T
	console http.Handler
	people  access.People
	cookie  *http.Cookie
	log     *bytes.Buffer
}

func newBrowser(t *testing.T) *browser {
	people := peopleOf(t)
	b := &browser{T: t, people: people, log: &bytes.Buffer{}}
	nothing := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"items": []}`)) })
	mux := http.NewServeMux()
	New(Deps{API: nothing, People: &people, URL: "https://support.example.com", Log: slog.New(slog.NewTextHandler(b.log, nil))}).Register(mux)
	b.console = mux
	return b
}

// another is a second browser.
func (b *browser) another() *browser {
	other := *b
	other.cookie = nil
	return &other
}

func (b *browser) do(method, path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	b.Helper()
	r := httptest.NewRequestWithContext(b.Context(), method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, name := range headers {
		r.Header.Set(name, "1")
	}
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	w := httptest.NewRecorder()
	b.console.ServeHTTP(w, r)
	for _, k := range w.Result().Cookies() {
		if b.cookie = k; k.MaxAge < 0 {
			b.cookie = nil
		}
	}
	return w
}

func (b *browser) link() string {
	b.Helper()
	token, err := b.people.MakeLink(b.Context(), access.Operator, time.Now(), "Grace Example", time.Hour)
	require.NoError(b, err)
	return "/console/sign-in/" + token
}

func (b *browser) signsInByLink() {
	b.Helper()
	w := b.do("GET", b.link(), nil)
	require.Equal(b, http.StatusSeeOther, w.Code, w.Body)
	require.Equal(b, "/console/inbox", w.Header().Get("Location"))
}

func (b *browser) signedIn() bool { return b.do("GET", "/console/inbox", nil).Code == http.StatusOK }

func TestALinkSignsInOnce(t *testing.T) {
	b := newBrowser(t)
	link := b.link()
	require.Equal(t, http.StatusOK, b.do("HEAD", link, nil).Code)
	require.Nil(t, b.cookie, "who only looks does not use it up")
	w := b.do("GET", link, nil)
	require.Equal(t, http.StatusSeeOther, w.Code)
	require.Equal(t, "__Host-reengage", b.cookie.Name)
	require.True(t, b.signedIn())
	require.Contains(t, b.do("GET", "/console/inbox", nil).Body.String(), "Grace Example")
	require.Equal(t, "/console/inbox", b.do("GET", "/console/sign-in", nil).Header().Get("Location"), "there is nothing to do")

	other := b.another()
	for _, link := range []string{link, "/console/sign-in/forged"} {
		w = other.do("GET", link, nil)
		require.Equal(t, http.StatusGone, w.Code)
		require.Contains(t, w.Body.String(), "Ask for a new one")
		require.Nil(t, other.cookie)
	}
	require.NotContains(t, b.log.String(), strings.TrimPrefix(link, "/console/sign-in/"))
}

func TestAPasswordSignsInAndGoesOnWhereOneWantedTo(t *testing.T) {
	b := newBrowser(t)
	b.signsInByLink()
	planted := *b.cookie
	w := b.do("POST", "/console/account/password", url.Values{"password": {"correct horse battery"}, "again": {"correct horse battery"}})
	require.Equal(t, "/console/account?saved=1", w.Header().Get("Location"))
	require.Contains(t, b.do("GET", "/console/account?saved=1", nil).Body.String(), "The password is set")

	for next, to := range map[string]string{"/console/account": "/console/account", "//evil.example": "/console/inbox", "https://evil.example": "/console/inbox"} {
		w = b.do("POST", "/console/sign-in", url.Values{"name": {"GRACE example"}, "password": {"correct horse battery"}, "next": {next}})
		require.Equal(t, http.StatusSeeOther, w.Code)
		require.Equal(t, to, w.Header().Get("Location"))
		require.NotEqual(t, planted.Value, b.cookie.Value, "a session that was there before is not taken over")
		require.True(t, b.signedIn())
	}
	w = b.another().do("POST", "/console/sign-in", url.Values{"name": {`"><script>`}, "password": {"wrong"}, "next": {"/console/account"}})
	require.Equal(t, http.StatusUnauthorized, w.Code)
	require.Contains(t, w.Body.String(), "do not belong together")
	require.Contains(t, w.Body.String(), `value="/console/account"`)
	require.NotContains(t, w.Body.String(), `"><script>`)
	require.NotContains(t, w.Body.String(), `wrong"`, "a password is not sent back")
	require.Empty(t, b.log.String())
}

func TestGuessingIsAnsweredWith429AndWhenToComeAgain(t *testing.T) {
	b := newBrowser(t)
	guess := url.Values{"name": {"Grace Example"}, "password": {"wrong"}}
	for range 10 {
		require.Equal(t, http.StatusUnauthorized, b.do("POST", "/console/sign-in", guess).Code)
	}
	w := b.do("POST", "/console/sign-in", guess)
	require.Equal(t, http.StatusTooManyRequests, w.Code)
	seconds, err := strconv.Atoi(w.Header().Get("Retry-After"))
	require.NoError(t, err)
	require.Greater(t, seconds, 60)
	require.LessOrEqual(t, seconds, 900)
	require.Contains(t, w.Body.String(), "too many attempts")
	b.signsInByLink()
}

func TestSigningOutEndsTheSessionAndNotOnlyTheCookie(t *testing.T) {
	b := newBrowser(t)
	b.signsInByLink()
	kept := *b.cookie
	require.Equal(t, http.StatusMethodNotAllowed, b.do("GET", "/console/sign-out", nil).Code)
	require.Equal(t, "/console/sign-in", b.do("POST", "/console/sign-out", nil).Header().Get("Location"))
	require.Nil(t, b.cookie)
	require.False(t, b.signedIn())
	b.cookie = &kept
	require.False(t, b.signedIn(), "whoever has kept the cookie")
	require.Equal(t, "/console/sign-in?next=%2Fconsole%2Finbox", b.do("POST", "/console/sign-out", nil).Header().Get("Location"))
}

func TestAForgedOrExpiredSessionSignsInAgain(t *testing.T) {
	b := newBrowser(t)
	b.signsInByLink()
	good := b.cookie.Value
	other := "x"
	if strings.HasPrefix(good, other) { // as one of 64 does
		other = "y"
	}
	for name, value := range map[string]string{"forged": other + good[1:], "empty": "", "cut": good[:20], "very long": strings.Repeat("a", 5000), "a name": "Grace"} {
		t.Run(name, func(t *testing.T) {
			b.cookie = &http.Cookie{Name: b.cookie.Name, Value: value}
			require.Equal(t, "/console/sign-in?next=%2Fconsole%2Finbox", b.do("GET", "/console/inbox", nil).Header().Get("Location"))
		})
	}
	b.cookie = &http.Cookie{Name: "__Host-reengage", Value: good}
	require.True(t, b.signedIn())
	_, err := b.people.Pool.Exec(t.Context(), `UPDATE sessions SET expires_at = now() - interval '1 second'`)
	require.NoError(t, err)
	require.False(t, b.signedIn())
}

func TestAPageThatIsLeftOpenIsNoUseOfTheSession(t *testing.T) {
	b := newBrowser(t)
	b.signsInByLink()
	seen := func() (at time.Time) {
		require.NoError(t, b.people.Pool.QueryRow(t.Context(), `SELECT seen_at FROM sessions`).Scan(&at))
		return at
	}
	_, err := b.people.Pool.Exec(t.Context(), `UPDATE sessions SET seen_at = now() - interval '1 hour'`)
	require.NoError(t, err)
	before := seen()
	require.Equal(t, http.StatusOK, b.do("GET", "/console/inbox", nil, byItself).Code)
	require.Equal(t, before, seen())
	require.True(t, b.signedIn())
	require.True(t, seen().After(before))
}

func TestAnAccountShowsItsSessionsAndEndsThem(t *testing.T) {
	b := newBrowser(t)
	b.signsInByLink()
	other := b.another()
	other.signsInByLink()
	page := b.do("GET", "/console/account", nil).Body.String()
	require.Equal(t, 1, strings.Count(page, "This browser"))
	require.Equal(t, 1, strings.Count(page, "End this session"))
	_, rest, _ := strings.Cut(page, `action="/console/account/sessions/`)
	id, _, _ := strings.Cut(rest, "/end")
	require.Equal(t, http.StatusSeeOther, b.do("POST", "/console/account/sessions/"+id+"/end", nil).Code)
	require.False(t, other.signedIn())
	require.True(t, b.signedIn())
	for _, id := range []string{id, "17"} {
		require.Equal(t, http.StatusNotFound, b.do("POST", "/console/account/sessions/"+id+"/end", nil).Code)
	}
	for _, tt := range []struct{ password, again, says string }{{"correct horse battery", "correct horse", "not the same"}, {"short", "short", "12 to 200 characters"}} {
		w := b.do("POST", "/console/account/password", url.Values{"password": {tt.password}, "again": {tt.again}})
		require.Equal(t, http.StatusUnprocessableEntity, w.Code)
		require.Contains(t, w.Body.String(), tt.says)
	}
}

func TestWhileTheDatabaseIsAwayNobodyIsSignedOut(t *testing.T) {
	b := newBrowser(t)
	b.signsInByLink()
	b.people.Pool.Close()
	w := b.do("GET", "/console/inbox", nil)
	require.GreaterOrEqual(t, w.Code, 500)
	require.NotNil(t, b.cookie)
	require.NotContains(t, b.log.String(), b.cookie.Value)
}
