package whatsapptest

import "time"

// CrowdCounts say what has happened at the customers of a crowd.
type CrowdCounts struct {
	Accepted    int `json:"accepted"`    // messages to them
	Refused     int `json:"refused"`     // by 131050
	Unreachable int `json:"unreachable"` // of the accepted: failed by 131026
	Delivered   int `json:"delivered"`
	Read        int `json:"read"`
	Answered    int `json:"answered"`
	Quoted      int `json:"quoted"`  // of the answered
	Stopped     int `json:"stopped"` // wrote STOP
	Waiting     int `json:"waiting"` // statuses and messages that are still to come
}

// CrowdCounts returns what has happened since the last SetCrowd.
func (s *Simulator) CrowdCounts() CrowdCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.crowdCounts
	c.Waiting = s.agenda.len()
	return c
}

// crowdRefuses is Meta's answer to marketing for those who have stopped it.
func (s *Simulator) crowdRefuses(m *Message) *graphError {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.crowdOf(m.To)
	if !ok || m.Category != "marketing" || c.Fate(m.To).Accepted() {
		return nil
	}
	s.crowdCounts.Refused++
	return refusal(131050, "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on WhatsApp from your business.")
}

// entrust plans what becomes of an accepted message at somebody of a crowd. To
// be called with s.mu held.
func (s *Simulator) entrust(crowd Crowd, m *Message, auto bool) (plans []due) {
	s.crowdCounts.Accepted++
	if !auto {
		return nil
	}
	fate := crowd.Fate(m.To)
	course := fate.course()
	if m.Type != "template" && !m.thread.open(m.At) {
		course = s.usualCourse(m)
	}
	now := time.Now()
	at := func(after time.Duration) time.Time { return now.Add(time.Duration(float64(after) / s.cfg.Scale)) }
	for _, next := range course {
		plans = append(plans, due{at: at(next.after), what: deed{message: m, step: next}})
	}
	if m.Type == "template" && fate.Writes() {
		plans = append(plans, due{at: at(fate.WritesAfter), what: deed{message: m, fate: fate}})
	}
	return plans
}

// attend sees to what the crowd is going to do.
func (s *Simulator) attend(plans []due) error {
	if !s.agenda.add(plans...) {
		return nil
	}
	return s.start(s.live)
}
