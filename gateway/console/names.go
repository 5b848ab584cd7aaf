package console

import (
	"cmp"
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

// sentenceOf begins and ends a sentence.
func sentenceOf(s string) string {
	s = capital(s)
	if s == "" || s[len(s)-1] == '.' {
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
