package api

import (
	"embed"
	"io/fs"
	"net/http"
)

//go:embed viewer
var viewer embed.FS

// registerDocs serves a page that shows /openapi.json. It is ours, because viewers load their code from elsewhere, and
// an operator's network may not reach elsewhere, or should not.
func registerDocs(mux *http.ServeMux) {
	files, err := fs.Sub(viewer, "viewer")
	if err != nil {
		panic(err) // the folder is part of this package
	}
	pages := http.StripPrefix("/docs/", http.FileServerFS(files))
	mux.HandleFunc("GET /docs/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "+
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		pages.ServeHTTP(w, r)
	})
	mux.Handle("GET /docs", http.RedirectHandler("/docs/", http.StatusMovedPermanently))
}
