package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// tokenBytes is how much chance is in the token of a session or a link, and in a key: nobody guesses 256 bits, so a hash
// without salt or cost is enough for them.
const tokenBytes = 32

// newToken returns a token, and what of it is stored.
func newToken() (text string, hash []byte) {
	b := make([]byte, tokenBytes)
	rand.Read(b) // it never fails
	text = base64.RawURLEncoding.EncodeToString(b)
	return text, hashOf(text)
}

func hashOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}
