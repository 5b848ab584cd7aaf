package template

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
