package console

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"reengage/conversation"
	"reengage/gateway/api"
	"reengage/whatsapp/template"
)

// parameterRow is one value of a template in the form. What the row is called is shown and not posted.
type parameterRow struct {
	Place string // body, header or buttons
	Name  string // of the variable, or its number: from 1 in a text, from 0 of a button
	Named bool
	Value string

	Label, Example string
}

// parameterRows are a row for each value that the template needs, then what is given beyond that. Parameters that cannot be read
// have none.
func parameterRows(raw json.RawMessage, t *api.Template) []parameterRow {
	var p template.Parameters
	if len(raw) > 0 && json.Unmarshal(raw, &p) != nil {
		return nil
	}
	return fit(given(p), t)
}

// fit gives the rows the labels of the template's variables, and adds those that are missing.
func fit(rows []parameterRow, t *api.Template) []parameterRow {
	var all []parameterRow
	left := slices.Clone(rows)
	for _, want := range wanted(t) {
		if i := slices.IndexFunc(left, func(r parameterRow) bool {
			return r.Place == want.Place && r.Name == want.Name && r.Named == want.Named
		}); i >= 0 {
			want.Value = left[i].Value
			left = slices.Delete(left, i, i+1)
		}
		all = append(all, want)
	}
	for _, r := range left {
		r.Example = ""
		r.Label = valueLabel(r.Place, r.Name, r.Named)
		if t != nil {
			r.Label += " (the template has no such variable)"
		}
		if r.Value != "" || t == nil {
			all = append(all, r)
		}
	}
	return all
}

// wanted is a row for each variable.
func wanted(t *api.Template) (rows []parameterRow) {
	if t == nil {
		return nil
	}
	for _, v := range t.Parameters {
		name := strings.TrimPrefix(v.Place, v.Part+".") // of what is given by position, the position
		rows = append(rows, parameterRow{Place: v.Part, Name: name, Named: v.Named, Label: valueLabel(v.Part, name, v.Named), Example: v.Example})
	}
	return rows
}

func given(p template.Parameters) (rows []parameterRow) {
	values := func(place string, v template.Values) {
		for i, text := range v.Positional {
			rows = append(rows, parameterRow{Place: place, Name: strconv.Itoa(i + 1), Value: text})
		}
		for _, name := range slices.Sorted(maps.Keys(v.Named)) {
			rows = append(rows, parameterRow{Place: place, Name: name, Named: true, Value: v.Named[name]})
		}
	}
	values("header", p.Header)
	values("body", p.Body)
	for _, i := range slices.Sorted(maps.Keys(p.Buttons)) {
		rows = append(rows, parameterRow{Place: "buttons", Name: strconv.Itoa(i), Value: p.Buttons[i]})
	}
	return rows
}

// parametersOf are the rows as a policy has them; what is left empty is not given.
func parametersOf(rows []parameterRow) json.RawMessage {
	var p template.Parameters
	for _, r := range rows {
		values := &p.Body
		switch i, err := strconv.Atoi(r.Name); {
		case r.Place == "buttons" && err == nil && r.Value != "":
			if p.Buttons == nil {
				p.Buttons = map[int]string{}
			}
			p.Buttons[i] = r.Value
			continue
		case r.Place == "buttons":
			continue
		case r.Place == "header":
			values = &p.Header
		}
		if !r.Named || r.Value != "" {
			*values = withValue(*values, r.Named, r.Name, r.Value)
		}
	}
	p.Body.Positional, p.Header.Positional = withoutTail(p.Body.Positional), withoutTail(p.Header.Positional)
	if p.Body.Empty() && p.Header.Empty() && len(p.Buttons) == 0 {
		return nil
	}
	raw, err := json.Marshal(p)
	if err != nil { // by name and by position in one text: the template has been changed under the form
		return nil
	}
	return raw
}

func withoutTail(texts []string) []string {
	for len(texts) > 0 && texts[len(texts)-1] == "" {
		texts = texts[:len(texts)-1]
	}
	return texts
}

// keepParameters is what was there, if the form shows it unchanged: one thing can be written in several ways.
func keepParameters(a attemptRow, current conversation.Policy, shown []attemptRow) (json.RawMessage, bool) {
	for i, s := range shown {
		if s.Template == a.Template && slices.EqualFunc(s.Parameters, a.Parameters, sameParameter) {
			return current.Attempts[i].Parameters, true
		}
	}
	return nil, false
}

func sameParameter(a, b parameterRow) bool {
	return a.Place == b.Place && a.Name == b.Name && a.Named == b.Named && a.Value == b.Value
}
