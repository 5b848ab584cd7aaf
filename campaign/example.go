package campaign

import (
	"regexp"
	"strings"

	"reengage/whatsapp/template"
)

// place is a contact's field in a text, with its fallback if it has one: {{contact.first_name|there}}.
var place = regexp.MustCompile(`\{\{\s*contact\.([a-z][a-z0-9_]{0,39})\s*(?:\|([^{}]*))?\}\}`)

// Example are parameters as they could be once they are filled: what holds for them holds for the form of what contacts get.
func Example(p template.Parameters) template.Parameters {
	return each(p, func(s string) string { return place.ReplaceAllString(s, "Example") })
}

// misspelt finds texts in which something is left that looks like a place and is none: it would be sent as it is written.
func misspelt(p template.Parameters) bool {
	found := false
	each(Example(p), func(s string) string {
		found = found || strings.Contains(s, "{{") || strings.Contains(s, "}}")
		return s
	})
	return found
}

// each returns parameters whose texts have been changed.
func each(p template.Parameters, change func(string) string) template.Parameters {
	values := func(v template.Values) (out template.Values) {
		for _, s := range v.Positional {
			out.Positional = append(out.Positional, change(s))
		}
		for name, s := range v.Named {
			if out.Named == nil {
				out.Named = map[string]string{}
			}
			out.Named[name] = change(s)
		}
		return out
	}
	out := template.Parameters{Body: values(p.Body), Header: values(p.Header)}
	for i, s := range p.Buttons {
		if out.Buttons == nil {
			out.Buttons = map[int]string{}
		}
		out.Buttons[i] = change(s)
	}
	return out
}
