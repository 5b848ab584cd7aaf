package conversation

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Settings is what a business number decides about its conversations. Empty parts have the defaults of window.md.
type Settings struct {
	Reminders    ReminderPolicy `json:"reminders,omitzero"`
	WorkingHours *WorkingHours  `json:"working_hours,omitempty"` // nil: always at work
	// Reengagement wins contacts back; without attempts nobody is written to.
	Reengagement Policy      `json:"reengagement,omitzero"`
	KeptReplies  KeptReplies `json:"kept_replies,omitzero"`
}

// ReminderPolicy says when the team is warned before a window closes (W7).
type ReminderPolicy struct {
	Leads     []Duration   `json:"leads,omitempty"`      // before expires_at; default one of 1 h
	Always    bool         `json:"always,omitempty"`     // also if the business has answered
	BeforeEnd Duration     `json:"before_end,omitempty"` // of a working period, for moved reminders; default 30 min
	Nudge     *NudgePolicy `json:"nudge,omitempty"`      // nil: the contact itself is not reminded
}

// NudgePolicy has the contact itself sent a free-form message, if nobody has answered it. It may cost money.
type NudgePolicy struct {
	Lead Duration `json:"lead"` // before expires_at
	Text string   `json:"text"`
}

// WorkingHours are the weekly hours of the business number in its people's time zone.
type WorkingHours struct {
	Week     [7][]Period `json:"week"`               // from Sunday (0) to Saturday (6), as in time.Weekday
	Holidays []string    `json:"holidays,omitempty"` // local dates, 2006-01-02: nobody works
	Zone     Zone        `json:"zone,omitempty"`     // filled in by ResolveZone, never by hand
}

// Period is a stretch of work within one local day: half-open, as wall-clock times HH:MM; "24:00" ends the day.
type Period struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Duration is a time.Duration that reads and writes as text ("1h30m").
type Duration time.Duration

// MarshalJSON writes the duration as Go does: "1h0m0s".
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads what time.ParseDuration reads.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("a duration must be text such as \"1h30m\": %w", err)
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("%q is not a duration such as 1h30m", s)
	}
	*d = Duration(v)
	return nil
}

const (
	defaultLead      = Duration(time.Hour)
	defaultBeforeEnd = Duration(30 * time.Minute)
)

// leads returns the policy's leads, longest first and without repetition.
func (p ReminderPolicy) leads() []time.Duration {
	if len(p.Leads) == 0 {
		return []time.Duration{time.Duration(defaultLead)}
	}
	leads := make([]time.Duration, len(p.Leads))
	for i, l := range p.Leads {
		leads[i] = time.Duration(l)
	}
	slices.SortFunc(leads, func(a, b time.Duration) int { return int(b - a) })
	return slices.Compact(leads)
}

func (p ReminderPolicy) beforeEnd() time.Duration {
	if p.BeforeEnd == 0 {
		return time.Duration(defaultBeforeEnd)
	}
	return time.Duration(p.BeforeEnd)
}

// Validate reports all in the settings that cannot be meant, joined, a line each that begins with the field.
func (s Settings) Validate() error {
	return errors.Join(s.Reminders.validate(), s.WorkingHours.validate(), s.Reengagement.validate(), s.KeptReplies.validate())
}

func (p ReminderPolicy) validate() error {
	var wrong []error
	for i, l := range p.Leads {
		if l < Duration(time.Second) || l >= Duration(WindowLength) || l%Duration(time.Second) != 0 {
			wrong = append(wrong, fmt.Errorf("reminders.leads[%d]: %s must be whole seconds between 1s and 24h", i, time.Duration(l)))
		}
	}
	if n := p.Nudge; n != nil {
		if n.Lead < Duration(time.Minute) || n.Lead >= Duration(WindowLength) {
			wrong = append(wrong, fmt.Errorf("reminders.nudge.lead: %s must be between 1m and 24h", time.Duration(n.Lead)))
		} else if leads := p.leads(); time.Duration(n.Lead) >= leads[len(leads)-1] {
			wrong = append(wrong, errors.New("reminders.nudge.lead must be shorter than every reminder's: a nudge is a message of ours, after which nobody is reminded"))
		}
		if strings.TrimSpace(n.Text) == "" || utf8.RuneCountInString(n.Text) > MaxText {
			wrong = append(wrong, fmt.Errorf("reminders.nudge.text must have 1 to %d characters", MaxText))
		}
	}
	if b := p.BeforeEnd; b < 0 || b >= Duration(WindowLength) {
		wrong = append(wrong, fmt.Errorf("reminders.before_end: %s must be between 0 and 24h", time.Duration(b)))
	}
	return errors.Join(wrong...)
}

func (w *WorkingHours) validate() error {
	if w == nil {
		return nil
	}
	var wrong []error
	for d, periods := range w.Week {
		for i, p := range periods {
			from, errFrom := clock(p.From)
			to, errTo := clock(p.To)
			if err := errors.Join(errFrom, errTo); err != nil || from >= to {
				wrong = append(wrong, fmt.Errorf("working_hours.week[%d][%d]: %s-%s is not a period of one day", d, i, p.From, p.To))
			}
		}
	}
	for i, h := range w.Holidays {
		if _, err := time.Parse(time.DateOnly, h); err != nil {
			wrong = append(wrong, fmt.Errorf("working_hours.holidays[%d]: %q is not a date like 2026-12-25", i, h))
		}
	}
	return errors.Join(wrong...)
}

// clock reads HH:MM as the time since midnight; 24:00 is allowed.
func clock(s string) (time.Duration, error) {
	if s == "24:00" {
		return 24 * time.Hour, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, err
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}
