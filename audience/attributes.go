package audience

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What the business gives a contact: tags, and custom fields by name. Their bounds keep a contact's row small.
const (
	MostTags    = 100  // of a contact
	longestTag  = 100  // characters
	MostFields  = 100  // of a contact
	longestText = 1000 // characters of a field's text
)

// fieldName is how a custom field is called, in files, templates and filters.
var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// Tags brings tags into the form in which a contact has them, without space around, sorted, each once, or says what cannot be one.
func Tags(given []string) (tags []string, wrong []Problem) {
	if len(given) > MostTags {
		return nil, []Problem{{Field: "tags", Detail: fmt.Sprintf("tags: at most %d", MostTags)}}
	}
	tags = []string{}
	for i, tag := range given {
		tag = strings.TrimSpace(tag)
		if fault := tagFault(tag); fault != "" {
			at := fmt.Sprintf("tags[%d]", i)
			wrong = append(wrong, Problem{Field: at, Detail: at + ": " + fault})
		}
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	return slices.Compact(tags), wrong
}

// tagFault says why a text is no tag; empty: it is one. Files separate tags by semicolons.
func tagFault(tag string) string {
	switch {
	case tag == "" || utf8.RuneCountInString(tag) > longestTag:
		return fmt.Sprintf("a tag has 1 to %d characters", longestTag)
	case strings.TrimSpace(tag) != tag:
		return "a tag has no space around it"
	case !Printable(tag) || strings.Contains(tag, ";"):
		return "a tag has no semicolon and no control characters"
	}
	return ""
}

// FieldProblem says why a contact cannot have a custom field with this name and text; nil: it can.
func FieldProblem(name, text string) *Problem {
	if fault := fieldFault(name, text); fault != "" {
		at := "fields." + printable(name)
		return &Problem{Field: at, Detail: at + ": " + fault}
	}
	return nil
}

func fieldFault(name, text string) string {
	switch {
	case !fieldName.MatchString(name):
		return "the name of a field has 1 to 40 small letters, digits and underscores, and begins with a letter"
	case text == "" || utf8.RuneCountInString(text) > longestText || !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return fmt.Sprintf("a field's text has 1 to %d characters", longestText)
	}
	return ""
}

// Printable reports whether a text can be shown on a line. The replacement character is what a JSON reader makes of bytes that are none.
func Printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError })
}
