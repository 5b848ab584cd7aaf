package api

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"reengage/workflows/contract"
)

// TemplateRef names an approved template with what fills its variables.
type TemplateRef struct {
	Name       string          `json:"name" minLength:"1" maxLength:"512" pattern:"^[a-z0-9_]+$" example:"order_shipped"`
	Language   string          `json:"language" minLength:"2" maxLength:"16" pattern:"^[A-Za-z_]+$" example:"en_US" doc:"As in sends: en_US."`
	Parameters json.RawMessage `json:"parameters,omitempty" doc:"Texts for the body's variables, as a list or by name; or an object with body, header and buttons." example:"[\"Ada\"]"`
}

// contract returns the reference as the workflow takes it. null is no parameters.
func (t TemplateRef) contract() contract.Template {
	c := contract.Template{Name: t.Name, Language: t.Language}
	if !bytes.Equal(bytes.TrimSpace(t.Parameters), []byte("null")) {
		c.Parameters = t.Parameters
	}
	return c
}

// check refuses parameters that are not text.
func (t TemplateRef) check(field string) error {
	if !utf8.Valid(t.Parameters) {
		return invalid(field, "invalid_field", "%s is not valid UTF-8", field)
	}
	return nil
}
