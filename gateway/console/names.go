package console

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"reengage/gateway/api"
)

// namesOf are what a contact is called, and what else it is known by: its phone, else its bsuid.
func namesOf(c api.Contact) (name, detail string) {
	known := "Unknown contact"
	switch {
	case c.Phone != nil:
		known = *c.Phone
	case c.BSUID != nil:
		known = *c.BSUID
	}
	if strings.TrimSpace(c.Name) == "" {
		return known, ""
	}
	return c.Name, known
}

// choice is one of several links or options.
type choice struct {
	Label, Value string // Value: of an option, or where a link leads
	Chosen       bool
}

// numberChoices are the business numbers to choose among, and all of them together.
func numberChoices(numbers []api.BusinessNumber, chosen string) []choice {
	all := []choice{{"All numbers", "", chosen == ""}}
	for _, n := range numbers {
		all = append(all, choice{cmp.Or(n.Display, n.ID), n.ID, chosen == n.ID})
	}
	return all
}

// valueLabel asks people for a template's value: by its name, if it has one, else by its position. Buttons are counted from 0.
func valueLabel(part, name string, named bool) string {
	label := "Value " + name
	if named {
		label = capital(strings.ReplaceAll(name, "_", " "))
	}
	switch i, err := strconv.Atoi(name); {
	case part == "buttons" && err == nil:
		return "For button " + strconv.Itoa(i+1)
	case part == "header":
		return label + ", in the header"
	}
	return label
}

// plural counts things: "1 message", "2 messages".
func plural(n int64, thing string) string {
	if n == 1 {
		return number(n) + " " + thing
	}
	return number(n) + " " + thing + "s"
}

// sentenceOf begins and ends a sentence.
func sentenceOf(s string) string {
	s = capital(s)
	if s == "" || strings.ContainsRune(".?!", rune(s[len(s)-1])) {
		return s
	}
	return s + "."
}

// capital begins a sentence.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// unix has the line ends that texts have here; browsers post others.
func unix(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}
