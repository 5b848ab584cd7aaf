package whatsapptest

import (
	"encoding/json"
	"slices"
)

// happen posts what is due, several in one body as Meta does.
func (s *Simulator) happen(ready []deed) {
	for batch := range slices.Chunk(ready, maxUpdates) {
		byNumber := map[string][]deed{}
		for _, d := range batch {
			byNumber[d.message.Number] = append(byNumber[d.message.Number], d)
		}
		for _, n := range s.cfg.Numbers {
			if deeds := byNumber[n.ID]; len(deeds) > 0 {
				s.tell(n, deeds)
			}
		}
	}
}

// tell posts one body about one number: a message's statuses come before the
// answer to it.
func (s *Simulator) tell(n Number, deeds []deed) {
	var statuses, people, messages []any
	for _, d := range deeds {
		if d.step.state != "" {
			statuses = append(statuses, s.status(d.message, d.step))
			s.countStep(d.step)
			continue
		}
		person, message := s.written(n, d)
		people, messages = append(people, person), append(messages, message)
	}
	var changes []object
	if len(statuses) > 0 {
		changes = append(changes, object{"field": "messages", "value": object{
			"messaging_product": "whatsapp", "metadata": metadata(n), "statuses": statuses}})
	}
	if len(messages) > 0 {
		changes = append(changes, object{"field": "messages", "value": object{
			"messaging_product": "whatsapp", "metadata": metadata(n), "contacts": people, "messages": messages}})
	}
	_ = s.announce(changes) // closed, or it goes on until it is acknowledged
}

// announce posts changes of the default account in one body, without waiting
// for it: a crowd does not fall silent because a gateway is down.
func (s *Simulator) announce(changes []object) error {
	body, err := json.Marshal(object{"object": "whatsapp_business_account", "entry": []object{{
		"id": s.cfg.WABA, "time": s.cfg.Now().Unix(), "changes": changes,
	}}})
	if err != nil {
		return err
	}
	_, err = s.enqueue("messages", body)
	return err
}

// written is what a customer writes about a message.
func (s *Simulator) written(n Number, d deed) (person, message any) {
	in := Inbound{From: d.message.To, Name: s.profile(d.message.To), Type: "text", Text: d.fate.Text, At: s.cfg.Now(), ID: s.newInboundID("text")}
	if d.fate.Quotes {
		in.Context = d.message.WAMID
	}
	s.remember(n.ID, in)
	s.countWritten(d.fate)
	_, value := s.inboundChange(n, in)
	return value["contacts"].([]object)[0], value["messages"].([]object)[0]
}

// profile is a customer's name in the app.
func (s *Simulator) profile(phone string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	crowd, _ := s.crowdOf(phone)
	return orElse(crowd.Names[phone], "Customer "+phone[max(0, len(phone)-4):])
}

func (s *Simulator) countStep(next step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case next.code == 131026:
		s.crowdCounts.Unreachable++
	case next.state == "delivered":
		s.crowdCounts.Delivered++
	case next.state == "read":
		s.crowdCounts.Read++
	}
}

func (s *Simulator) countWritten(f Fate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case f.Does == SaysStop:
		s.crowdCounts.Stopped++
	case f.Quotes:
		s.crowdCounts.Quoted++
		fallthrough
	default:
		s.crowdCounts.Answered++
	}
}
