package api

import (
	"context"

	"reengage/gateway/access"
)

// byline is the name under which other people see what is done. Whoever has signed in to the console is always itself; another
// system may name its own agents, and goes by its key's name if it does not.
func byline(ctx context.Context, given string) string {
	who, _ := access.From(ctx)
	if who.Kind == access.ByUser || given == "" {
		return who.Name
	}
	return given
}

// requestedBy is who asks as records and workflows have it, without a name.
func requestedBy(ctx context.Context) string {
	who, known := access.From(ctx)
	if !known {
		return ""
	}
	return who.Ref()
}

// numberSubject is a business number as the audit names it.
func numberSubject(phoneNumberID string) string { return "number/" + phoneNumberID }
