package whatsapptest

import (
	"encoding/json"
	"time"
)

// Message is a send that was accepted. Times are virtual.
type Message struct {
	WAMID  string    `json:"wamid"`
	At     time.Time `json:"at"`
	Number string    `json:"number"`
	// To is the phone's digits, Recipient a business-scoped id.
	To        string `json:"to,omitempty"`
	Recipient string `json:"recipient,omitempty"`
	Type      string `json:"type"`
	Template  string `json:"template,omitempty"`
	Category  string `json:"category,omitempty"`
	// Statuses are those reported so far, in order.
	Statuses []string `json:"statuses"`
	// Dropped is true of what Meta accepts and never delivers.
	Dropped bool `json:"dropped,omitempty"`
	// Body is the request's.
	Body json.RawMessage `json:"body"`

	opaque    string
	thread    *thread
	freeUntil time.Time // the end of its free entry point; zero if it has none
}

// Request is a call of Meta's API and what came of it.
type Request struct {
	At     time.Time `json:"at"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	// Outcome is pending, ok, accepted, error, hang or reset_after_accept.
	Outcome string `json:"outcome"`
	// Status is the HTTP status; 0 while, or if, there was no answer.
	Status int `json:"status"`
	// Code is the Graph error code; 0 if there was none.
	Code  int    `json:"code,omitempty"`
	WAMID string `json:"wamid,omitempty"`
	// Body is the request's; absent if it had none that is JSON.
	Body json.RawMessage `json:"body,omitempty"`
}

// Webhook is one that was posted, or is still to be acknowledged.
type Webhook struct {
	At           time.Time `json:"at"`
	Field        string    `json:"field"`
	Attempts     int       `json:"attempts"`
	Acknowledged bool      `json:"acknowledged"`
	// LastStatus is the latest answer's HTTP status; 0 if there was no answer,
	// for the reason in LastError.
	LastStatus int             `json:"last_status"`
	LastError  string          `json:"last_error,omitempty"`
	Body       json.RawMessage `json:"body"`

	first chan struct{} // closed after the first attempt
}

// Messages returns every accepted send, in order.
func (s *Simulator) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Message, 0, len(s.messages))
	for _, m := range s.messages {
		c := *m
		c.Statuses = append([]string{}, m.Statuses...)
		out = append(out, c)
	}
	return out
}

// Requests returns every call of Meta's API, in the order of their beginning.
func (s *Simulator) Requests() []Request { return copied(s, &s.requests) }

// Webhooks returns every webhook, in the order in which they arose.
func (s *Simulator) Webhooks() []Webhook { return copied(s, &s.webhooks) }

func copied[T any](s *Simulator, list *[]*T) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]T, 0, len(*list))
	for _, item := range *list {
		out = append(out, *item)
	}
	return out
}
