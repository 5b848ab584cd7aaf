package console

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"reengage/gateway/api"
)

// client asks the API as whoever has signed in (access.From of the context), in this process.
type client struct{ api http.Handler }

// get asks for path, with its query, and reads the answer into out.
func (c client) get(ctx context.Context, path string, out any) error {
	return c.do(ctx, http.MethodGet, path, "", nil, out)
}

// do makes one request; in and out may be nil, key is the Idempotency-Key or empty. The error is the API's *api.Problem.
func (c client) do(ctx context.Context, method, path, key string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, path, &body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	return c.answered(r, out)
}

// answered makes a request and reads its answer into out, which may be nil.
func (c client) answered(r *http.Request, out any) error {
	a, method, path := answer{header: http.Header{}, status: http.StatusOK}, r.Method, r.URL.Path
	c.api.ServeHTTP(&a, r)
	if a.status >= 400 {
		p := &api.Problem{Status: a.status}
		if err := json.Unmarshal(a.body.Bytes(), p); err != nil {
			return fmt.Errorf("%s %s: status %d: %w", method, path, a.status, err)
		}
		return p
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(a.body.Bytes(), out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// answer is what the API writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }
