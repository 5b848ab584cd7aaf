package console

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"reengage/gateway/access"
)

var signInRoutes = []route{
	{"GET " + Path + "/sign-in", anyone, (*Console).askToSignIn},
	{"POST " + Path + "/sign-in", anyone, (*Console).signIn},
	{"GET " + Path + "/sign-in/{token}", anyone, (*Console).signInByLink},
	{"POST " + Path + "/sign-out", access.Read, (*Console).signOut},
}

// Link is the address that a link's token is used at.
func Link(consoleURL, token string) string {
	return strings.TrimSuffix(consoleURL, "/") + Path + "/sign-in/" + token
}

// signInView is the page for those of whom we do not know who they are.
type signInView struct {
	Next    string
	Name    string // as it was given
	Refusal string // why it did not work
}

func (c *Console) askToSignIn(w http.ResponseWriter, r *http.Request) error {
	next := ownPath(r.FormValue("next"))
	if _, known := access.From(r.Context()); known {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	return c.signInPage(w, r, http.StatusOK, signInView{Next: next})
}

func (c *Console) signInPage(w http.ResponseWriter, r *http.Request, status int, v signInView) error {
	return c.page(w, r, status, frame{Title: "Sign in", Page: "sign-in", View: v})
}

func (c *Console) signIn(w http.ResponseWriter, r *http.Request) error {
	v := signInView{Next: ownPath(r.PostFormValue("next")), Name: r.PostFormValue("name")}
	token, _, err := c.people.SignIn(r.Context(), c.now(), v.Name, r.PostFormValue("password"), c.proxies.address(r))
	var many *access.TooManyError
	switch {
	case errors.As(err, &many):
		v.Refusal = tooMany(w, many)
		return c.signInPage(w, r, http.StatusTooManyRequests, v)
	case errors.Is(err, access.ErrRefused):
		v.Refusal = "This name and password do not belong together."
		return c.signInPage(w, r, http.StatusUnauthorized, v)
	case err != nil:
		return away(err)
	}
	c.cookie.set(w, token)
	http.Redirect(w, r, v.Next, http.StatusSeeOther)
	return nil
}

// tooMany says when to come again, to programs and to people.
func tooMany(w http.ResponseWriter, many *access.TooManyError) string {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(many.RetryAfter.Seconds()))))
	return fmt.Sprintf("There were too many attempts with a wrong password. Try again in %d min, or ask for a link: that works at once.",
		int(math.Ceil(many.RetryAfter.Minutes())))
}

// signInByLink begins a session, once. It is the one GET that changes something; programs that only look whether there is a page
// (HEAD) change nothing.
func (c *Console) signInByLink(w http.ResponseWriter, r *http.Request) error {
	if r.Method == http.MethodHead {
		return nil
	}
	token, _, err := c.people.UseLink(r.Context(), r.PathValue("token"), c.now())
	switch {
	case errors.Is(err, access.ErrRefused):
		return c.signInPage(w, r, http.StatusGone, signInView{Next: home,
			Refusal: "This link does not sign in any more: each works once and for a short while. Ask for a new one, or sign in with your password."})
	case err != nil:
		return away(err)
	}
	c.cookie.set(w, token)
	http.Redirect(w, r, home, http.StatusSeeOther)
	return nil
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request) error {
	s := sessionOf(r.Context())
	if err := c.people.End(r.Context(), s.Principal(), c.now(), s.ID); err != nil && !errors.Is(err, access.ErrUnknown) {
		return away(err)
	}
	c.cookie.set(w, "")
	http.Redirect(w, r, Path+"/sign-in", http.StatusSeeOther)
	return nil
}

// now is the real time, in which sessions are.
func (c *Console) now() time.Time { return time.Now() }
