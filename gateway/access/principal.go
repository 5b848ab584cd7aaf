package access

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"reengage/db"
)

// Scope is a kind of thing that a caller may do.
type Scope string

// The scopes. Each endpoint needs exactly one.
const (
	Read    Scope = "read"    // see conversations, contacts, templates, numbers
	Send    Scope = "send"    // report and send messages, close, claim, keep, change consent and contacts
	Billing Scope = "billing" // see what is owed, compare tariffs and invoices
	Admin   Scope = "admin"   // set up numbers, assign their schemes, pause and resume them
)

// Scopes are all there are.
var Scopes = []Scope{Read, Send, Billing, Admin}

// Role is a person's set of scopes.
type Role string

// The roles.
const (
	Viewer        Role = "viewer"
	Agent         Role = "agent"
	Accountant    Role = "billing"
	Administrator Role = "admin"
)

// roles are all there are, each with what it may.
var roles = map[Role][]Scope{
	Viewer:        {Read},
	Agent:         {Read, Send},
	Accountant:    {Read, Billing},
	Administrator: {Read, Send, Billing, Admin},
}

// Scopes are what a person of the role may; of a role that there is not, nothing.
func (r Role) Scopes() []Scope { return roles[r] }

// Kind says what a principal is.
type Kind string

// The kinds of principals.
const (
	ByUser       Kind = "user"       // signed in to the console
	ByKey        Kind = "key"        // an API key of the database
	ByConfigured Kind = "configured" // a key of REENGAGE_API_KEYS: it may everything, and has no id
	ByOperator   Kind = "operator"   // the command line, on the database itself
)

// Principal is who asks.
type Principal struct {
	Kind   Kind
	ID     uuid.UUID // of the user or the key; zero of others
	Name   string    // what other people see; personal data of a user
	Scopes []Scope
}

// May reports whether the principal has the scope; nobody has an empty one.
func (p Principal) May(s Scope) bool { return s != "" && slices.Contains(p.Scopes, s) }

// Ref names the principal without its name, as in user/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f10: for records and workflows.
func (p Principal) Ref() string {
	if p.ID == uuid.Nil {
		return string(p.Kind)
	}
	return string(p.Kind) + "/" + p.ID.String()
}

// Operator is who works on the database itself, with the command line.
var Operator = Principal{Kind: ByOperator, Name: "operator", Scopes: Scopes}

type contextKey struct{}

// With returns a context in which p is who asks, and who the audit names. Only what has made sure of it may call this.
func With(ctx context.Context, p Principal) context.Context {
	return db.As(context.WithValue(ctx, contextKey{}, p), p.Ref())
}

// From returns who asks, if that is known.
func From(ctx context.Context) (Principal, bool) {
	p, ok := ctx.Value(contextKey{}).(Principal)
	return p, ok
}
