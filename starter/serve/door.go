package serve

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync/atomic"

	"reengage/gateway/api"
	"reengage/ops"
)

// door answers 503 until there is something behind it: nothing that is sent to us meanwhile is acknowledged, so the
// sender keeps it and comes again.
type door struct{ behind atomic.Pointer[http.Handler] }

func (d *door) open(h http.Handler) { d.behind.Store(&h) }

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := d.behind.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	p := api.Problem{Title: http.StatusText(http.StatusServiceUnavailable), Status: http.StatusServiceUnavailable,
		Code: "database_unavailable", Detail: "the gateway has just started and waits for its database; nothing was stored, try again"}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.Header().Set("Retry-After", "1")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}

func (d *door) check() ops.Check {
	return ops.Check{Name: "started", Probe: func(context.Context) error {
		if d.behind.Load() == nil {
			return errors.New("waits for the database")
		}
		return nil
	}}
}
