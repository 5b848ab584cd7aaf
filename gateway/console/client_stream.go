package console

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"reengage/gateway/api"
)

// file hands on what the API answers as it comes, so that its length does not matter; a refusal is an error.
func (c client) file(w http.ResponseWriter, r *http.Request, path, accept, name string) error {
	ask, err := http.NewRequestWithContext(r.Context(), http.MethodGet, path, nil)
	if err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	ask.Header.Set("Accept", accept)
	out := &handOn{ResponseWriter: w, name: name}
	c.api.ServeHTTP(out, ask)
	return out.problem()
}

// upload sends a body as it comes, and reads the answer into out.
func (c client) upload(ctx context.Context, path, key string, body io.Reader, out any) error {
	ask, err := http.NewRequestWithContext(ctx, http.MethodPost, path, body)
	if err != nil {
		return fmt.Errorf("POST %s: %w", path, err)
	}
	ask.Header.Set("Content-Type", "text/csv")
	if key != "" {
		ask.Header.Set("Idempotency-Key", key)
	}
	return c.answered(ask, out)
}

// handOn writes an answer of the API to the browser, unless it is a refusal, which is kept.
type handOn struct {
	http.ResponseWriter
	name    string // of the file
	status  int
	refused answer
}

func (h *handOn) WriteHeader(status int) {
	if h.status != 0 {
		return
	}
	if h.status = status; status >= 400 {
		for _, name := range []string{"Content-Disposition", "Content-Length"} {
			h.Header().Del(name)
		}
		return
	}
	if h.Header().Get("Content-Disposition") == "" {
		h.Header().Set("Content-Disposition", `attachment; filename="`+h.name+`"`)
	}
	h.ResponseWriter.WriteHeader(status)
}

func (h *handOn) Write(b []byte) (int, error) {
	if h.status == 0 {
		h.WriteHeader(http.StatusOK)
	}
	if h.status >= 400 {
		return h.refused.Write(b)
	}
	return h.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController: deadlines and flushing are the connection's.
func (h *handOn) Unwrap() http.ResponseWriter { return h.ResponseWriter }

func (h *handOn) problem() error {
	if h.status < 400 {
		return nil
	}
	p := &api.Problem{Status: h.status}
	if err := json.Unmarshal(h.refused.body.Bytes(), p); err != nil {
		return fmt.Errorf("a file: status %d: %w", h.status, err)
	}
	return p
}
