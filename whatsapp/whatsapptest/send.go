package whatsapptest

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"reengage/whatsapp"
)

const (
	maxText   = 4096 // characters
	maxOpaque = 512  // characters
)

// sendBody is the body of POST /{number}/messages, as far as it is checked.
type sendBody struct {
	Product       string `json:"messaging_product"`
	RecipientType string `json:"recipient_type"`
	To            string `json:"to"`
	Recipient     string `json:"recipient"`
	Type          string `json:"type"`
	Text          *struct {
		Body string `json:"body"`
	} `json:"text"`
	Template *templateBody `json:"template"`
	Opaque   string        `json:"biz_opaque_callback_data"`
	// Status and MessageID are those of a read receipt.
	Status    string `json:"status"`
	MessageID string `json:"message_id"`
}

// send serves POST /{number}/messages.
func (c *call) send(number Number) *graphError {
	body, category, err := c.s.checkSendBody(c.body)
	if err != nil {
		return err
	}
	if body.Status == "read" {
		c.end("ok", http.StatusOK, 0, "")
		writeJSON(c.w, http.StatusOK, object{"success": true})
		return nil
	}
	m := &Message{
		Number:    number.ID,
		Recipient: body.Recipient,
		Type:      body.Type,
		Category:  category,
		Body:      c.body,
		Statuses:  []string{},
		opaque:    body.Opaque,
	}
	if body.Template != nil {
		m.Template = body.Template.Name
	}
	if whatsapp.IsBSUID(body.To) {
		m.To, m.Dropped = body.To, true // accepted, and never heard of again
	} else if m.To = digits(body.To); m.To == digits(number.Display) && m.To != "" {
		return refusal(131021, "Recipient cannot be sender")
	}
	return c.s.takeRule(m).apply(c, m, body)
}

// checkSendBody makes the checks that need no number. The category is a
// template's; a free-form message's is service.
func (s *Simulator) checkSendBody(raw []byte) (b sendBody, category string, _ *graphError) {
	if err := json.Unmarshal(raw, &b); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return b, "", invalid("The parameter " + wrong.Field + " has the wrong type.")
		}
		return b, "", invalid("The request's body is not valid JSON.")
	}
	if b.Product != "whatsapp" {
		return b, "", invalid("The parameter messaging_product is required and must be whatsapp.")
	}
	if b.Status != "" {
		if b.Status != "read" || b.MessageID == "" {
			return b, "", invalid("The parameters status and message_id must name a message that was read.")
		}
		return b, "", nil
	}
	if err := checkRecipient(b); err != nil {
		return b, "", err
	}
	if utf8.RuneCountInString(b.Opaque) > maxOpaque {
		return b, "", invalid("Param biz_opaque_callback_data must be at most 512 characters long.")
	}
	b.Type = orElse(b.Type, "text")
	switch b.Type {
	case "template":
		category, err := s.checkTemplate(b.Template)
		return b, category, err
	case "text":
		switch {
		case b.Text == nil || b.Text.Body == "":
			return b, "", invalid("The parameter text['body'] is required.")
		case utf8.RuneCountInString(b.Text.Body) > maxText:
			return b, "", invalid("Param text['body'] must be at most 4096 characters long.")
		}
	case "image", "video", "audio", "document", "sticker", "location", "contacts", "interactive", "reaction":
		var members map[string]json.RawMessage
		_ = json.Unmarshal(raw, &members) // it has been read before
		if members[b.Type] == nil {
			return b, "", invalid("The parameter " + b.Type + " is required for type " + b.Type + ".")
		}
	default:
		return b, "", invalid("Param type is not one of the known message types.")
	}
	return b, "service", nil
}

func checkRecipient(b sendBody) *graphError {
	if b.RecipientType != "" && b.RecipientType != "individual" {
		return invalid("Param recipient_type must be individual.")
	}
	if b.Recipient != "" && !whatsapp.IsBSUID(b.Recipient) {
		return refusal(131009, "recipient must be a business-scoped user id")
	}
	if b.To == "" && b.Recipient == "" {
		return invalid("The parameter to is required.")
	}
	if n := len(digits(b.To)); b.To != "" && !whatsapp.IsBSUID(b.To) && (n < 7 || n > 15) {
		return refusal(131009, "to is not a valid phone number")
	}
	return nil
}

// accept takes a message in and sees to what will be reported of it. chain is
// what the script says about that; nil leaves it to the usual course.
func (s *Simulator) accept(m *Message, chain []step) error {
	s.mu.Lock()
	m.At = s.cfg.Now().UTC()
	m.WAMID = s.newID("wamid.")
	s.messages = append(s.messages, m)
	s.byID[m.WAMID] = m
	auto := s.auto
	var plans []due
	if !m.Dropped {
		m.thread = s.thread(m.Number, m.To, m.Recipient)
		if chain != nil {
			auto = true // what a script asks for is reported in any case
		} else if crowd, ok := s.crowdOf(m.To); ok {
			plans = s.entrust(crowd, m, auto)
		} else {
			chain = s.usualCourse(m)
		}
		m.freeUntil = m.thread.answered(m.At)
	}
	s.mu.Unlock()
	if len(plans) > 0 {
		return s.attend(plans)
	}
	if m.Dropped || !auto || len(chain) == 0 {
		return nil
	}
	return s.start(func() { s.run(m, chain) })
}

// usualCourse is what Meta reports of a message unless told otherwise.
func (s *Simulator) usualCourse(m *Message) []step {
	if m.Type != "template" && !m.thread.open(m.At) {
		return []step{{state: "failed", after: s.cfg.SentAfter, code: 131047, details: "Message failed to send because more " +
			"than 24 hours have passed since the customer last replied to this number."}}
	}
	return []step{{state: "sent", after: s.cfg.SentAfter}, {state: "delivered", after: s.cfg.DeliveredAfter},
		{state: "read", after: s.cfg.ReadAfter}}
}

// answer tells the sender that its message was accepted.
func (c *call) answer(m *Message, body sendBody, state string) {
	person := object{"input": body.To, "wa_id": m.To}
	if body.To == "" {
		person = object{"input": body.Recipient, "user_id": body.Recipient}
	}
	message := object{"id": m.WAMID}
	if m.Type == "template" || state != "" {
		message["message_status"] = orElse(state, "accepted")
	}
	c.end("accepted", http.StatusOK, 0, m.WAMID)
	writeJSON(c.w, http.StatusOK, object{
		"messaging_product": "whatsapp", "contacts": []object{person}, "messages": []object{message},
	})
}

// hang gives no answer until the client is gone, the time (on our clock) is
// over or the simulator is closed; then it cuts the connection.
func (c *call) hang(d time.Duration) {
	var over <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-c.r.Context().Done():
	case <-c.s.ctx.Done():
	case <-over:
	}
	panic(http.ErrAbortHandler)
}

// reset ends the connection the way a crashed proxy does.
func (c *call) reset() {
	conn, _, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0) // a reset instead of an orderly end
	}
	_ = conn.Close()
}

// sameCustomer reports whether a message goes to the customer of a match.
func sameCustomer(m *Message, customer string) bool {
	if strings.Contains(customer, ".") {
		return m.Recipient == customer || m.To == customer
	}
	return m.To == digits(customer)
}
