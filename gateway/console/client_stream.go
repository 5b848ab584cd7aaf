package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
func (c client) upload(ctx context.Context, path, contentType string, body io.Reader, out any) error {
	ask, err := http.NewRequestWithContext(ctx, http.MethodPost, path, body)
	if err != nil {
		return fmt.Errorf("POST %s: %w", path, err)
	}
	ask.Header.Set("Content-Type", contentType)
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

// beginning is what the API answers, up to so many bytes; whatever goes wrong, the page is there without it.
func (c client) beginning(ctx context.Context, path, accept string, most int) (text string) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if err != nil {
		return ""
	}
	ask.Header.Set("Accept", accept)
	out := &beginning{header: http.Header{}, most: most, stop: stop}
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler { // how a file says that it was cut off
			panic(p)
		}
		text = out.text()
	}()
	c.api.ServeHTTP(out, ask)
	return text
}

// beginning takes the first bytes of an answer, and none after them.
type beginning struct {
	header http.Header
	status int
	body   bytes.Buffer
	most   int
	stop   context.CancelFunc
}

func (b *beginning) Header() http.Header    { return b.header }
func (b *beginning) WriteHeader(status int) { b.status = status }

func (b *beginning) Write(p []byte) (int, error) {
	room := b.most - b.body.Len()
	if room < len(p) {
		b.body.Write(p[:max(room, 0)])
		b.stop()
		return 0, errEnough
	}
	return b.body.Write(p)
}

var errEnough = errors.New("the rest is not wanted")

func (b *beginning) text() string {
	if b.status >= 400 {
		return ""
	}
	return b.body.String()
}
