package access

import (
	"crypto/rand"
	"strings"
)

// A key's text is re_<prefix>_<secret>. The prefix says which key it is, to people and to the database; it is no secret. What
// begins with re_ can be recognised as a key where it should not be, in a log or a repository.
const (
	keyMark      = "re_"
	prefixLength = 12
)

// newKeyText makes a key; each letter of rand.Text is 5 bits of chance, and it has 26 of them.
func newKeyText() (prefix, text string) {
	prefix = strings.ToLower(rand.Text()[:prefixLength])
	return prefix, keyMark + prefix + "_" + rand.Text() + rand.Text()
}

// prefixOf is the part of a key's text by which it is found.
func prefixOf(text string) (prefix string, wellFormed bool) {
	rest, marked := strings.CutPrefix(text, keyMark)
	prefix, secret, parted := strings.Cut(rest, "_")
	if !marked || !parted || len(prefix) != prefixLength || len(secret) < 2*26 || len(secret) > 128 {
		return "", false
	}
	for _, r := range prefix {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return "", false
		}
	}
	return prefix, true
}
