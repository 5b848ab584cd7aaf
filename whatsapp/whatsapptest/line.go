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

// lineKey names a customer, by phone or by business-scoped id, at a number.
type lineKey struct{ number, customer string }

// line is what the simulator remembers of a customer at a business number.
type line struct {
	phone, bsuid string
	lastInbound  time.Time
	adAt         time.Time // an ad's customer who is not answered yet; else zero
	freeUntil    time.Time // the end of the free entry point; else zero
}

// open reports whether free-form messages may be sent at t.
func (l *line) open(t time.Time) bool {
	return t.Before(l.lastInbound.Add(windowLength))
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
	l := s.line(number, in.From, in.BSUID)
	switch in.Type {
	case "reaction", "system", "unsupported", "errors":
		return
	}
	if in.At.After(l.lastInbound) {
		l.lastInbound = in.At
	}
	var referral struct {
		SourceType string `json:"source_type"`
	}
	if json.Unmarshal(in.Referral, &referral) == nil && referral.SourceType == "ad" && in.At.After(l.adAt) {
		l.adAt = in.At
	}
}

// line finds or makes the line of a customer. To be called with s.mu held.
func (s *Simulator) line(number, phone, bsuid string) *line {
	l := s.lines[lineKey{number, phone}]
	if phone == "" || l == nil && bsuid != "" {
		l = s.lines[lineKey{number, bsuid}]
	}
	if l == nil {
		l = &line{}
	}
	if phone != "" {
		l.phone = phone
		s.lines[lineKey{number, phone}] = l
	}
	if bsuid != "" {
		l.bsuid = bsuid
		s.lines[lineKey{number, bsuid}] = l
	}
	return l
}

// answered starts a free entry point if this is the first message after an
// ad's customer wrote (W8), and returns the end of the one that the message
// lies in, or the zero time. To be called with s.mu held.
func (l *line) answered(at time.Time) time.Time {
	if !l.adAt.IsZero() && !at.Before(l.adAt) && at.Before(l.adAt.Add(windowLength)) {
		if until := at.Add(entryPointLength); until.After(l.freeUntil) {
			l.freeUntil = until
		}
		l.adAt = time.Time{}
	}
	if at.Before(l.freeUntil) {
		return l.freeUntil
	}
	return time.Time{}
}
