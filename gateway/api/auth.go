package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"reengage/gateway/access"
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

// needs declares an endpoint's scope, where the OpenAPI document shows it and authorize finds it.
func needs(scope access.Scope) []map[string][]string {
	return []map[string][]string{{"key": {string(scope)}}}
}

// scopeOf is what needs declared; an operation that declares nothing has the empty scope, which nobody has.
func scopeOf(op *huma.Operation) access.Scope {
	if op == nil || len(op.Security) != 1 || len(op.Security[0]["key"]) != 1 {
		return ""
	}
	return access.Scope(op.Security[0]["key"][0])
}

// authorize finds out who asks, unless that is known already (the console asks for those who have signed in), and whether they may.
func (a *API) authorize(ctx huma.Context, next func(huma.Context)) {
	who, known := access.From(ctx.Context())
	if !known {
		if !a.keys.accept(ctx.Header("Authorization")) {
			ctx.SetHeader("WWW-Authenticate", "Bearer")
			huma.WriteErr(a.huma, ctx, http.StatusUnauthorized, needsKey)
			return
		}
		who = access.Principal{Kind: access.ByConfigured, Name: "API", Scopes: access.Scopes}
	}
	if scope := scopeOf(ctx.Operation()); !who.May(scope) {
		huma.WriteErr(a.huma, ctx, http.StatusForbidden, "this needs the scope "+string(scope))
		return
	}
	next(huma.WithContext(ctx, access.With(ctx.Context(), who)))
}
