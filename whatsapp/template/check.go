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

// wrongs are what is wrong with parameters, in the order in which people read.
type wrongs []*ParameterError

func (w *wrongs) add(place string, reason Reason, format string, args ...any) {
	*w = append(*w, &ParameterError{place, reason, fmt.Sprintf(format, args...)})
}

// Check reports the first reason for which the provider would refuse p, as a
// *ParameterError. Whether the template may be sent at all is the gate's
// business.
func (t Template) Check(p Parameters) error {
	if all := t.Problems(p); len(all) > 0 {
		return all[0]
	}
	return nil
}

// Problems are all reasons for which the provider would refuse p: one at most
// of each value, or of a part whose values cannot be told apart.
func (t Template) Problems(p Parameters) []*ParameterError {
	t = t.Normal()
	var w wrongs
	if t.checkSupported(&w); len(w) > 0 {
		return w
	}
	if !p.Header.Empty() && !p.Body.Empty() && (len(p.Header.Named) > 0) != (len(p.Body.Named) > 0) {
		w.add("header", ReasonMixed, "Values are given by position or by name, not by both.")
		return w
	}
	t.checkText(&w, "header", t.textHeader(), p.Header, maxHeader)
	t.checkText(&w, "body", t.part("BODY").Text, p.Body, maxBody)
	t.checkButtons(&w, p)
	return w
}

// checkSupported refuses templates that need more than texts.
func (t Template) checkSupported(w *wrongs) {
	for _, c := range t.Components {
		switch {
		case c.Type == "HEADER" && c.Format != "" && c.Format != "TEXT":
			w.add("header", ReasonUnsupported, "Templates whose header is not a text cannot be sent from here.")
		case c.Type == "HEADER", c.Type == "BODY", c.Type == "FOOTER", c.Type == "BUTTONS":
		default:
			w.add(strings.ToLower(c.Type), ReasonUnsupported, "Templates with a part of this kind cannot be sent from here.")
		}
	}
	for i, b := range t.buttons() {
		if b.Type == "MPM" {
			w.add(fmt.Sprintf("buttons.%d", i), ReasonUnsupported, "Templates with a list of products cannot be sent from here.")
		}
	}
}

func (t Template) checkText(w *wrongs, place, text string, v Values, most int) {
	names, named := variables(text)
	switch {
	case len(v.Positional) > 0 && len(v.Named) > 0:
		w.add(place, ReasonMixed, "Values are given by position or by name, not by both.")
	case len(v.Named) > 0 && len(names) == 0, len(v.Positional) > 0 && len(names) == 0:
		w.add(place, ReasonCount, "%s: no values are needed.", partWords[place])
	case named && len(v.Positional) > 0:
		w.add(place, ReasonFormat, "%s: values are given by name: %s.", partWords[place], strings.Join(names, ", "))
	case !named && len(v.Named) > 0:
		w.add(place, ReasonFormat, "%s: values are given by position.", partWords[place])
	case !named && len(v.Positional) != len(names):
		w.add(place, ReasonCount, "%s: %s.", partWords[place], needed(len(names), len(v.Positional)))
	default:
		t.checkValues(w, place, text, v.by(names), most)
	}
}

// checkValues is for values that have found their variables.
func (t Template) checkValues(w *wrongs, place, text string, values map[string]string, most int) {
	names, named := variables(text)
	before := len(*w)
	for i, name := range names {
		value, ok := values[name]
		label := place + "." + name
		if !named {
			label = fmt.Sprintf("%s.%d", place, i+1)
		}
		if !ok {
			w.add(label, ReasonMissing, "%s is missing.", valueWords(label))
			continue
		}
		t.checkValue(w, label, value)
	}
	if len(*w) > before {
		return
	}
	if len(values) > len(names) {
		w.add(place, ReasonUnknownName, "%s: the values are %s and no others.", partWords[place], strings.Join(names, ", "))
	}
	if length := utf8.RuneCountInString(substitute(text, values)); length > most {
		w.add(place, ReasonTooLong, "%s: it would be %d characters long with these values; at most %d are allowed.",
			partWords[place], length, most)
	}
}

// checkValue are the rules for any one value (Graph errors 131008 and 132018).
func (t Template) checkValue(w *wrongs, place, value string) {
	switch {
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		w.add(place, ReasonInvalid, "%s is not valid text.", valueWords(place))
	case strings.TrimSpace(value) == "":
		w.add(place, ReasonEmpty, "%s is empty.", valueWords(place))
	case strings.ContainsAny(value, "\n\r\v\f\u0085\u2028\u2029"):
		w.add(place, ReasonNewline, "%s contains a line break.", valueWords(place))
	case strings.Contains(value, "\t"):
		w.add(place, ReasonTab, "%s contains a tab.", valueWords(place))
	case strings.Contains(value, "     "):
		w.add(place, ReasonSpaces, "%s contains more than four spaces in a row.", valueWords(place))
	case t.Category == "authentication" && utf8.RuneCountInString(value) > maxAuthParameter:
		w.add(place, ReasonTooLong, "A value of an authentication template has at most %d characters.", maxAuthParameter)
	}
}

func (t Template) checkButtons(w *wrongs, p Parameters) {
	theirs := 0 // values of buttons that there are
	for i, b := range t.buttons() {
		place := "buttons." + strconv.Itoa(i)
		value, given := p.Buttons[i]
		if given {
			theirs++
		}
		switch takes := b.parameter() != ""; {
		case given && !takes:
			w.add(place, ReasonCount, "Button %d: no value is needed.", i+1)
		case given:
			t.checkButton(w, place, b, value)
		case takes:
			w.add(place, ReasonMissing, "%s is missing.", valueWords(place))
		}
	}
	if len(p.Buttons) > theirs {
		w.add("buttons", ReasonCount, "There is a value for a button that the template does not have.")
	}
}

func (t Template) checkButton(w *wrongs, place string, b Button, value string) {
	before := len(*w)
	t.checkValue(w, place, value)
	if len(*w) == before && utf8.RuneCountInString(b.fill(value)) > maxURL {
		w.add(place, ReasonTooLong, "The button's address would be longer than %d characters.", maxURL)
	}
}
