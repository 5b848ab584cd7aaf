package whatsapp

import (
	"strings"
	"unicode/utf8"
)

// MaxText is how long a free-form text may be, in characters (Meta, Cloud API,
// "Text messages").
const MaxText = 4096

// TextError says why a free-form text cannot be sent. It quotes nothing of it.
type TextError struct {
	// Field is the member of the request that is wrong: text.
	Field string
	// Reason is empty, too_long, invalid_utf8 or control_character.
	Reason string
	// Sentence says it to people.
	Sentence string
}

func (e *TextError) Error() string { return e.Field + ": " + e.Reason }

// CheckText reports why a free-form text cannot be sent, as a *TextError.
func CheckText(text string) error {
	wrong := func(reason, sentence string) error { return &TextError{"text", reason, sentence} }
	switch {
	case !utf8.ValidString(text):
		return wrong("invalid_utf8", "The text is not valid UTF-8.")
	case strings.TrimSpace(text) == "":
		return wrong("empty", "The text is empty.")
	case strings.ContainsRune(text, 0):
		// No part of the way stores it: Postgres's text has no NUL.
		return wrong("control_character", "The text contains a NUL character.")
	case utf8.RuneCountInString(text) > MaxText:
		return wrong("too_long", "The text is longer than 4,096 characters.")
	}
	return nil
}
