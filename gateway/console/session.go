package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"reengage/db"
	"reengage/gateway/access"
	"reengage/gateway/api"
)

// cookie is where a browser keeps its session. Behind https only this host can have set it (__Host-) and only https carries it; on
// plain http, which is for development, its name has the port, because cookies do not tell ports apart.
type cookie struct {
	name   string
	secure bool
}

func cookieOf(consoleURL string) cookie {
	u, err := url.Parse(consoleURL)
	switch {
	case err == nil && u.Scheme == "https":
		return cookie{"__Host-reengage", true}
	case err == nil && u.Port() != "":
		return cookie{"reengage_" + u.Port(), false}
	}
	return cookie{"reengage", false}
}

// set gives the browser a token; an empty one takes it away.
func (c cookie) set(w http.ResponseWriter, token string) {
	k := &http.Cookie{Name: c.name, Value: token, Path: "/", HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode,
		MaxAge: int(access.SessionEnds.Seconds())}
	if token == "" {
		k.MaxAge = -1
	}
	http.SetCookie(w, k)
}

// byItself is the header of what a page asks for without anybody having done anything (live.js, resume.js): no use of the session.
const byItself = "Reengage-By-Itself"

type sessionKey struct{}

// sessionOf is the session of who asks; without one, the zero session.
func sessionOf(ctx context.Context) access.Session {
	s, _ := ctx.Value(sessionKey{}).(access.Session)
	return s
}

// signedIn finds out who asks, by the cookie, anew at each request: whoever has been disabled meanwhile is nobody. It reports false
// if it has answered already.
func (c *Console) signedIn(w http.ResponseWriter, r *http.Request) (*http.Request, bool) {
	token, err := r.Cookie(c.cookie.name)
	if err != nil || token.Value == "" || c.people == nil {
		return r, true
	}
	s, err := c.people.Session(r.Context(), token.Value, c.now())
	switch {
	case errors.Is(err, access.ErrRefused):
		return r, true
	case err != nil:
		c.fail(w, r, away(err))
		return r, false
	}
	if r.Header.Get(byItself) == "" {
		if err := c.people.Use(r.Context(), s, c.now()); err != nil {
			c.fail(w, r, away(err))
			return r, false
		}
	}
	ctx := access.With(r.Context(), s.Principal())
	return r.WithContext(context.WithValue(ctx, sessionKey{}, s)), true
}

// away tells people of an outage; any other error stays what it is.
func away(err error) error {
	if db.Away(err) {
		return &api.Problem{Status: http.StatusServiceUnavailable, Code: "database_unavailable",
			Detail: "The database cannot be reached at the moment. Nothing was changed; try again in a little while."}
	}
	return err
}
