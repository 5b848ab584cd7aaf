package api

import (
	"encoding/json"
	"errors"
	"unicode/utf8"

	"reengage/whatsapp"
)

// checkText refuses a free-form text that could never be sent. raw is the body as it came: decoded, bytes that are not
// UTF-8 have become replacement characters, and somebody would be sent those.
func checkText(text string, raw []byte) error {
	switch {
	case !utf8.Valid(raw) && !utf8.Valid(member(raw, "text")):
		return invalid("text", "invalid_field", "text is not valid UTF-8")
	case !utf8.Valid(raw):
		return invalid("", "invalid_field", "the body is not valid UTF-8")
	}
	var wrong *whatsapp.TextError
	if errors.As(whatsapp.CheckText(text), &wrong) {
		return invalid(wrong.Field, "invalid_field", "%s", wrong.Sentence)
	}
	return nil
}

// member is one member of an object, as it came.
func member(raw []byte, name string) []byte {
	var object map[string]json.RawMessage
	_ = json.Unmarshal(raw, &object) // what cannot be read has been refused already
	return object[name]
}
