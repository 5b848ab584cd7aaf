package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
)

func answer(h http.Handler, method, path, authorization string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, nil)
	req.Header.Set("Authorization", authorization)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

// TestAPIsShareNothing: the race detector sees what two write into.
func TestAPIsShareNothing(t *testing.T) {
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() { api.New(api.Deps{Log: quiet}).Register(http.NewServeMux()) })
	}
	all.Wait()
}

func TestOpenAPIDescribesEveryEndpoint(t *testing.T) {
	mux := http.NewServeMux()
	api.New(api.Deps{Log: quiet}).Register(mux)
	w := answer(mux, "GET", "/openapi.json", "")
	require.Equal(t, http.StatusOK, w.Code)
	var doc struct {
		OpenAPI    string
		Paths      map[string]map[string]any
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any
				Required   []string
			}
		}
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &doc))
	require.Regexp(t, `^3\.1`, doc.OpenAPI)
	asked := map[string]bool{} // of a workflow, to send
	for _, what := range []string{"messages", "templates", "kept-replies", "kept-replies/{kept}/send"} {
		asked["/v1/conversations/{id}/"+what] = true
	}
	for path, methods := range map[string][]string{
		"/v1/inbound": {"post"}, "/v1/outbound": {"post"}, "/v1/conversations": {"post", "get"},
		"/v1/conversations/{id}": {"get"}, "/v1/charges": {"get"}, "/v1/charges/differences": {"get"}, "/v1/charges/unpriced": {"get"},
		"/v1/charges/invoice": {"post"}, "/v1/costs/compare": {"get"}, "/v1/costs/reengagement": {"get"}, "/v1/rate-cards": {"get"},
		"/v1/conversations/{id}/explain": {"get"}, "/v1/conversations/{id}/timeline": {"get"}, "/v1/conversations/{id}/preview": {"post"},
		"/v1/conversations/{id}/messages": {"post"}, "/v1/conversations/{id}/templates": {"post"},
		"/v1/conversations/{id}/close": {"post"}, "/v1/conversations/{id}/kept-replies": {"post", "get"},
		"/v1/conversations/{id}/kept-replies/{kept}/send": {"post"}, "/v1/conversations/{id}/kept-replies/{kept}/discard": {"post"},
		"/v1/conversations/{id}/resume-claim": {"post", "delete"}, "/v1/sends/{id}": {"get"}, "/v1/templates": {"get"},
		"/v1/contacts/{id}": {"get", "put"}, "/v1/contacts/{id}/consent": {"put"}, "/v1/contacts/{id}/suppression": {"put"},
		"/v1/numbers": {"get"}, "/v1/numbers/{id}": {"get", "put"}, "/v1/numbers/{id}/scheme": {"put"}, "/v1/numbers/{id}/preview": {"post"}, "/v1/numbers/{id}/pause": {"post"}, "/v1/numbers/{id}/resume": {"post"},
		"/v1/events": {"get"},
	} {
		require.Len(t, doc.Paths[path], len(methods), path)
		for _, m := range methods {
			require.Contains(t, doc.Paths[path], m)
			answers := slices.Collect(maps.Keys(doc.Paths[path][m].(map[string]any)["responses"].(map[string]any)))
			done := "200"
			if m == "post" && asked[path] {
				done = "202"
			}
			require.Subset(t, answers, []string{done, "401", "503"}, path)
			if path != "/v1/numbers" && path != "/v1/rate-cards" { // which take nothing
				require.Contains(t, answers, "422", path)
			}
			if m == "post" {
				require.Subset(t, answers, []string{"400", "413"}, path)
			}
		}
	}
	require.Contains(t, doc.Paths["/v1/charges/invoice"]["post"].(map[string]any)["description"], "amount_micros")
	window := doc.Components.Schemas["Conversation"].Properties["window"].(map[string]any)
	require.Equal(t, map[string]any{"type": "null"}, window["anyOf"].([]any)[1])
	require.ElementsMatch(t, []string{"id", "occurred_at", "type"}, doc.Components.Schemas["InboundMessage"].Required)
}

func TestDocsFetchNothingFromElsewhere(t *testing.T) {
	mux := http.NewServeMux()
	api.New(api.Deps{Log: quiet}).Register(mux)
	require.Equal(t, "/docs/", answer(mux, "GET", "/docs", "").Header().Get("Location"))
	for _, file := range []string{"", "viewer.js", "viewer.css"} {
		w := answer(mux, "GET", "/docs/"+file, "")
		require.Equal(t, http.StatusOK, w.Code, file)
		require.NotRegexp(t, regexp.MustCompile(`https?://|//cdn`), w.Body.String())
		require.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
		require.Contains(t, w.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'")
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	}
}

func TestTheDocumentInDocsIsWhatIsServed(t *testing.T) {
	mux := http.NewServeMux()
	api.New(api.Deps{Log: quiet}).Register(mux)
	kept, err := os.ReadFile("../../docs/openapi.json")
	require.NoError(t, err)
	require.JSONEq(t, answer(mux, "GET", "/openapi.json", "").Body.String(), string(kept), "make generate writes it anew")
	written, err := api.Document()
	require.NoError(t, err)
	require.Equal(t, string(written), string(kept), "make generate writes it anew")
}
