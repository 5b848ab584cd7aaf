package template

import "strconv"

// SendComponent is a part of a send's `template.components`.
type SendComponent struct {
	Type       string          `json:"type"`               // header, body, button
	SubType    string          `json:"sub_type,omitempty"` // of a button: url, copy_code
	Index      string          `json:"index,omitempty"`    // of a button
	Parameters []SendParameter `json:"parameters"`
}

// SendParameter is a value in a send.
type SendParameter struct {
	Type       string `json:"type"` // text, coupon_code
	Name       string `json:"parameter_name,omitempty"`
	Text       string `json:"text,omitempty"`
	CouponCode string `json:"coupon_code,omitempty"`
}

// Fill makes the components of a send, as Meta wants them, from parameters that
// Check has accepted. A template without variables has none.
func (t Template) Fill(p Parameters) []SendComponent {
	t = t.Normal()
	var out []SendComponent
	add := func(kind, text string, v Values) {
		if parameters := sendParameters(text, v); parameters != nil {
			out = append(out, SendComponent{Type: kind, Parameters: parameters})
		}
	}
	add("header", t.textHeader(), p.Header)
	add("body", t.part("BODY").Text, p.Body)
	for i, b := range t.buttons() {
		subType := b.parameter()
		if subType == "" {
			continue
		}
		parameter := SendParameter{Type: "text", Text: p.Buttons[i]}
		if subType == "copy_code" {
			parameter = SendParameter{Type: "coupon_code", CouponCode: p.Buttons[i]}
		}
		out = append(out, SendComponent{Type: "button", SubType: subType, Index: strconv.Itoa(i), Parameters: []SendParameter{parameter}})
	}
	return out
}

func sendParameters(text string, v Values) []SendParameter {
	names, named := variables(text)
	values := v.by(names)
	var out []SendParameter
	for _, name := range names {
		parameter := SendParameter{Type: "text", Text: values[name]}
		if named {
			parameter.Name = name
		}
		out = append(out, parameter)
	}
	return out
}

// parameter is the sub_type under which a send gives the button's value; empty
// if it takes none. A one-time password's button is sent as a URL's.
func (b Button) parameter() string {
	switch {
	case b.Type == "OTP", b.Type == "URL" && variable.MatchString(b.URL):
		return "url"
	case b.Type == "COPY_CODE":
		return "copy_code"
	}
	return ""
}

// fill is the button's URL, or its code, with the value in it.
func (b Button) fill(value string) string {
	if b.URL == "" {
		return value
	}
	return variable.ReplaceAllLiteralString(b.URL, value)
}
