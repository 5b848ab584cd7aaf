package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// keys are the hashes of the accepted API keys. They are compared as hashes and in constant time, so that an answer's
// duration says nothing about a key, not even its length.
type keys [][sha256.Size]byte

func newKeys(texts []string) keys {
	var k keys
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			k = append(k, sha256.Sum256([]byte(text)))
		}
	}
	return k
}

// accept reports whether an Authorization header carries one of the keys.
func (k keys) accept(authorization string) bool {
	scheme, key, found := strings.Cut(authorization, " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	given := sha256.Sum256([]byte(strings.TrimSpace(key)))
	accepted := 0
	for _, known := range k {
		accepted |= subtle.ConstantTimeCompare(given[:], known[:])
	}
	return accepted == 1
}

// needsKey is all that a stranger is told, whether the key is missing or wrong.
const needsKey = "the Authorization header must be: Bearer, a space, an API key that is valid here"

func (a *API) authorize(ctx huma.Context, next func(huma.Context)) {
	if !a.keys.accept(ctx.Header("Authorization")) {
		ctx.SetHeader("WWW-Authenticate", "Bearer")
		huma.WriteErr(a.huma, ctx, http.StatusUnauthorized, needsKey)
		return
	}
	next(ctx)
}
