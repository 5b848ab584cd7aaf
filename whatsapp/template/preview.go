package template

import "strings"

// Preview is a template as the customer will see it.
type Preview struct {
	Header string `json:"header,omitempty"`
	// HeaderFormat says what stands there instead of a text: image, video, ...
	HeaderFormat string          `json:"header_format,omitempty"`
	Body         string          `json:"body"`
	Footer       string          `json:"footer,omitempty"`
	Buttons      []PreviewButton `json:"buttons,omitempty"`
}

// PreviewButton is a button with its address, phone or code filled in.
type PreviewButton struct {
	Type  string `json:"type"` // quick_reply, url, phone_number, copy_code, ...
	Text  string `json:"text"`
	URL   string `json:"url,omitempty"`
	Phone string `json:"phone,omitempty"`
	Code  string `json:"code,omitempty"`
}

// Preview puts the values in their places. A variable without a value stays as
// it is written, so that a form can show what is still missing.
func (t Template) Preview(p Parameters) Preview {
	t = t.Normal()
	fill := func(text string, v Values) string {
		names, _ := variables(text)
		return substitute(text, v.by(names))
	}
	out := Preview{
		Header: fill(t.textHeader(), p.Header),
		Body:   fill(t.part("BODY").Text, p.Body),
		Footer: t.part("FOOTER").Text,
	}
	if h := t.part("HEADER"); h.Format != "TEXT" {
		out.HeaderFormat = strings.ToLower(h.Format)
	}
	for i, b := range t.buttons() {
		shown := PreviewButton{Type: strings.ToLower(b.Type), Text: b.Text, URL: b.URL, Phone: b.PhoneNumber}
		if value, given := p.Buttons[i]; given && b.parameter() == "copy_code" {
			shown.Code = value
		} else if given && b.URL != "" {
			shown.URL = b.fill(value)
		}
		out.Buttons = append(out.Buttons, shown)
	}
	return out
}

// String is the message's text, for timelines: header, body and footer, each
// beginning a line. Buttons are left out.
func (p Preview) String() string {
	var lines []string
	for _, text := range []string{p.Header, p.Body, p.Footer} {
		if text != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}
