package whatsapptest

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// step is a status that will be reported.
type step struct {
	state   string
	after   time.Duration // virtual, since the message was accepted
	code    int           // of a failed one
	details string
}

// AutoStatuses switches the usual statuses of messages that are accepted from
// now on. Those that lie outside the window then fail silently as well.
func (s *Simulator) AutoStatuses(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auto = on
}

// Report posts a status of an accepted message at the virtual present. code is
// that of a failed one; 0 stands for 131000.
func (s *Simulator) Report(ctx context.Context, wamid, state string, code int) error {
	s.mu.Lock()
	m := s.byID[wamid]
	s.mu.Unlock()
	if m == nil || m.Dropped {
		return fmt.Errorf("report: no such message was accepted and will be delivered")
	}
	next := step{state: state, code: code}
	if state == "failed" && code == 0 {
		next.code = 131000
	}
	return s.report(ctx, m, next)
}

// run reports one status after the other, each in its time.
func (s *Simulator) run(m *Message, chain []step) {
	passed := time.Duration(0)
	for _, next := range chain {
		if !s.wait(time.Duration(float64(next.after-passed) / s.cfg.Scale)) {
			return
		}
		passed = next.after
		if s.report(s.ctx, m, next) != nil {
			return // closed
		}
	}
}

func (s *Simulator) usualDelay(state string) time.Duration {
	switch state {
	case "read", "played":
		return s.cfg.ReadAfter
	case "delivered":
		return s.cfg.DeliveredAfter
	}
	return s.cfg.SentAfter
}

func (s *Simulator) report(ctx context.Context, m *Message, next step) error {
	number, _ := s.number(m.Number)
	return s.postChange(ctx, "messages", object{
		"messaging_product": "whatsapp", "metadata": metadata(number), "statuses": []object{s.status(m, next)},
	})
}

// status writes the status and keeps what follows from it.
func (s *Simulator) status(m *Message, next step) object {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.cfg.Now()
	out := object{"id": m.WAMID, "status": next.state, "timestamp": strconv.FormatInt(at.Unix(), 10)}
	if m.thread.phone != "" {
		out["recipient_id"] = m.thread.phone
	}
	if m.thread.bsuid != "" {
		out["recipient_user_id"] = m.thread.bsuid
	}
	if m.opaque != "" {
		out["biz_opaque_callback_data"] = m.opaque
	}
	if next.state == "failed" {
		out["errors"] = []object{errorObject(next.code, next.details)}
	}
	if s.priced(m, next.state) {
		out["pricing"] = s.verdict(m, at, next.state)
		if !m.freeUntil.IsZero() {
			out["conversation"] = object{
				"id":                   "FEP" + m.freeUntil.Format("20060102150405"),
				"expiration_timestamp": strconv.FormatInt(m.freeUntil.Unix(), 10),
				"origin":               object{"type": "referral_conversion"},
			}
		}
	}
	m.Statuses = append(m.Statuses, next.state)
	return out
}
