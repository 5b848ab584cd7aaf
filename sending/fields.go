package sending

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"reengage/db"
	"reengage/whatsapp/template"
)

// field is a contact's field in the parameters of a policy or a campaign, with what stands there if it is not known:
// {{contact.first_name|there}}.
var field = regexp.MustCompile(`\{\{\s*contact\.([a-z][a-z0-9_]{0,39})\s*(?:\|([^{}]*))?\}\}`)

// fieldsOf are the fields that every contact has, and those that the business itself keeps of it, which never stand in for the
// others; what is not known is empty.
func fieldsOf(c db.Contact) map[string]string {
	fields := map[string]string{}
	if len(c.Fields) > 0 && json.Unmarshal(c.Fields, &fields) != nil {
		fields = map[string]string{} // not texts: nothing that could be put into one
	}
	fields["name"], fields["first_name"], fields["language"], fields["phone"] = c.Name, "", c.Language, ""
	if words := strings.Fields(c.Name); len(words) > 0 {
		fields["first_name"] = words[0]
	}
	if c.Phone != nil {
		fields["phone"] = "+" + *c.Phone
	}
	return fields
}

// Fill puts a contact's fields, or their fallbacks, into parameters. It works on the texts, after JSON has been read, so that no
// name can break out of its place. Line breaks and runs of spaces, which some people's profile names have and templates must not,
// become one space. problem says why the parameters could not be filled: a hole in the text would be worse than silence.
func Fill(p template.Parameters, c db.Contact) (filled template.Parameters, problem string) {
	fields := fieldsOf(c)
	return p.Replace(func(text string) string {
		if strings.Contains(field.ReplaceAllString(text, ""), "{{") {
			problem = unreadableField
			return text
		}
		return field.ReplaceAllStringFunc(text, func(match string) string {
			parts := field.FindStringSubmatch(match)
			value, exists := fields[parts[1]]
			value = cmp.Or(oneLine(value), oneLine(parts[2]))
			switch {
			case value != "":
			case !exists:
				problem = fmt.Sprintf("the contact has no field %s", parts[1])
			default:
				problem = fmt.Sprintf("the contact's %s is not known", strings.ReplaceAll(parts[1], "_", " "))
			}
			return value
		})
	}), problem
}

// Example are parameters as they could be once they are filled: what holds for them holds for the form of what contacts get.
func Example(p template.Parameters) template.Parameters {
	return p.Replace(func(text string) string { return field.ReplaceAllString(text, "Example") })
}

// NeededFields are the contact's fields that parameters name somewhere without a fallback, in the order of their names.
func NeededFields(p template.Parameters) []string {
	fields := []string{}
	p.Replace(func(text string) string {
		for _, m := range field.FindAllStringSubmatch(text, -1) {
			if oneLine(m[2]) == "" && !slices.Contains(fields, m[1]) {
				fields = append(fields, m[1])
			}
		}
		return text
	})
	slices.Sort(fields) // of maps, whose order is anybody's
	return fields
}

const unreadableField = "a field of the contact is written as in {{contact.name}} or {{contact.first_name|there}}"

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
