package console

import (
	"net/http"
	"net/url"
	"path"
	"strings"
)

// home is where those go who do not say where.
const home = Path + "/inbox"

// ownPath is a place in the console to go on to, or home: an address that somebody else has written must not lead away from here.
func ownPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || strings.ContainsAny(next, "\\\r\n\t") ||
		path.Clean(u.Path) != u.Path || !strings.HasPrefix(u.Path, Path+"/") || strings.HasPrefix(u.Path, Path+"/sign-") {
		return home
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}

// askedFrom is the page on which something was asked for: the request's own, or the one that a form or htmx has asked from.
func askedFrom(r *http.Request) string {
	page := r.URL.RequestURI()
	from := r.Header.Get("HX-Current-URL")
	if from == "" && r.Method != http.MethodGet && r.Method != http.MethodHead {
		from = r.Header.Get("Referer")
		page = home
	}
	if u, err := url.Parse(from); from != "" && err == nil && u.Host == r.Host {
		page = u.RequestURI()
	}
	return ownPath(page)
}

// toSignIn sends somebody of whom we do not know who it is to sign in, and back afterwards. htmx is told to open another page, rather
// than to put one page into another.
func toSignIn(w http.ResponseWriter, r *http.Request) {
	to := Path + "/sign-in?" + url.Values{"next": {askedFrom(r)}}.Encode()
	if byHTMX(r) {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}
