package conversation

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Policy says how a business number wins contacts back once their windows have closed (sending.md, "Re-engagement
// policy"). Without attempts it does not.
type Policy struct {
	Attempts []AttemptPolicy `json:"attempts,omitempty"`
	// MaxPerContact caps the templates that a contact is sent, over all business numbers; nil: 1 in 24 h and
	// 2 in 7 days; empty: no cap. Nil and empty stay apart as JSON.
	MaxPerContact   []Cap       `json:"max_per_contact,omitzero"`
	QuietHours      *QuietHours `json:"quiet_hours,omitempty"`
	Budget          *Budget     `json:"budget,omitempty"`
	StopOn          []StopRule  `json:"stop_on,omitzero"`            // nil: all of them; empty: none
	MinPriorInbound *int        `json:"min_prior_inbound,omitempty"` // counting messages of the contact; nil: 1
}

// AttemptPolicy is one template that is sent a while after the window has closed.
type AttemptPolicy struct {
	Delay    Duration `json:"delay"` // after the window's end
	Template string   `json:"template"`
	Language string   `json:"language"`
	// Parameters as a send has them; texts may name the contact's fields: {{contact.name}}.
	Parameters json.RawMessage `json:"parameters,omitempty"`
}

// Cap allows at most Max templates in any stretch of length Per.
type Cap struct {
	Max int      `json:"max"`
	Per Duration `json:"per"`
}

// QuietHours are the hours of the contact's own day in which it is sent nothing automatically: from From up to To, HH:MM,
// across midnight if From is the later one.
type QuietHours struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Validate says what is wrong with them.
func (h QuietHours) Validate() error {
	if _, _, ok := h.times(); h.From == "" || h.To == "" {
		return errors.New("from and to are needed, as HH:MM such as 21:00 and 08:00")
	} else if !ok {
		return fmt.Errorf("%q to %q are not two different times of day as HH:MM", h.From, h.To)
	}
	return nil
}

// Budget bounds what automatic sends may cost by day and by month of the account's calendar; zero: no bound.
type Budget struct {
	DayMicros   int64 `json:"day_micros,omitempty"`
	MonthMicros int64 `json:"month_micros,omitempty"`
}

// StopRule names what ends a plan early.
type StopRule string

// A plan ends when the contact answers, opts out, or somebody closes the conversation.
const (
	StopOnAnswer StopRule = "answer"
	StopOnOptOut StopRule = "opt_out"
	StopOnClose  StopRule = "close"
)

// KeptReplies says what becomes of a kept reply when the contact answers.
type KeptReplies struct {
	Mode    KeptMode `json:"mode,omitempty"`     // default offer
	KeepFor Duration `json:"keep_for,omitempty"` // default 7 days
}

// KeptMode is what happens with a kept reply when the contact answers.
type KeptMode string

// It is offered to the agent, or sent unless the agent has written meanwhile.
const (
	OfferKept KeptMode = "offer"
	AutoKept  KeptMode = "auto"
)

const (
	defaultKeepFor         = Duration(7 * 24 * time.Hour)
	defaultMinPriorInbound = 1
	maxAttempts            = 20
	maxDelay               = Duration(90 * 24 * time.Hour)
)

// For is how long a reply is kept.
func (k KeptReplies) For() time.Duration {
	if k.KeepFor == 0 {
		return time.Duration(defaultKeepFor)
	}
	return time.Duration(k.KeepFor)
}

// Caps are the policy's, or the default ones.
func (p Policy) Caps() []Cap {
	if p.MaxPerContact == nil {
		return []Cap{{Max: 1, Per: Duration(24 * time.Hour)}, {Max: 2, Per: Duration(7 * 24 * time.Hour)}}
	}
	return p.MaxPerContact
}

// MinInbound is how often the contact must have written before it is chased.
func (p Policy) MinInbound() int {
	if p.MinPriorInbound == nil {
		return defaultMinPriorInbound
	}
	return *p.MinPriorInbound
}

// Stops reports whether this ends a plan.
func (p Policy) Stops(on StopRule) bool {
	if p.StopOn == nil {
		return true
	}
	for _, r := range p.StopOn {
		if r == on {
			return true
		}
	}
	return false
}

func (p Policy) validate() error {
	var wrong []error
	found := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if len(p.Attempts) > maxAttempts {
		return fmt.Errorf("reengagement.attempts: there may be at most %d", maxAttempts)
	}
	for i, a := range p.Attempts {
		switch {
		case a.Delay < 0 || a.Delay > maxDelay:
			found("reengagement.attempts[%d].delay: %s must be between 0 and 90 days", i, time.Duration(a.Delay))
		case i > 0 && a.Delay < p.Attempts[i-1].Delay:
			found("reengagement.attempts[%d].delay: attempts must be in the order of their delays", i)
		}
		switch {
		case strings.ContainsRune(a.Template+a.Language, 0) || strings.Contains(string(a.Parameters), `\u0000`):
			found("reengagement.attempts[%d]: a text with a NUL cannot be kept", i)
		case a.Template == "" || a.Language == "":
			found("reengagement.attempts[%d]: template and language are needed", i)
		}
	}
	for i, c := range p.MaxPerContact {
		if c.Max < 1 || c.Per < Duration(time.Minute) {
			found("reengagement.max_per_contact[%d]: at least 1 in at least 1m", i)
		}
	}
	if p.QuietHours != nil {
		if err := p.QuietHours.Validate(); err != nil {
			found("reengagement.quiet_hours: %s", err)
		}
	}
	if b := p.Budget; b != nil && (b.DayMicros < 0 || b.MonthMicros < 0) {
		found("reengagement.budget: micros cannot be negative")
	}
	for i, r := range p.StopOn {
		if r != StopOnAnswer && r != StopOnOptOut && r != StopOnClose {
			found("reengagement.stop_on[%d]: %q is not one of answer, opt_out, close", i, r)
		}
	}
	if p.MinPriorInbound != nil && *p.MinPriorInbound < 0 {
		found("reengagement.min_prior_inbound cannot be negative")
	}
	return errors.Join(wrong...)
}

func (k KeptReplies) validate() error {
	if k.Mode != "" && k.Mode != OfferKept && k.Mode != AutoKept {
		return fmt.Errorf("kept_replies.mode: %q is neither offer nor auto", k.Mode)
	}
	if k.KeepFor < 0 || k.KeepFor > maxDelay {
		return fmt.Errorf("kept_replies.keep_for: %s must be between 0 and 90 days", time.Duration(k.KeepFor))
	}
	return nil
}
