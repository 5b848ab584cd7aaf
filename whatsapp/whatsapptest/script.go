package whatsapptest

import (
	"fmt"
	"net/http"
	"time"
)

// Rule says what happens to a send that Meta would otherwise accept. Rules are
// tried in order; the first that matches is followed and, after Times uses,
// forgotten.
type Rule struct {
	Match Match `json:"match"`
	// Do is one of
	//
	//	accept              as usual
	//	error               answers Code, or Raw; nothing is sent
	//	hang                gives no answer; nothing is sent unless Accepted
	//	reset_after_accept  accepts, then resets the connection
	//	status              accepts, and reports Statuses instead of the usual
	Do string `json:"do"`
	// Times is how often the rule is followed: 0 means once, -1 always.
	Times int `json:"times"`

	// Code is the Graph error code of `error`, or of a `failed` status.
	Code    int    `json:"code"`
	Details string `json:"details"`
	// HTTPStatus of `error`; the one that Meta documents for Code if zero.
	HTTPStatus int `json:"http_status"`
	// Raw answers `error` with a text that is no Graph error, as a proxy would.
	Raw *string `json:"raw"`

	// Seconds, on our clock, after which `hang` cuts the connection; 0 leaves
	// that to the client.
	Seconds float64 `json:"seconds"`
	// Accepted makes `hang` accept the message all the same.
	Accepted bool `json:"accepted"`

	// Status or Statuses are reported instead of the usual ones, for every Do
	// that accepts; an empty list reports none. Null leaves the usual ones.
	Status   string   `json:"status"`
	Statuses []string `json:"statuses"`
	// MessageStatus goes into the answer: held_for_quality_assessment.
	MessageStatus string `json:"message_status"`
}

// Match chooses sends; what is empty matches everything.
type Match struct {
	// To is a phone, with or without a plus, or a business-scoped id.
	To       string `json:"to"`
	Number   string `json:"number"`
	Type     string `json:"type"`
	Template string `json:"template"`
}

func (m Match) matches(msg *Message) bool {
	return (m.To == "" || sameCustomer(msg, m.To)) &&
		(m.Number == "" || m.Number == msg.Number) &&
		(m.Type == "" || m.Type == msg.Type) &&
		(m.Template == "" || m.Template == msg.Template)
}

func (r Rule) check() error {
	switch r.Do {
	case "accept", "hang", "reset_after_accept":
	case "error":
		if r.Code == 0 && r.Raw == nil && r.HTTPStatus == 0 {
			return fmt.Errorf("`error` needs a code, an http_status or a raw answer")
		}
	case "status":
		if r.Status == "" && r.Statuses == nil {
			return fmt.Errorf("`status` needs a status or statuses")
		}
	default:
		return fmt.Errorf("unknown action %q: accept, error, hang, reset_after_accept or status", r.Do)
	}
	return nil
}

// Script adds rules; without any, it forgets all rules. Either all are added or,
// with an error that says which is wrong, none.
func (s *Simulator) Script(rules ...Rule) error {
	for i, r := range rules {
		if err := r.check(); err != nil {
			return fmt.Errorf("rule %d: %w", i, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(rules) == 0 {
		s.rules = nil
	}
	for _, r := range rules {
		if r.Times == 0 {
			r.Times = 1
		}
		s.rules = append(s.rules, &r)
	}
	return nil
}

// takeRule finds the rule for a send and counts its use.
func (s *Simulator) takeRule(m *Message) Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, r := range s.rules {
		if !r.Match.matches(m) {
			continue
		}
		if r.Times > 0 {
			if r.Times--; r.Times == 0 {
				s.rules = append(s.rules[:i:i], s.rules[i+1:]...)
			}
		}
		return *r
	}
	return Rule{Do: "accept"}
}

// apply follows the rule for a send that has passed all checks.
func (r Rule) apply(c *call, m *Message, body sendBody) *graphError {
	if r.Do == "error" {
		return r.graphError()
	}
	if r.Do != "hang" || r.Accepted {
		if err := c.s.crowdRefuses(m); err != nil {
			return err
		}
		if err := c.s.accept(m, r.chain(c.s)); err != nil {
			return refusal(131016, err.Error())
		}
	}
	switch r.Do {
	case "hang":
		c.end("hang", 0, 0, m.WAMID)
		c.hang(time.Duration(r.Seconds * float64(time.Second)))
	case "reset_after_accept":
		c.end("reset_after_accept", 0, 0, m.WAMID)
		c.reset()
	default:
		c.answer(m, body, r.MessageStatus)
	}
	return nil
}

func (r Rule) graphError() *graphError {
	err := refusal(r.Code, r.Details)
	if r.HTTPStatus != 0 {
		err.status = r.HTTPStatus
	}
	if err.raw = r.Raw; r.Raw == nil && r.Code == 0 {
		text := http.StatusText(err.status)
		err.raw = &text
	}
	return err
}

// chain is what the rule wants reported; nil if it does not say.
func (r Rule) chain(s *Simulator) []step {
	states := r.Statuses
	if r.Status != "" {
		states = []string{r.Status}
	}
	if states == nil {
		return nil
	}
	chain := []step{}
	after := time.Duration(0)
	for _, state := range states {
		after = max(after, s.usualDelay(state))
		next := step{state: state, after: after}
		if state == "failed" {
			next.code, next.details = r.Code, r.Details
			if r.Code == 0 {
				next.code = 131000
			}
		}
		chain = append(chain, next)
	}
	return chain
}
