// Package api is the HTTP API under /v1: what other systems tell us about messages, and what they may ask.
//
//	request ─► key? ─► schema (huma) ─► Execute(ctx, api, real time) ─► JSON
//	             401     400, 422            │ intake (writes) or db (reads)
//	                                         └─► a Problem: status, stable code, field
//
// One endpoint is one file: a request struct with an example, and an Execute that knows nothing of requests and writers.
// The OpenAPI document at /openapi.json is made from the same structs; /docs shows it without fetching anything from
// elsewhere.
//
// It owns the wire shapes, the keys, the problems and the order of lists. It does not own storing (intake), the rules
// (conversation) or the ledger's arithmetic (SQL sums of immutable rows). A 200 to a POST means committed. Each POST
// here is idempotent by what it names (a message's id, a contact's identity), so after any failure it may be repeated.
//
// Real time is read once per request, at its edge; everything shown is at the virtual time that follows from it.
package api
