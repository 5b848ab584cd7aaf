// Package access says who asks, and what they may.
//
//	Authorization: Bearer KEY ─► Keys ────┐
//	                                      ├─► Principal{who, scopes} in the request's context ─► May(scope)?
//	session cookie ─► Sessions ─► role ───┘
//
// A key has scopes; a person has a role, which is a set of scopes. Every endpoint and every page names the one scope that it
// needs, and one that names none is refused to everybody.
//
// Of keys, sessions and links Postgres has hashes alone: their text is 32 bytes of chance, shown once. A password is the one secret that
// people choose, so its hash is slow (argon2id), and guesses are counted by name and by address, over all gateways (attempts.go).
// There is no default password: a link signs in whoever is new.
//
// Who asks is carried in the context (With), to the API and to whatever transaction carries a request out: there db.Queries.Audit
// writes who has changed what. Workflows are told Principal.Ref, which names nobody. Times here are real.
//
// It owns principals, keys, people, sessions, one-time links. It does not own what is behind a scope, nor what the audit calls a
// change: that is for those who make it.
package access
