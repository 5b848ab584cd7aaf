package template

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Lengths in characters (whatsapp.md, Templates).
const (
	maxBody          = 1024
	maxHeader        = 60
	maxFooter        = 60
	maxButtonText    = 25
	maxURL           = 2000
	maxAuthParameter = 15
)

// Reason is what is wrong with a parameter. The values are stable.
type Reason string

const (
	ReasonCount       Reason = "count"   // more or fewer than there are variables
	ReasonEmpty       Reason = "empty"   // nothing but white space
	ReasonNewline     Reason = "newline" // a line break of any kind
	ReasonTab         Reason = "tab"
	ReasonSpaces      Reason = "spaces"      // more than four in a row
	ReasonInvalid     Reason = "invalid"     // not UTF-8, or a NUL
	ReasonUnknownName Reason = "unknown"     // a name that the template does not have
	ReasonMissing     Reason = "missing"     // a name that the template has and nobody gave
	ReasonMixed       Reason = "mixed"       // positional and named
	ReasonFormat      Reason = "format"      // positional where names are due, or the reverse
	ReasonTooLong     Reason = "too_long"    // the text after substitution, or a code
	ReasonUnsupported Reason = "unsupported" // the template needs what cannot be given: media, a carousel
)

// ParameterError says why parameters do not fit a template. It quotes no value,
// so it may be logged.
type ParameterError struct {
	// Place is `body`, `header`, `buttons`, or one value of it: `body.2`,
	// `header.city`, `buttons.0`.
	Place  string
	Reason Reason
	// Sentence says it to people.
	Sentence string
}

func (e *ParameterError) Error() string {
	return "template parameters: " + e.Place + ": " + string(e.Reason)
}

func wrong(place string, reason Reason, format string, args ...any) error {
	return &ParameterError{place, reason, fmt.Sprintf(format, args...)}
}

// Check reports the first reason for which the provider would refuse p, as a
// *ParameterError. Whether the template may be sent at all is the gate's
// business.
func (t Template) Check(p Parameters) error {
	t = t.Normal()
	if err := t.checkSupported(); err != nil {
		return err
	}
	if !p.Header.Empty() && !p.Body.Empty() && (len(p.Header.Named) > 0) != (len(p.Body.Named) > 0) {
		return wrong("header", ReasonMixed, "Parameters are given by position or by name, not by both.")
	}
	if err := t.checkText("header", t.textHeader(), p.Header, maxHeader); err != nil {
		return err
	}
	if err := t.checkText("body", t.part("BODY").Text, p.Body, maxBody); err != nil {
		return err
	}
	return t.checkButtons(p)
}

// checkSupported refuses templates that need more than texts.
func (t Template) checkSupported() error {
	for _, c := range t.Components {
		switch {
		case c.Type == "HEADER" && c.Format != "" && c.Format != "TEXT":
			return wrong("header", ReasonUnsupported, "Templates whose header is not a text cannot be sent from here.")
		case c.Type == "HEADER", c.Type == "BODY", c.Type == "FOOTER", c.Type == "BUTTONS":
		default:
			return wrong(strings.ToLower(c.Type), ReasonUnsupported, "Templates with a part of this kind cannot be sent from here.")
		}
	}
	for i, b := range t.buttons() {
		if b.Type == "MPM" {
			return wrong(fmt.Sprintf("buttons.%d", i), ReasonUnsupported, "Templates with a list of products cannot be sent from here.")
		}
	}
	return nil
}

func (t Template) checkText(place, text string, v Values, most int) error {
	names, named := variables(text)
	switch {
	case len(v.Positional) > 0 && len(v.Named) > 0:
		return wrong(place, ReasonMixed, "Parameters are given by position or by name, not by both.")
	case len(v.Named) > 0 && len(names) == 0, len(v.Positional) > 0 && len(names) == 0:
		return wrong(place, ReasonCount, "The %s takes no parameters.", place)
	case named && len(v.Positional) > 0:
		return wrong(place, ReasonFormat, "The %s takes its parameters by name: %s.", place, strings.Join(names, ", "))
	case !named && len(v.Named) > 0:
		return wrong(place, ReasonFormat, "The %s takes its parameters by position.", place)
	case !named && len(v.Positional) != len(names):
		return wrong(place, ReasonCount, "The %s takes %s, not %d.", place, parameters(len(names)), len(v.Positional))
	}
	values := v.by(names)
	for i, name := range names {
		value, ok := values[name]
		label := place + "." + name
		if !named {
			label = fmt.Sprintf("%s.%d", place, i+1)
		}
		if !ok {
			return wrong(label, ReasonMissing, "The %s needs the parameter %s.", place, name)
		}
		if err := t.checkValue(label, value); err != nil {
			return err
		}
	}
	if len(values) > len(names) {
		return wrong(place, ReasonUnknownName, "The %s takes the parameters %s and no others.", place, strings.Join(names, ", "))
	}
	if length := utf8.RuneCountInString(substitute(text, values)); length > most {
		return wrong(place, ReasonTooLong, "The %s would be %d characters long with these parameters; at most %d are allowed.",
			place, length, most)
	}
	return nil
}

// parameters counts them in words.
func parameters(count int) string {
	if count == 1 {
		return "1 parameter"
	}
	return fmt.Sprintf("%d parameters", count)
}

// checkValue are the rules for any one value (Graph errors 131008 and 132018).
func (t Template) checkValue(place, value string) error {
	switch {
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		return wrong(place, ReasonInvalid, "The parameter %s is not valid text.", place)
	case strings.TrimSpace(value) == "":
		return wrong(place, ReasonEmpty, "The parameter %s is empty.", place)
	case strings.ContainsAny(value, "\n\r\v\f\u0085\u2028\u2029"):
		return wrong(place, ReasonNewline, "The parameter %s contains a line break.", place)
	case strings.Contains(value, "\t"):
		return wrong(place, ReasonTab, "The parameter %s contains a tab.", place)
	case strings.Contains(value, "     "):
		return wrong(place, ReasonSpaces, "The parameter %s contains more than four spaces in a row.", place)
	case t.Category == "authentication" && utf8.RuneCountInString(value) > maxAuthParameter:
		return wrong(place, ReasonTooLong, "A parameter of an authentication template has at most %d characters.", maxAuthParameter)
	}
	return nil
}

func (t Template) checkButtons(p Parameters) error {
	needed := 0
	for i, b := range t.buttons() {
		place := "buttons." + strconv.Itoa(i)
		value, given := p.Buttons[i]
		switch {
		case b.parameter() == "" && given:
			return wrong(place, ReasonCount, "The button %d takes no parameter.", i)
		case b.parameter() == "":
			continue
		case !given:
			return wrong(place, ReasonMissing, "The button %d needs a parameter.", i)
		}
		needed++
		if err := t.checkValue(place, value); err != nil {
			return err
		}
		if utf8.RuneCountInString(b.fill(value)) > maxURL {
			return wrong(place, ReasonTooLong, "The button's address would be longer than %d characters.", maxURL)
		}
	}
	if len(p.Buttons) > needed {
		return wrong("buttons", ReasonCount, "There is a parameter for a button that the template does not have.")
	}
	return nil
}
