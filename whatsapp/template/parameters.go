package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
)

// Parameters are what a caller gives for a template's variables.
//
//	["Ada", "blue"]                                  the body's, by position
//	{"first_name": "Ada"}                            the body's, by name
//	{"body": ["Ada"], "header": ["Sale"], "buttons": {"0": "spring"}}
//
// The long form's body and header are lists or objects as in the short forms,
// and a button's value may stand in a list of one.
type Parameters struct {
	Body, Header Values
	// Buttons has the end of a button's URL, or its code to copy, by the
	// button's index, counted from 0 over all of the template's buttons.
	Buttons map[int]string
}

// Values are positional or named; both at once is refused by Check.
type Values struct {
	Positional []string
	Named      map[string]string
}

// Empty reports whether no value is given.
func (v Values) Empty() bool { return len(v.Positional) == 0 && len(v.Named) == 0 }

// Replace returns the parameters with each text replaced; the names and the given ones stay as they are.
func (p Parameters) Replace(by func(string) string) Parameters {
	out := Parameters{Body: p.Body.replace(by), Header: p.Header.replace(by)}
	for i, text := range p.Buttons {
		if out.Buttons == nil {
			out.Buttons = map[int]string{}
		}
		out.Buttons[i] = by(text)
	}
	return out
}

func (v Values) replace(by func(string) string) (out Values) {
	for _, text := range v.Positional {
		out.Positional = append(out.Positional, by(text))
	}
	for name, text := range v.Named {
		if out.Named == nil {
			out.Named = map[string]string{}
		}
		out.Named[name] = by(text)
	}
	return out
}

// errShape is for everything that is none of the three forms. It quotes nothing.
var errShape = errors.New(`parameters are a list of texts, an object of texts by name, or an object of "body", "header" and "buttons"`)

// UnmarshalJSON reads any of the three forms. null is no parameters.
func (p *Parameters) UnmarshalJSON(b []byte) error {
	*p = Parameters{}
	if err := p.Body.read(b); err == nil {
		return nil
	}
	var long struct {
		Body    *Values
		Header  *Values
		Buttons map[int]single
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(b, &members) != nil {
		return errShape
	}
	for name := range members {
		if name != "body" && name != "header" && name != "buttons" {
			return errShape
		}
	}
	if json.Unmarshal(b, &long) != nil {
		return errShape
	}
	if long.Body != nil {
		p.Body = *long.Body
	}
	if long.Header != nil {
		p.Header = *long.Header
	}
	for i, s := range long.Buttons {
		if p.Buttons == nil {
			p.Buttons = map[int]string{}
		}
		p.Buttons[i] = string(s)
	}
	return nil
}

// MarshalJSON writes the shortest form, the same bytes for the same values.
func (p Parameters) MarshalJSON() ([]byte, error) {
	if p.Header.Empty() && len(p.Buttons) == 0 {
		return json.Marshal(p.Body)
	}
	return json.Marshal(struct {
		Body    Values         `json:"body"`
		Header  *Values        `json:"header,omitempty"`
		Buttons map[int]string `json:"buttons,omitempty"`
	}{p.Body, unlessEmpty(p.Header), p.Buttons})
}

func unlessEmpty(v Values) *Values {
	if v.Empty() {
		return nil
	}
	return &v
}

// UnmarshalJSON reads a list of texts or an object of texts by name.
func (v *Values) UnmarshalJSON(b []byte) error { return v.read(b) }

func (v *Values) read(b []byte) error {
	*v = Values{}
	switch b = bytes.TrimSpace(b); {
	case bytes.Equal(b, []byte("null")):
		return nil
	case bytes.HasPrefix(b, []byte("[")):
		var list []*string // null is no text
		if json.Unmarshal(b, &list) != nil {
			return errShape
		}
		for _, s := range list {
			if s == nil {
				return errShape
			}
			v.Positional = append(v.Positional, *s)
		}
		return nil
	}
	var byName map[string]*string
	if json.Unmarshal(b, &byName) != nil {
		return errShape
	}
	for name, s := range byName {
		if s == nil {
			return errShape
		}
		if v.Named == nil {
			v.Named = map[string]string{}
		}
		v.Named[name] = *s
	}
	return nil
}

// MarshalJSON writes a list, or an object whose names are in order.
func (v Values) MarshalJSON() ([]byte, error) {
	if len(v.Named) > 0 {
		if len(v.Positional) > 0 {
			return nil, errors.New("positional and named parameters are mixed")
		}
		return json.Marshal(v.Named)
	}
	return json.Marshal(append([]string{}, v.Positional...))
}

// by gives every value the name of its variable. Values beyond the variables,
// and variables beyond the values, are left out.
func (v Values) by(names []string) map[string]string {
	if len(v.Named) > 0 {
		return maps.Clone(v.Named)
	}
	values := map[string]string{}
	for i, name := range names {
		if i < len(v.Positional) {
			values[name] = v.Positional[i]
		}
	}
	return values
}

// single is a text, or a list of one text.
type single string

func (s *single) UnmarshalJSON(b []byte) error {
	var v Values
	if v.read(b) == nil && len(v.Positional) == 1 {
		*s = single(v.Positional[0])
		return nil
	}
	var text *string
	if json.Unmarshal(b, &text) != nil || text == nil {
		return errShape
	}
	*s = single(*text)
	return nil
}
