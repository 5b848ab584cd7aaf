package template

import (
	"encoding/json"
	"strings"
)

// Template is one that an account has, in the shape in which Meta lists it.
type Template struct {
	ID       string
	Name     string
	Language string
	// Category is marketing, utility or authentication.
	Category string
	// Status is pending, approved, rejected, paused, disabled; others are kept.
	Status string
	// Quality is the score: green, yellow, red, unknown; empty if not stated.
	Quality    string
	Components []Component
}

// Component is a part of a template.
type Component struct {
	// Type is HEADER, BODY, FOOTER or BUTTONS.
	Type string `json:"type"`
	// Format of a header: TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION. Empty is TEXT.
	Format  string   `json:"format,omitempty"`
	Text    string   `json:"text,omitempty"`
	Example *Example `json:"example,omitempty"`
	Buttons []Button `json:"buttons,omitempty"`
}

// Button is one of a template's buttons.
type Button struct {
	// Type is QUICK_REPLY, URL, PHONE_NUMBER, COPY_CODE or OTP; others are kept.
	Type        string  `json:"type"`
	Text        string  `json:"text,omitempty"`
	URL         string  `json:"url,omitempty"`
	PhoneNumber string  `json:"phone_number,omitempty"`
	Example     Samples `json:"example,omitempty"`
}

// Example holds the samples that Meta wants for variables (Meta, "Template
// components", October 2026).
type Example struct {
	HeaderText  Samples       `json:"header_text,omitempty"`
	BodyText    SampleRows    `json:"body_text,omitempty"`
	HeaderNamed []NamedSample `json:"header_text_named_params,omitempty"`
	BodyNamed   []NamedSample `json:"body_text_named_params,omitempty"`
}

// NamedSample is the sample of a named variable.
type NamedSample struct {
	Name    string `json:"param_name"`
	Example string `json:"example"`
}

// Samples are the samples of a text, in the order of its variables. Meta writes
// a button's single one as a string or as a list of one.
type Samples []string

// UnmarshalJSON accepts a string for a list of one.
func (s *Samples) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil && string(b) != "null" {
		*s = Samples{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(s))
}

// SampleRows are lists of samples, of which Meta uses the first.
type SampleRows [][]string

// UnmarshalJSON accepts a list of strings for the first row.
func (r *SampleRows) UnmarshalJSON(b []byte) error {
	var row []string
	if json.Unmarshal(b, &row) == nil && len(row) > 0 {
		*r = SampleRows{row}
		return nil
	}
	return json.Unmarshal(b, (*[][]string)(r))
}

// wire is a Template as Meta lists it.
type wire struct {
	ID         string      `json:"id,omitempty"`
	Name       string      `json:"name"`
	Language   string      `json:"language"`
	Category   string      `json:"category,omitempty"`
	Status     string      `json:"status,omitempty"`
	Quality    score       `json:"quality_score,omitzero"`
	Components []Component `json:"components"`
}

// score is {"score":"GREEN"}; a bare string is accepted.
type score struct {
	Score string `json:"score"`
}

func (s *score) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &s.Score) == nil {
		return nil
	}
	type plain score
	return json.Unmarshal(b, (*plain)(s))
}

// UnmarshalJSON reads a template as Meta lists it, and as Normal writes it.
func (t *Template) UnmarshalJSON(b []byte) error {
	var w wire
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*t = Template{w.ID, w.Name, w.Language, w.Category, w.Status, w.Quality.Score, w.Components}.Normal()
	return nil
}

// MarshalJSON writes the members that Meta has, with our words as values.
func (t Template) MarshalJSON() ([]byte, error) {
	components := t.Components
	if components == nil {
		components = []Component{}
	}
	return json.Marshal(wire{t.ID, t.Name, t.Language, t.Category, t.Status, score{t.Quality}, components})
}

// Normal is the template in the project's words: the language as sends write it
// (en_US), category, status and quality in lower case, component and button
// types in upper case.
func (t Template) Normal() Template {
	t.Language = strings.ReplaceAll(t.Language, "-", "_")
	t.Category, t.Status, t.Quality = strings.ToLower(t.Category), strings.ToLower(t.Status), strings.ToLower(t.Quality)
	var components []Component
	for _, c := range t.Components {
		c.Type, c.Format = strings.ToUpper(c.Type), strings.ToUpper(c.Format)
		var buttons []Button
		for _, b := range c.Buttons {
			b.Type = strings.ToUpper(b.Type)
			buttons = append(buttons, b)
		}
		c.Buttons = buttons
		components = append(components, c)
	}
	t.Components = components
	return t
}

// part is the first component of a type; the zero Component if there is none.
func (t Template) part(kind string) Component {
	for _, c := range t.Components {
		if c.Type == kind {
			return c
		}
	}
	return Component{}
}

// buttons are the template's, in the order of their indexes in a send.
func (t Template) buttons() []Button { return t.part("BUTTONS").Buttons }

// textHeader is the header's text; empty of a header that has none.
func (t Template) textHeader() string {
	if h := t.part("HEADER"); h.Format == "" || h.Format == "TEXT" {
		return h.Text
	}
	return ""
}
