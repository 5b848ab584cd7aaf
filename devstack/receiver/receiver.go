package receiver

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Notification is one that came, at least once.
type Notification struct {
	ID      string // the webhook id, by which repetitions are recognised
	Type    string
	Data    json.RawMessage
	Arrived int // how often it came
}

// Receiver listens on 127.0.0.1.
type Receiver struct {
	URL string

	webhook *standardwebhooks.Webhook
	server  *http.Server
	broken  atomic.Bool
	forged  atomic.Int64
	mu      sync.Mutex
	came    []*Notification
}

// Start listens for notifications signed with the secret (whsec_ and base64).
func Start(secret string) (*Receiver, error) {
	webhook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &Receiver{URL: "http://" + listener.Addr().String() + "/reminders", webhook: webhook}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = r.server.Serve(listener) }()
	return r, nil
}

// Close stops listening.
func (r *Receiver) Close() error { return r.server.Close() }

// Break makes the receiver answer 500 until it is told otherwise.
func (r *Receiver) Break(broken bool) { r.broken.Store(broken) }

// Forged is how many notifications had a signature that does not hold.
func (r *Receiver) Forged() int { return int(r.forged.Load()) }

// Came lists the notifications in the order of their first arrival.
func (r *Receiver) Came() []Notification {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]Notification, len(r.came))
	for i, n := range r.came {
		all[i] = *n
	}
	return all
}

func (r *Receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(io.LimitReader(q.Body, 1<<20))
	if err != nil {
		return
	}
	if err := r.webhook.Verify(body, q.Header); err != nil {
		r.forged.Add(1)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.broken.Load() {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	var envelope struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.keep(q.Header.Get("webhook-id"), envelope.Type, envelope.Data)
	w.WriteHeader(http.StatusNoContent)
}

func (r *Receiver) keep(id, kind string, data json.RawMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.came {
		if n.ID == id {
			n.Arrived++
			return
		}
	}
	r.came = append(r.came, &Notification{ID: id, Type: kind, Data: data, Arrived: 1})
}
