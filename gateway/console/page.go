package console

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"time"

	"reengage/clock"
	"reengage/gateway/access"
	"reengage/gateway/api"
)

//go:embed templates
var templateFiles embed.FS

//go:embed assets
var assetFiles embed.FS

var templates = template.Must(template.New("").Funcs(functions).ParseFS(templateFiles, "templates/*.html"))

// frame is what the layout shows around a page.
type frame struct {
	Title string
	Here  string // the part of the console, which the navigation marks: inbox, costs, numbers, account
	Who   access.Principal
	Clock clockView
	Live  string // where the page listens for what changes; empty: nowhere
	Page  string // the template of the page
	View  any
	Inner template.HTML
}

// clockView is what the page's script needs to count down as the server would: virtual now = now + (time since it came) * scale.
type clockView struct {
	Now   time.Time
	Scale float64
}

func clockAt(c clock.Clock, real time.Time) clockView {
	return clockView{Now: c.At(real), Scale: c.Virtual(time.Second).Seconds()}
}

// page answers with a page to whoever asks, as of now.
func (c *Console) page(w http.ResponseWriter, r *http.Request, status int, f frame) error {
	f.Who, _ = access.From(r.Context())
	f.Clock = clockAt(c.clock, time.Now())
	f.Live = liveAddress(r.Context())
	return render(w, r, status, f)
}

// byHTMX reports whether htmx asks for a part of a page that is open.
func byHTMX(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// render writes the page's template within the layout, or alone for htmx.
func render(w http.ResponseWriter, r *http.Request, status int, f frame) error {
	var body bytes.Buffer
	if err := templates.ExecuteTemplate(&body, f.Page, f.View); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Vary", "HX-Request")
	if byHTMX(r) {
		w.WriteHeader(status)
		_, err := body.WriteTo(w)
		return err
	}
	f.Inner = template.HTML(body.String()) // escaped by the template above
	var whole bytes.Buffer
	if err := templates.ExecuteTemplate(&whole, "layout", f); err != nil {
		return err
	}
	w.WriteHeader(status)
	_, err := whole.WriteTo(w)
	return err
}

// fail shows what went wrong: a problem of the API in its own words, anything else without them. On a page that is open it is said
// beside it, so that nothing is lost that somebody has typed.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := &api.Problem{Status: http.StatusInternalServerError, Code: "internal_error", Detail: "something went wrong here; it has been noted"}
	if !errors.As(err, &p) && r.Context().Err() == nil { // else nobody is there any more
		c.log.ErrorContext(r.Context(), "console", "method", r.Method, "pattern", r.Pattern, "error", err)
	}
	f := frame{Title: http.StatusText(p.Status), Page: "problem", View: p}
	if byHTMX(r) {
		f.Page = "problem/beside"
		w.Header().Set("HX-Retarget", "#notices")
		w.Header().Set("HX-Reswap", "innerHTML")
		w.Header().Set("HX-Reselect", "unset") // the part that was asked for is not in it
	}
	if err := c.page(w, r, p.Status, f); err != nil {
		c.log.ErrorContext(r.Context(), "console: show a problem", "error", err)
	}
}

// assets serves scripts and styles; their names carry versions only where they are others', so ours are asked for anew.
func assets() http.Handler {
	files, err := fs.Sub(assetFiles, "assets")
	if err != nil {
		panic(err) // the folder is part of this package
	}
	return http.StripPrefix(Path+"/assets/", http.FileServerFS(files))
}
