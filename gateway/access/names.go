package access

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName bounds the names of people and keys, in bytes: they stand where other agents see who has done something.
const maxName = 64

// nameOf is a person's name as it is shown. The error wraps ErrInvalid.
func nameOf(given string) (string, error) {
	name := norm.NFC.String(strings.TrimSpace(given))
	if name == "" || len(name) > maxName || !printable(name) {
		return "", fmt.Errorf("%w: a name has 1 to %d bytes that can be shown", ErrInvalid, maxName)
	}
	return name, nil
}

// folded is a name as names are compared: two that look alike but for their case are one. It is text that the database takes,
// whatever somebody types.
func folded(name string) string {
	name = strings.ReplaceAll(strings.ToValidUTF8(name, "\uFFFD"), "\x00", "\uFFFD")
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(name)))
}

// printable reports whether a name stays on its line and in its direction.
func printable(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
	})
}
