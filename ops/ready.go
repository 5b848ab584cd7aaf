package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"reengage/db"
)

// undefinedTable is Postgres' code for it.
const undefinedTable = "42P01"

// checkTimeout bounds one check, in real time.
const checkTimeout = 2 * time.Second

// Check is something that a process needs to do its work.
type Check struct {
	Name  string
	Probe func(context.Context) error
}

// Database checks that Postgres answers and has our schema.
func Database(pool *pgxpool.Pool) Check {
	return Check{Name: "database", Probe: func(ctx context.Context) error {
		_, err := db.New(pool).GetEventKey(ctx)
		var pgErr *pgconn.PgError
		if errors.As(err, &pgErr) && pgErr.Code == undefinedTable {
			return errors.New("the database has no schema yet: run starter migrate")
		}
		return err
	}}
}

// Temporal checks that the Temporal server is serving and has our namespace; empty means its default one.
func Temporal(c client.Client, namespace string) Check {
	if namespace == "" {
		namespace = client.DefaultNamespace
	}
	return Check{Name: "temporal", Probe: func(ctx context.Context) error {
		_, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
		var missing *serviceerror.NamespaceNotFound
		if errors.As(err, &missing) {
			return fmt.Errorf("TEMPORAL_NAMESPACE is %s, which the server does not have", namespace)
		}
		return err
	}}
}

// Result is what one check found.
type Result struct {
	OK             bool   `json:"ok"`
	Error          string `json:"error,omitempty"`
	DurationMillis int64  `json:"duration_ms"`
}

// Readiness is the body of /readyz.
type Readiness struct {
	Ready  bool              `json:"ready"`
	Checks map[string]Result `json:"checks"`
}

// ask carries out all checks at once.
func ask(ctx context.Context, checks []Check) Readiness {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	results := make([]Result, len(checks))
	var wg sync.WaitGroup
	for i, c := range checks {
		wg.Go(func() {
			start := time.Now()
			err := c.Probe(ctx)
			results[i] = Result{OK: err == nil, DurationMillis: time.Since(start).Milliseconds()}
			if err != nil {
				results[i].Error = err.Error()
			}
		})
	}
	wg.Wait()
	r := Readiness{Ready: true, Checks: map[string]Result{}}
	for i, c := range checks {
		r.Ready = r.Ready && results[i].OK
		r.Checks[c.Name] = results[i]
	}
	return r
}

// Handler serves /metrics, /healthz and /readyz.
func Handler(metrics http.Handler, checks ...Check) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		readiness := ask(r.Context(), checks)
		w.Header().Set("Content-Type", "application/json")
		if !readiness.Ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		json.NewEncoder(w).Encode(readiness)
	})
	return mux
}
