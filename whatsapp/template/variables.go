package template

import (
	"fmt"
	"strconv"
)

// Variable is a place in a template that a sender fills in.
type Variable struct {
	// Place is where Check would find fault: `body.1`, `header.city`,
	// `buttons.0`.
	Place string `json:"place"`
	// Part is header, body or buttons.
	Part string `json:"part"`
	// Name is the variable's: a number for one that is filled by position, of a
	// button its index.
	Name string `json:"name"`
	// Named ones are given by name, the others by position.
	Named bool `json:"named"`
	// Example is the sample that the template was approved with; empty if it is
	// not known.
	Example string `json:"example"`
}

// Variables are what Parameters have to fill, in the order in which people
// read; those of a part that are given by position in that order.
func (t Template) Variables() []Variable {
	t = t.Normal()
	found := []Variable{}
	for _, part := range []string{"header", "body"} {
		found = append(found, t.variablesOf(part)...)
	}
	for i, b := range t.buttons() {
		if b.parameter() == "" {
			continue
		}
		v := Variable{Place: "buttons." + strconv.Itoa(i), Part: "buttons", Name: strconv.Itoa(i)}
		if len(b.Example) > 0 {
			v.Example = b.Example[0]
		}
		found = append(found, v)
	}
	return found
}

func (t Template) variablesOf(part string) (found []Variable) {
	text, examples := t.textHeader(), t.part("HEADER").Example
	if part == "body" {
		text, examples = t.part("BODY").Text, t.part("BODY").Example
	}
	names, named := variables(text)
	for i, name := range names {
		v := Variable{Place: part + "." + name, Part: part, Name: name, Named: named, Example: examples.of(part, name, i)}
		if !named {
			v.Place = fmt.Sprintf("%s.%d", part, i+1)
		}
		found = append(found, v)
	}
	return found
}

// of is the sample of a part's variable, which is its i-th.
func (e *Example) of(part, name string, i int) string {
	if e == nil {
		return ""
	}
	list, byName := []string(e.HeaderText), e.HeaderNamed
	if part == "body" {
		list, byName = nil, e.BodyNamed
		if len(e.BodyText) > 0 {
			list = e.BodyText[0]
		}
	}
	for _, s := range byName {
		if s.Name == name {
			return s.Example
		}
	}
	if i < len(list) {
		return list[i]
	}
	return ""
}
