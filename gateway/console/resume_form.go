package console

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"reengage/conversation"
	"reengage/gateway/api"
	"reengage/whatsapp/template"
)

// filledForm is what somebody has chosen and filled in.
type filledForm struct {
	Template string            // name/language
	Values   map[string]string // by place: body.1
	Keeping  bool              // Keep waits for the contact's answer
	Keep     string
	Critical bool
	Resume   bool
	Key      string
}

// filledBy reads a form, or the address of a page.
func filledBy(r *http.Request) filledForm {
	_ = r.ParseForm() // what cannot be read is not there
	f := filledForm{Template: r.Form.Get("template"), Values: map[string]string{}, Keeping: r.Form.Get("keeping") != "",
		Keep: unix(r.Form.Get("keep")), Critical: r.Form.Get("critical") != "", Resume: r.Form.Get("resume") != "",
		Key: r.Form.Get("key")}
	for name, values := range r.Form {
		if place, is := strings.CutPrefix(name, "value."); is {
			f.Values[place] = strings.TrimSpace(values[0])
		}
	}
	return f
}

// templateForm is where a template is chosen and filled in.
type templateForm struct {
	Here     string
	Resume   bool
	Key      string
	Groups   []categoryGroup
	Chosen   *chosenTemplate
	Filled   filledForm
	Limit    int
	Sendable bool
}

// chosenTemplate asks for the values of one, and shows it with them.
type chosenTemplate struct {
	Fields  []formField
	Preview shownTemplate
}

// formField asks for one value.
type formField struct {
	ID, Name, Label, Example, Value string
	Wrong                           string
}

// templateFormOf makes the form. p is of the template that is chosen; nil: none is.
func templateFormOf(d dossier, filled filledForm, p *api.TemplatePreview) *templateForm {
	f := &templateForm{Here: hrefOf(d.c.ID.String()), Resume: filled.Resume, Filled: filled, Limit: conversation.MaxText, Key: filled.Key,
		Groups: categoriesOf(d, filled.Template)}
	if f.Key == "" {
		f.Key = keyOf("template", d)
	}
	if p != nil {
		f.Chosen = &chosenTemplate{Fields: fieldsOf(*p, filled), Preview: shownOf(*p, missing(*p, filled))}
		f.Sendable = p.Verdict.Allows()
	}
	return f
}

func fieldsOf(p api.TemplatePreview, filled filledForm) []formField {
	wrong := map[string]string{}
	for _, e := range p.Problems {
		wrong[strings.TrimPrefix(e.Field, "parameters.")] = e.Detail
	}
	var fields []formField
	for _, v := range p.Parameters {
		f := formField{ID: "value-" + strings.ReplaceAll(v.Place, ".", "-"), Name: "value." + v.Place, Label: labelOfVariable(v, p.Shown.Buttons),
			Example: v.Example, Value: filled.Values[v.Place]}
		if f.Value != "" { // of one that nobody has filled in yet there is nothing to complain about
			f.Wrong = wrong[v.Place]
		}
		fields = append(fields, f)
	}
	return fields
}

// missing are the places that nobody has filled in.
func missing(p api.TemplatePreview, filled filledForm) int {
	n := 0
	for _, v := range p.Parameters {
		if filled.Values[v.Place] == "" {
			n++
		}
	}
	return n
}

// labelOfVariable says to people what is asked for.
func labelOfVariable(v template.Variable, buttons []template.PreviewButton) string {
	if i, err := strconv.Atoi(v.Name); v.Part == "buttons" && err == nil && i < len(buttons) {
		return "For the button “" + buttons[i].Text + "”"
	}
	return valueLabel(v.Part, v.Name, v.Named)
}

// filledParameters are the template's as the API takes them. A value that is missing is an empty one, about which the API says so.
func filledParameters(variables []template.Variable, values map[string]string) json.RawMessage {
	var p template.Parameters
	for _, v := range variables {
		value := values[v.Place]
		switch v.Part {
		case "header":
			p.Header = withValue(p.Header, v.Named, v.Name, value)
		case "body":
			p.Body = withValue(p.Body, v.Named, v.Name, value)
		default:
			if p.Buttons == nil {
				p.Buttons = map[int]string{}
			}
			index, _ := strconv.Atoi(v.Name) // of a button it is its index
			p.Buttons[index] = value
		}
	}
	b, _ := json.Marshal(p) // values are all by position or all by name, as the template's variables are
	return b
}

// shown are the values for a preview: a place that nobody has filled in yet is shown as it is written.
func shown(variables []template.Variable, values map[string]string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, values)
	for _, v := range variables {
		if all[v.Place] == "" {
			all[v.Place] = "{{" + v.Name + "}}"
		}
	}
	return all
}

// withValue adds a value by its name, or as the next by position.
func withValue(v template.Values, named bool, name, value string) template.Values {
	if !named {
		v.Positional = append(v.Positional, value)
		return v
	}
	if v.Named == nil {
		v.Named = map[string]string{}
	}
	v.Named[name] = value
	return v
}
