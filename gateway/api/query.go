package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// checkQuery refuses what no parameter may be, once for all endpoints: bytes that Postgres takes for no text, which would
// otherwise be found out there and look like a fault of ours, a parameter that is given twice, of which one would silently not
// count, and one that the endpoint does not have: a filter that is misspelt would be answered as if it had not been asked for.
func (a *API) checkQuery(ctx huma.Context, next func(huma.Context)) {
	u := ctx.URL()
	query := u.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		fault := ""
		switch values := query[name]; {
		case !takes(ctx.Operation(), name):
			fault = unknownParameter
		case len(values) > 1:
			fault = "is given more than once"
		case !utf8.ValidString(values[0]) || strings.ContainsRune(values[0], 0):
			fault = "is not a text: it has bytes that are not UTF-8, or a NUL"
		}
		if fault != "" {
			huma.WriteErr(a.huma, ctx, http.StatusUnprocessableEntity, fault,
				&huma.ErrorDetail{Location: "query." + name, Message: fault})
			return
		}
	}
	next(ctx)
}

// unknownParameter is what is said of a parameter that an endpoint does not have.
const unknownParameter = "is no parameter of this endpoint"

func takes(op *huma.Operation, name string) bool {
	return slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == "query" && p.Name == name })
}
