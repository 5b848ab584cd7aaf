package live

import (
	"bytes"
	"fmt"
	"net/http"
	"time"
)

// writeTimeout is how long one write may take before the client counts as gone.
const writeTimeout = 15 * time.Second

// Stream writes server-sent events as an HTTP answer. Events gather until Flush.
type Stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	pending bytes.Buffer
}

// NewStream begins the answer. From here on the server's own limits of time do not hold for this request.
func NewStream(w http.ResponseWriter) *Stream {
	s := &Stream{w: w, control: http.NewResponseController(w)}
	// The limit for reading a request would end it, and its context, though it has long been read.
	_ = s.control.SetReadDeadline(time.Time{}) // a writer that has no deadlines has none to lift
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // else nginx holds events back
	w.WriteHeader(http.StatusOK)
	s.pending.WriteString("retry: 1000\n\n")
	return s
}

// Event adds an event; an empty id leaves the client's as it is. data is one line.
func (s *Stream) Event(name, id string, data []byte) {
	fmt.Fprintf(&s.pending, "event: %s\n", name)
	if id != "" {
		fmt.Fprintf(&s.pending, "id: %s\n", id)
	}
	fmt.Fprintf(&s.pending, "data: %s\n\n", data)
}

// Alive adds a comment, which shows that the connection lives, and moves the client's last id without an event.
func (s *Stream) Alive(id string) {
	s.pending.WriteString(": alive\n")
	if id != "" {
		fmt.Fprintf(&s.pending, "id: %s\n", id)
	}
	s.pending.WriteString("\n")
}

// Flush sends what has gathered. The error means that the client is gone.
func (s *Stream) Flush() error {
	_ = s.control.SetWriteDeadline(time.Now().Add(writeTimeout)) // as above
	_, err := s.pending.WriteTo(s.w)
	if err == nil {
		err = s.control.Flush()
	}
	_ = s.control.SetWriteDeadline(time.Time{}) // the connection may serve other requests after this one
	return err
}
