package campaign

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"reengage/conversation"
	"reengage/sending"
	"reengage/whatsapp/template"
)

// Definition is what somebody asks for: a draft can be changed in all of it, a launched campaign in none.
type Definition struct {
	Name     string
	Number   string // Meta's phone number id
	Template string // its name
	Language string
	// Parameters are texts that may name the contact's fields: {{contact.first_name|there}}.
	Parameters template.Parameters
	SegmentID  uuid.UUID
	Limits     Limits
	StartAt    time.Time // virtual; zero: as soon as it is launched
	EndAt      time.Time // virtual; zero: none. Nothing new is sent from then on
}

// Problem is one thing that is wrong, in a field by its name in JSON, or with the campaign as a whole.
type Problem struct {
	Field    string
	Code     string // stable; "invalid" for what is wrong in itself
	Sentence string // for people
}

// InvalidError says everything that is wrong with a definition, or that keeps it from being launched.
type InvalidError struct{ Problems []Problem }

// Code is stable.
func (e *InvalidError) Code() string { return "campaign_invalid" }

// Error has a line for each problem, which names its field.
func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.Field + ": " + p.Sentence
	}
	return strings.Join(lines, "\n")
}

type problems []Problem

func (p *problems) add(field, code, sentence string, args ...any) {
	*p = append(*p, Problem{field, code, fmt.Sprintf(sentence, args...)})
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return &InvalidError{p}
}

// Bounds of what people write.
const (
	maxName     = 200
	maxTemplate = 512
	maxWithin   = 30 * 24 * time.Hour
)

// Validate reports everything that is wrong with it in itself, as an *InvalidError; whether template, segment and number are there
// is found out when it is stored.
func (d Definition) Validate() error {
	var p problems
	if text(d.Name) == "" {
		p.add("name", "invalid", "it is missing, or is not text")
	} else if utf8.RuneCountInString(d.Name) > maxName {
		p.add("name", "invalid", "it has more than %d characters", maxName)
	}
	if d.Number == "" {
		p.add("number", "invalid", "it is missing")
	}
	if text(d.Template) == "" || len(d.Template) > maxTemplate {
		p.add("template.name", "invalid", "it is missing, or longer than any template's name")
	}
	if text(d.Language) == "" || len(d.Language) > maxTemplate {
		p.add("template.language", "invalid", "it is missing, or longer than any language's code")
	}
	if slices.ContainsFunc(textsOf(d.Parameters), func(s string) bool { return s != text(s) }) {
		p.add("parameters", "invalid", "a text is not valid text")
	} else if misspelt(d.Parameters) {
		p.add("parameters", "invalid", "a field of the contact is written as {{contact.first_name}}, or with a fallback as {{contact.first_name|there}}")
	}
	if d.SegmentID == uuid.Nil {
		p.add("segment", "invalid", "it is missing")
	}
	d.Limits.validate(&p)
	if !d.EndAt.IsZero() && !d.StartAt.IsZero() && !d.EndAt.After(d.StartAt) {
		p.add("end_at", "invalid", "it must come after start_at")
	}
	return p.err()
}

func (l Limits) validate(p *problems) {
	percent := func(field string, value int) {
		if value < 0 || value > 100 {
			p.add(field, "invalid", "it must be from 1 to 100; 0 or nothing stands for the default")
		}
	}
	percent("limits.pace_percent", l.PacePercent)
	percent("limits.max_failures_percent", l.MaxFailuresPercent)
	percent("limits.max_opt_outs_percent", l.MaxOptOutsPercent)
	if l.BudgetMicros != nil && *l.BudgetMicros <= 0 {
		p.add("limits.budget_micros", "invalid", "it must be more than nothing; leave it out for no bound")
	}
	// By whole seconds: Postgres reads it as Go writes it, and knows no ns.
	if within := time.Duration(l.AnswerWithin); within < 0 || within > maxWithin || within%time.Second != 0 {
		p.add("limits.answer_within", "invalid", "it must be of whole seconds, at most 30 days; nothing stands for 72h")
	}
	if l.QuietHours != nil {
		if err := l.QuietHours.Validate(); err != nil {
			p.add("limits.quiet_hours", "invalid", "%s", err)
		}
	}
}

// text is what of a text can be stored: all of it, or nothing.
func text(s string) string {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return ""
	}
	return s
}

// misspelt finds texts in which something is left that looks like a contact's field and is none: it would be sent as it is written.
func misspelt(p template.Parameters) (found bool) {
	sending.Example(p).Replace(func(s string) string {
		found = found || strings.Contains(s, "{{") || strings.Contains(s, "}}")
		return s
	})
	return found
}

func textsOf(p template.Parameters) []string {
	var all []string
	for _, v := range []template.Values{p.Body, p.Header} {
		all = append(all, v.Positional...)
		for name, s := range v.Named {
			all = append(all, name, s)
		}
	}
	for _, s := range p.Buttons {
		all = append(all, s)
	}
	return all
}

// Pace is the share of the number's rate in percent.
func (l Limits) Pace() int { return orDefault(l.PacePercent, DefaultPacePercent) }

// FailuresPercent is the share of failures that stops it (K6).
func (l Limits) FailuresPercent() int {
	return orDefault(l.MaxFailuresPercent, DefaultMaxFailuresPercent)
}

// OptOutsPercent is the share of opt-outs that stops it (K6).
func (l Limits) OptOutsPercent() int { return orDefault(l.MaxOptOutsPercent, DefaultMaxOptOutsPercent) }

// Within is how long after its delivery an inbound message counts as an answer.
func (l Limits) Within() time.Duration {
	return time.Duration(orDefault(l.AnswerWithin, conversation.Duration(DefaultAnswerWithin)))
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
