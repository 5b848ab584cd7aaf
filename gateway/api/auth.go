package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

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

// bearer is the key that an Authorization header carries; empty: none.
func bearer(authorization string) string {
	scheme, key, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(key)
}

// accept reports whether the text is one of the keys.
func (k keys) accept(text string) bool {
	given := sha256.Sum256([]byte(text))
	accepted := 0
	for _, known := range k {
		accepted |= subtle.ConstantTimeCompare(given[:], known[:])
	}
	return accepted == 1
}

// configured is whoever has a key of REENGAGE_API_KEYS.
var configured = access.Principal{Kind: access.ByConfigured, Name: "API", Scopes: access.Scopes}

// whoAsks finds out who asks, unless that is known already (the console asks for those who have signed in). The error is
// access.ErrRefused, or what keeps the database away.
func (a *API) whoAsks(ctx context.Context, authorization string) (access.Principal, error) {
	if who, known := access.From(ctx); known {
		return who, nil
	}
	key := bearer(authorization)
	switch {
	case key == "":
		return access.Principal{}, access.ErrRefused
	case a.keys.accept(key):
		return configured, nil
	case a.stored == nil:
		return access.Principal{}, access.ErrRefused
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	return a.stored.Verify(ctx, key, time.Now())
}

// stranger is the problem of those of whom we do not know who they are.
func (a *API) stranger(ctx context.Context, err error) *Problem {
	if errors.Is(err, access.ErrRefused) {
		return newProblem(http.StatusUnauthorized, "unauthorized", needsKey)
	}
	var p *Problem
	if !errors.As(a.problem(ctx, "authorize", err), &p) {
		p = newProblem(http.StatusInternalServerError, "internal_error", "something went wrong here; it has been logged")
	}
	return p
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

// authorize lets those through who may.
func (a *API) authorize(ctx huma.Context, next func(huma.Context)) {
	who, err := a.whoAsks(ctx.Context(), ctx.Header("Authorization"))
	if err != nil {
		_, w := humago.Unwrap(ctx)
		a.stranger(ctx.Context(), err).write(w)
		return
	}
	if scope := scopeOf(ctx.Operation()); !who.May(scope) {
		huma.WriteErr(a.huma, ctx, http.StatusForbidden, "this needs the scope "+string(scope))
		return
	}
	next(huma.WithContext(ctx, access.With(ctx.Context(), who)))
}
