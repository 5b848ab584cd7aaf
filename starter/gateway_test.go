package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// answering is a gateway that answers as the test says, by method and path: texts as they are, anything else as JSON.
func answering(t *testing.T, answer func(method, path string, body []byte) any) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch a := answer(r.Method, r.URL.RequestURI(), body).(type) {
		case string:
			_, _ = io.WriteString(w, a)
		default:
			_ = json.NewEncoder(w).Encode(a)
		}
	}))
	t.Cleanup(server.Close)
	t.Setenv("REENGAGE_URL", server.URL)
	t.Setenv("REENGAGE_API_KEY", "key-of-the-test")
}

// runHere runs the command in this process.
func runHere(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, streams{strings.NewReader(stdin), &out, &errs})
	return result{code, out.String(), errs.String()}
}
