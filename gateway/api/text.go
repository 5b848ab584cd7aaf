package api

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"reengage/conversation"
)

// checkText refuses a free-form text that could never be sent. raw is the body as it came: decoded, bytes that are not
// UTF-8 have become replacement characters, and somebody would be sent those.
func checkText(text string, raw []byte) error {
	switch {
	case !utf8.Valid(raw) && !utf8.Valid(member(raw, "text")):
		return invalid("text", "invalid_field", "text is not valid UTF-8")
	case !utf8.Valid(raw):
		return invalid("", "invalid_field", "the body is not valid UTF-8")
	case strings.TrimSpace(text) == "":
		return invalid("text", "invalid_field", "text is empty")
	case strings.ContainsRune(text, 0):
		return invalid("text", "invalid_field", "text contains a NUL character")
	case utf8.RuneCountInString(text) > conversation.MaxText:
		return invalid("text", "invalid_field", "text has more than %d characters", conversation.MaxText)
	}
	return nil
}

// member is one member of an object, as it came.
func member(raw []byte, name string) []byte {
	var object map[string]json.RawMessage
	_ = json.Unmarshal(raw, &object) // what cannot be read has been refused already
	return object[name]
}
