package api

import (
	"encoding/json"
	"log/slog"
	"net/http"
)

// Document is the OpenAPI document, to be read: what /openapi.json serves, a member per line.
func Document() ([]byte, error) {
	a := New(Deps{Log: slog.New(slog.DiscardHandler)})
	a.Register(http.NewServeMux())
	document, err := json.MarshalIndent(a.huma.OpenAPI(), "", "  ")
	return append(document, '\n'), err
}
