package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"reengage/gateway/webhook"
	"reengage/whatsapp"
)

const barePath = "/bare"

// measureWebhook posts the same bodies to our handler and to a bare one.
func measureWebhook(ctx context.Context, g *ground, n size) (group Group, err error) {
	group = Group{
		Name: "Webhook: HTTP to committed facts",
		How: fmt.Sprintf("%d senders, each posting its next body when the last one is answered, to the real handler on 127.0.0.1: "+
			"signature, parsing, one transaction. Texts, every other one from a contact that is new, the rest from %d known ones, and Postgres has analyzed its tables. "+
			"Rates: median of up to %d repetitions; latencies: all of their requests.", n.concurrency, n.knownContacts, n.repetitions),
		Baseline: "a handler that checks the signature and inserts the body as one row, on the same pool, with the same bodies",
	}
	s, err := g.newStage(ctx, g.temporal, 1)
	if err != nil {
		return group, err
	}
	defer closing(s.close, &err)
	if err := s.createBareTable(ctx); err != nil {
		return group, err
	}
	door, err := openDoor(s, n.concurrency)
	if err != nil {
		return group, err
	}
	defer closing(door.close, &err)

	known := s.traffic.newcomers(n.knownContacts)
	if err := s.take(ctx, s.traffic.inBodies(time.Now(), known, largeBody), n.concurrency); err != nil {
		return group, err
	}
	if err := s.analyze(ctx); err != nil {
		return group, err
	}
	single, err := door.compare(ctx, n, 1, func() []signedBody {
		return s.traffic.mixed(time.Now(), n.singleBodies, 1, known)
	})
	if err != nil {
		return group, err
	}
	single.addTo(&group, "bodies of 1 update")
	large, err := door.compare(ctx, n, largeBody, func() []signedBody {
		return s.traffic.mixed(time.Now(), n.largeBodies, largeBody, known)
	})
	if err != nil {
		return group, err
	}
	large.addTo(&group, fmt.Sprintf("bodies of %d", largeBody))

	// Every message of the traffic has to be there, or the figures are worth nothing.
	stored, err := s.count(ctx, "events")
	if err == nil && stored != s.traffic.messages {
		err = fmt.Errorf("%d of %d messages were stored", stored, s.traffic.messages)
	}
	return group, err
}

// door is a server with both handlers.
type door struct {
	*server
	concurrency int
}

func openDoor(s *stage, concurrency int) (*door, error) {
	mux := http.NewServeMux()
	mux.Handle(webhook.Path, webhook.New(webhook.Options{Secrets: []string{appSecret}}, s.store, s.log))
	mux.Handle(barePath, bare(s.serves))
	server, err := startServer(mux, concurrency)
	return &door{server, concurrency}, err
}

// bare checks the signature and inserts one row.
func bare(pool *pgxpool.Pool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 3<<20))
		if err != nil || !whatsapp.Verify(body, r.Header.Get(whatsapp.SignatureHeader), []string{appSecret}) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if err := insertBare(r.Context(), pool, body); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

func (s *stage) createBareTable(ctx context.Context) error {
	_, err := s.serves.Exec(ctx, "CREATE TABLE bench_bodies (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, received_at timestamptz NOT NULL, body bytea NOT NULL)")
	return err
}

func insertBare(ctx context.Context, pool *pgxpool.Pool, body []byte) error {
	_, err := pool.Exec(ctx, "INSERT INTO bench_bodies (received_at, body) VALUES ($1, $2)", time.Now(), body)
	return err
}

// comparison is what several repetitions with both handlers brought.
type comparison struct {
	rates, bareRates         []float64 // updates per second, of each repetition
	latencies, bareLatencies []time.Duration
}

// compare posts fresh bodies to both handlers, the bare one first in every other repetition.
func (d *door) compare(ctx context.Context, n size, updates int, fresh func() []signedBody) (c comparison, err error) {
	err = repeat(n, func() error {
		bodies, turn := fresh(), len(c.rates)
		ours := func() error { return d.post(ctx, webhook.Path, bodies, updates, &c.rates, &c.latencies) }
		theirs := func() error { return d.post(ctx, barePath, bodies, updates, &c.bareRates, &c.bareLatencies) }
		both := []func() error{ours, theirs}
		for i := range both {
			if err := both[(turn+i)%2](); err != nil {
				return err
			}
		}
		return nil
	})
	return c, err
}

func (d *door) post(ctx context.Context, path string, bodies []signedBody, updates int, rates *[]float64, latencies *[]time.Duration) error {
	took := make([]time.Duration, len(bodies))
	all, err := timed(func() error {
		return inParallel(ctx, len(bodies), d.concurrency, func(ctx context.Context, i int) (err error) {
			took[i], err = timed(func() error { return d.postOne(ctx, path, bodies[i]) })
			return err
		})
	})
	*rates = append(*rates, perSecond(len(bodies)*updates, all))
	*latencies = append(*latencies, took...)
	return err
}

func (d *door) postOne(ctx context.Context, path string, b signedBody) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url+path, bytes.NewReader(b.bytes))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(whatsapp.SignatureHeader, b.signature)
	answer, err := d.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", path, answer.Status)
	}
	return nil
}

func (c comparison) addTo(g *Group, what string) {
	g.add("rate, "+what, "updates/s", median(c.rates), median(c.bareRates))
	for _, q := range []struct {
		name  string
		share float64
	}{{"p50", 0.5}, {"p99", 0.99}} {
		g.add(q.name+", "+what, "ms per request", milliseconds(quantile(c.latencies, q.share)), milliseconds(quantile(c.bareLatencies, q.share)))
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
