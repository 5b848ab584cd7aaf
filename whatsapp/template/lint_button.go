package template

import (
	"net/url"
	"strings"
)

// Counts of buttons (whatsapp.md, Templates).
const (
	maxButtons     = 10
	maxURLButtons  = 2
	maxPhones      = 1
	maxCodeButtons = 1
)

func (l *linter) buttons() {
	all := l.t.buttons()
	if len(all) > maxButtons {
		l.wrong("buttons_count", "buttons", "There are %d buttons; at most %d are allowed.", len(all), maxButtons)
	}
	counts := map[string]int{}
	for i, b := range all {
		counts[b.Type]++
		l.button(buttonPlace(i), b)
	}
	for _, limit := range []struct {
		kind, rule, what string
		most             int
	}{
		{"URL", "buttons_url_count", "buttons with an address", maxURLButtons},
		{"PHONE_NUMBER", "buttons_phone_count", "buttons with a phone", maxPhones},
		{"COPY_CODE", "buttons_code_count", "buttons that copy a code", maxCodeButtons},
	} {
		if n := counts[limit.kind]; n > limit.most {
			l.wrong(limit.rule, "buttons", "There are %d %s; at most %d are allowed.", n, limit.what, limit.most)
		}
	}
	l.grouped(all)
}

// grouped: quick replies stand together, before or after the other buttons.
func (l *linter) grouped(all []Button) {
	groups, before := 0, ""
	for _, b := range all {
		if b.Type == "QUICK_REPLY" && before != b.Type {
			groups++
		}
		before = b.Type
	}
	quickFirst := len(all) > 0 && all[0].Type == "QUICK_REPLY"
	quickLast := len(all) > 0 && all[len(all)-1].Type == "QUICK_REPLY"
	if groups > 1 || groups == 1 && !quickFirst && !quickLast {
		l.wrong("buttons_grouping", "buttons", "Quick replies must stand together, before or after the other buttons.")
	}
}

func (l *linter) button(place string, b Button) {
	// Meta writes the label of buttons that copy a code or give a password.
	if strings.TrimSpace(b.Text) == "" && b.Type != "COPY_CODE" && b.Type != "OTP" {
		l.wrong("button_text", place, "The button has no text.")
	}
	l.length("button_text_length", place, b.Text, maxButtonText)
	if strings.Contains(b.Text, "{{") || strings.Contains(b.Text, "}}") {
		l.wrong("button_text_variable", place, "A button's text has no variables.")
	}
	switch b.Type {
	case "URL":
		l.buttonURL(place, b)
	case "PHONE_NUMBER":
		if strings.TrimSpace(b.PhoneNumber) == "" {
			l.wrong("button_phone", place, "The button has no phone.")
		}
	case "COPY_CODE":
		if len(b.Example) == 0 || strings.TrimSpace(b.Example[0]) == "" {
			l.wrong("variable_sample", place, "The code to copy has no sample.")
		}
	case "":
		l.wrong("button_type", place, "The button has no type.")
	}
}

func (l *linter) buttonURL(place string, b Button) {
	l.length("button_url_length", place, b.URL, maxURL)
	fixed := variable.ReplaceAllString(b.URL, "")
	if u, err := url.Parse(fixed); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		l.wrong("button_url", place, "The button needs an address that begins with https://.")
	}
	if brace.MatchString(fixed) {
		l.wrong("variable_braces", place, "The variable of an address is written {{1}}; here braces are missing or wrong.")
	}
	all := variable.FindAllStringIndex(b.URL, -1)
	switch {
	case len(all) == 0:
		return
	case len(all) > 1:
		l.wrong("button_url_variables", place, "An address has at most one variable.")
	case all[0][1] != len(b.URL):
		l.wrong("button_url_variable_end", place, "The variable of an address stands at its end.")
	}
	if (len(b.Example) == 0 || strings.TrimSpace(b.Example[0]) == "") && !metasPassword(b.URL) {
		l.wrong("variable_sample", place, "The variable of the address has no sample.")
	}
}

// metasPassword is the address by which Meta lists the button of a one-time
// password.
func metasPassword(address string) bool {
	return strings.HasPrefix(address, "https://www.whatsapp.com/otp/")
}
