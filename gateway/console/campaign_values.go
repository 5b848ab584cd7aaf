package console

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"reengage/gateway/api"
)

// valueRow is one value of a campaign's template in the form: a text for everybody, or a field of the contact with what is put in its
// place where it is not known.
type valueRow struct {
	parameterRow
	From  string // text, or the name of the contact's field; ownField: one that Field names
	Field string
	Text  string // the text for everybody, or the fallback
}

// What a value can come from, beside the contact's own custom fields.
const (
	fromText = "text"
	ownField = "field"
)

// contactFields are those that every contact has, by their names in a template's value.
var contactFields = []choice{{Label: "First name", Value: "first_name"}, {Label: "Whole name", Value: "name"}, {Label: "Phone", Value: "phone"}, {Label: "Language", Value: "language"}}

// oneField is a value that is a field of the contact and nothing else: {{contact.city}}, {{contact.first_name|there}}.
var oneField = regexp.MustCompile(`^\{\{\s*contact\.([a-z][a-z0-9_]*)\s*(?:\|([^{}]*))?\}\}$`)

// ID is of the row's controls.
func (r valueRow) ID() string { return "value-" + r.Place + "-" + r.Name }

// Sources are what it may come from.
func (r valueRow) Sources() []choice {
	all := []choice{{"The same text for everybody", fromText, r.From == fromText}}
	for _, f := range contactFields {
		all = append(all, choice{"Contact’s " + strings.ToLower(f.Label), f.Value, r.From == f.Value})
	}
	return append(all, choice{"A custom field of the contact", ownField, r.From == ownField})
}

// valueRows are a row for each value that the template needs.
func valueRows(raw json.RawMessage, t *api.Template) (rows []valueRow) {
	for _, p := range parameterRows(raw, t) {
		rows = append(rows, valueRowOf(p))
	}
	return rows
}

func valueRowOf(p parameterRow) valueRow {
	row := valueRow{parameterRow: p, From: fromText, Text: p.Value}
	m := oneField.FindStringSubmatch(p.Value)
	if m == nil {
		return row
	}
	row.From, row.Field, row.Text = ownField, m[1], m[2]
	for _, f := range contactFields {
		if f.Value == m[1] {
			row.From, row.Field = f.Value, ""
		}
	}
	return row
}

// value is the row as the API takes it.
func (r valueRow) value() string {
	field := r.From
	switch r.From {
	case fromText, "":
		return r.Text
	case ownField:
		if field = strings.ToLower(strings.TrimSpace(r.Field)); field == "" {
			return ""
		}
	}
	if fallback := strings.TrimSpace(r.Text); fallback != "" {
		return "{{contact." + field + "|" + fallback + "}}"
	}
	return "{{contact." + field + "}}"
}

// readValueRows reads those that were posted.
func readValueRows(v url.Values) (rows []valueRow) {
	for i := 0; v.Has(at("values", i, ".place")); i++ {
		name := func(part string) string { return v.Get(at("values", i, part)) }
		rows = append(rows, valueRow{parameterRow: parameterRow{Place: name(".place"), Name: name(".name"), Named: name(".named") == "on"},
			From: name(".from"), Field: name(".field"), Text: unix(name(".text"))})
	}
	return rows
}

// fitValues gives a template's rows what was said of those with the same places.
func fitValues(rows []valueRow, t *api.Template) []valueRow {
	var all []valueRow
	for _, want := range wanted(t) {
		row := valueRow{parameterRow: want, From: fromText}
		for _, had := range rows {
			if had.Place == want.Place && had.Name == want.Name && had.Named == want.Named {
				row.From, row.Field, row.Text = had.From, had.Field, had.Text
			}
		}
		all = append(all, row)
	}
	return all
}

// parametersBy are the rows as a campaign has them.
func parametersBy(rows []valueRow) json.RawMessage {
	var all []parameterRow
	for _, r := range rows {
		p := r.parameterRow
		p.Value = r.value()
		all = append(all, p)
	}
	return parametersOf(all)
}

func percentText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// wholeNumber is 0 for what is none.
func wholeNumber(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
