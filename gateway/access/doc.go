// Package access says who asks, and what they may.
//
//	Authorization: Bearer KEY ─► Keys ────┐
//	                                      ├─► Principal{who, scopes} in the request's context ─► May(scope)?
//	session cookie ─► Sessions ─► role ───┘
//
// A key has scopes; a person has a role, which is a set of scopes. Every endpoint and every page names the one scope that it
// needs, and one that names none is refused to everybody.
//
// It owns principals, keys, people, sessions, one-time links and the audit's rows. It does not own what is behind a scope.
package access
