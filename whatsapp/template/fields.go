package template

import "fmt"

// Field is one value that a send has to give, for a form that asks a person for it.
type Field struct {
	// Place is where the value goes, as in a ParameterError's: body, header or buttons.
	Place string
	// Name is the variable's, as it is written between the braces; of a button its index, counted from 0.
	Name string
	// Label says to people what is asked for.
	Label string
	// Example is the sample with which the template was approved; empty if there is none.
	Example string
	// Named: the template takes its values by name, not by position.
	Named bool
}

// Fields are the values that the template needs, in the order in which its reader comes across them.
func (t Template) Fields() []Field {
	t = t.Normal()
	header, body := t.part("HEADER"), t.part("BODY")
	fields := fieldsOf("header", "Header", t.textHeader(), header.Example.header())
	fields = append(fields, fieldsOf("body", "Text", body.Text, body.Example.body())...)
	for i, b := range t.buttons() {
		if b.parameter() == "" {
			continue
		}
		f := Field{Place: "buttons", Name: fmt.Sprint(i), Label: "Button “" + b.Text + "”: end of its address"}
		if b.parameter() == "copy_code" || b.Type == "OTP" {
			f.Label = "Button “" + b.Text + "”: its code"
		}
		if len(b.Example) > 0 {
			f.Example = b.Example[0]
		}
		fields = append(fields, f)
	}
	return fields
}

func fieldsOf(place, part, text string, examples map[string]string) []Field {
	names, named := variables(text)
	var fields []Field
	for i, name := range names {
		f := Field{Place: place, Name: name, Label: part + ": " + name, Example: examples[name], Named: named}
		if !named {
			f.Label, f.Example = fmt.Sprintf("%s, value %s", part, name), examples[fmt.Sprint(i+1)]
		}
		fields = append(fields, f)
	}
	return fields
}

// header are the header's samples by the name of the variable, or by its position, counted from 1.
func (e *Example) header() map[string]string {
	if e == nil {
		return nil
	}
	return byVariable(e.HeaderText, e.HeaderNamed)
}

// body are the body's.
func (e *Example) body() map[string]string {
	switch {
	case e == nil:
		return nil
	case len(e.BodyText) > 0:
		return byVariable(e.BodyText[0], e.BodyNamed)
	}
	return byVariable(nil, e.BodyNamed)
}

func byVariable(positional []string, named []NamedSample) map[string]string {
	by := map[string]string{}
	for i, s := range positional {
		by[fmt.Sprint(i+1)] = s
	}
	for _, s := range named {
		by[s.Name] = s.Example
	}
	return by
}
