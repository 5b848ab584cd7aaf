package template

import "fmt"

// Severity tells what the provider refuses from what it may object to.
type Severity string

const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is a rule that a template breaks.
type Finding struct {
	// Template and Language name it; empty where the whole list is meant.
	Template string `json:"template,omitempty"`
	Language string `json:"language,omitempty"`
	// Rule is the rule's stable name.
	Rule string `json:"rule"`
	// Place is name, language, category, header, body, footer, buttons,
	// buttons.0 and so on; or templates.
	Place string `json:"place"`
	// Reason says to people what is wrong.
	Reason   string   `json:"reason"`
	Severity Severity `json:"severity"`
}

// Limits of templates per account, whose translations count as one.
const (
	LimitUnverified = 250
	LimitVerified   = 6000
)

// Lint holds a template against every rule that can be checked before a review.
// It finds something in whatever it is given and fails on nothing.
func Lint(t Template) []Finding {
	l := &linter{t: t.Normal()}
	for _, rule := range []func(){
		l.name, l.language, l.category, l.structure, l.header, l.body, l.footer, l.buttons, l.encoding,
		l.shorteners, l.sensitive, l.authentication, l.content, l.format,
	} {
		rule()
	}
	return l.found
}

// LintAll lints every template, and warns when a tenth or less is left of the
// limit: the 225th of 250.
func LintAll(templates []Template, limit int) []Finding {
	var found []Finding
	names := map[string]bool{}
	for _, t := range templates {
		found = append(found, Lint(t)...)
		names[t.Name] = true
	}
	if count := len(names); limit > 0 && count*10 >= limit*9 {
		found = append(found, Finding{Rule: "template_limit", Place: "templates", Severity: Warning,
			Reason: fmt.Sprintf("%d of the %d templates that an account may have are in use.", count, limit)})
	}
	return found
}

// linter gathers what is found in one template.
type linter struct {
	t     Template
	found []Finding
}

func (l *linter) add(severity Severity, rule, place, format string, args ...any) {
	l.found = append(l.found, Finding{l.t.Name, l.t.Language, rule, place, fmt.Sprintf(format, args...), severity})
}

func (l *linter) wrong(rule, place, format string, args ...any) {
	l.add(Error, rule, place, format, args...)
}

func (l *linter) doubtful(rule, place, format string, args ...any) {
	l.add(Warning, rule, place, format, args...)
}

// passage is a text that people will read, and where it stands.
type passage struct{ place, text string }

// passages are all texts of the template.
func (l *linter) passages() []passage {
	out := []passage{{"header", l.t.textHeader()}, {"body", l.t.part("BODY").Text}, {"footer", l.t.part("FOOTER").Text}}
	for i, b := range l.t.buttons() {
		out = append(out, passage{buttonPlace(i), b.Text})
	}
	return out
}

func buttonPlace(i int) string { return fmt.Sprintf("buttons.%d", i) }
