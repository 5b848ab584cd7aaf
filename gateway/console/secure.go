package console

import (
	"net/http"

	"reengage/gateway/api"
)

// mostBody bounds what a form may hold, in bytes; a file that is handed in is the API's to bound (uploadRoute).
const mostBody = 1 << 20

// policy allows what we serve ourselves and nothing inline, so that a name or a message with markup in it can do nothing even if
// a template were to let it through.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure says to the browser what a page may do, and refuses what another site's page has sent.
func (c *Console) secure(h http.Handler) http.Handler {
	sameOrigin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		if sameOrigin.Check(r) != nil {
			c.fail(w, r, &api.Problem{Status: http.StatusForbidden, Code: "cross_origin",
				Detail: "This was sent by another site's page, so nothing was done. Open the console itself and try there."})
			return
		}
		h.ServeHTTP(w, r)
	})
}
