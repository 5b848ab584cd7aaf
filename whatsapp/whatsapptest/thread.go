package whatsapptest

import (
	"encoding/json"
	"time"

	"reengage/whatsapp"
)

const (
	windowLength     = 24 * time.Hour
	entryPointLength = 72 * time.Hour
)

// threadKey names a customer, by phone or by business-scoped id, at a number.
type threadKey struct{ number, customer string }

// thread is what the simulator remembers of a customer at a business number.
type thread struct {
	phone, bsuid string
	lastInbound  time.Time
	adAt         time.Time // an ad's customer who is not answered yet; else zero
	freeUntil    time.Time // the end of the free entry point; else zero
}

// open reports whether free-form messages may be sent at t.
func (th *thread) open(t time.Time) bool {
	return t.Before(th.lastInbound.Add(windowLength))
}

// Remember tells the simulator of a customer's message that another run of it
// has delivered, so that windows outlive a restart. customer is a phone or a
// business-scoped id; number may be empty for the first one.
func (s *Simulator) Remember(number, customer string, at time.Time) {
	n, ok := s.number(number)
	if !ok {
		return
	}
	in := Inbound{From: digits(customer), At: at, Type: "text"}
	if whatsapp.IsBSUID(customer) {
		in.From, in.BSUID = "", customer
	}
	s.remember(n.ID, in)
}

// remember keeps who wrote when. Reactions, system messages and what Meta calls
// unsupported open no window, as far as anybody knows.
func (s *Simulator) remember(number string, in Inbound) {
	s.mu.Lock()
	defer s.mu.Unlock()
	th := s.thread(number, in.From, in.BSUID)
	switch in.Type {
	case "reaction", "system", "unsupported", "errors":
		return
	}
	if in.At.After(th.lastInbound) {
		th.lastInbound = in.At
	}
	var referral struct {
		SourceType string `json:"source_type"`
	}
	if json.Unmarshal(in.Referral, &referral) == nil && referral.SourceType == "ad" && in.At.After(th.adAt) {
		th.adAt = in.At
	}
}

// thread finds or makes the thread of a customer. To be called with s.mu held.
func (s *Simulator) thread(number, phone, bsuid string) *thread {
	th := s.threads[threadKey{number, phone}]
	if phone == "" || th == nil && bsuid != "" {
		th = s.threads[threadKey{number, bsuid}]
	}
	if th == nil {
		th = &thread{}
	}
	if phone != "" {
		th.phone = phone
		s.threads[threadKey{number, phone}] = th
	}
	if bsuid != "" {
		th.bsuid = bsuid
		s.threads[threadKey{number, bsuid}] = th
	}
	return th
}

// answered starts a free entry point if this is the first message after an
// ad's customer wrote (W8), and returns the end of the one that the message
// lies in, or the zero time. To be called with s.mu held.
func (th *thread) answered(at time.Time) time.Time {
	if !th.adAt.IsZero() && !at.Before(th.adAt) && at.Before(th.adAt.Add(windowLength)) {
		if until := at.Add(entryPointLength); until.After(th.freeUntil) {
			th.freeUntil = until
		}
		th.adAt = time.Time{}
	}
	if at.Before(th.freeUntil) {
		return th.freeUntil
	}
	return time.Time{}
}
