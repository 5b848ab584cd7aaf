package sending

import (
	"fmt"
	"regexp"
	"strings"

	"reengage/db"
	"reengage/whatsapp/template"
)

// field is a contact's field in a policy's parameters: {{contact.first_name}}.
var field = regexp.MustCompile(`\{\{\s*contact\.([a-z_]+)\s*\}\}`)

// fieldsOf are the fields of a contact that a policy may name; what is not known is empty. Line breaks and runs of spaces,
// which some people's profile names have and templates must not, become one space.
func fieldsOf(c db.Contact) map[string]string {
	fields := map[string]string{"name": strings.Join(strings.Fields(c.Name), " "), "first_name": "", "language": c.Language, "phone": ""}
	if words := strings.Fields(c.Name); len(words) > 0 {
		fields["first_name"] = words[0]
	}
	if c.Phone != nil {
		fields["phone"] = "+" + *c.Phone
	}
	return fields
}

// Fill puts a contact's fields into parameters; problem says why a hole would be left, empty if none is.
func Fill(p template.Parameters, c db.Contact) (filled template.Parameters, problem string) {
	return withFields(p, c)
}

// withFields puts a contact's fields into a policy's parameters. It works on the texts, after JSON has been read, so that no
// name can break out of its place. problem says which field is not known: a hole in the text would be worse than silence.
func withFields(p template.Parameters, c db.Contact) (filled template.Parameters, problem string) {
	fields := fieldsOf(c)
	fill := func(text string) string {
		return field.ReplaceAllStringFunc(text, func(match string) string {
			name := field.FindStringSubmatch(match)[1]
			value, exists := fields[name]
			switch {
			case !exists:
				problem = fmt.Sprintf("a contact has no field %s", name)
			case value == "":
				problem = fmt.Sprintf("the contact's %s is not known", strings.ReplaceAll(name, "_", " "))
			}
			return value
		})
	}
	values := func(v template.Values) (out template.Values) {
		for _, text := range v.Positional {
			out.Positional = append(out.Positional, fill(text))
		}
		for name, text := range v.Named {
			if out.Named == nil {
				out.Named = map[string]string{}
			}
			out.Named[name] = fill(text)
		}
		return out
	}
	filled = template.Parameters{Body: values(p.Body), Header: values(p.Header)}
	for i, text := range p.Buttons {
		if filled.Buttons == nil {
			filled.Buttons = map[int]string{}
		}
		filled.Buttons[i] = fill(text)
	}
	return filled, problem
}
