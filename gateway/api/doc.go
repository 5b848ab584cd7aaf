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
// (conversation), what is owed (ledger, tariff), or how an invoice is compared (ledger/invoice). A 200 to a POST that stores
// something means committed. Each is idempotent by what it names (a message's id, a contact's identity), so after any
// failure it may be repeated.
//
// Charges and their sums are read in one snapshot. In every report (also of differences and unpriced messages) a date is a day of
// each number's account.
// Sums by account days come from the ledger's totals and what was posted since, others from the charges (sum_charges.go). What
// rates messages by the million, comparisons of costs and of invoices, goes one at a time and ends with its request.
//
// Real time is read once per request, at its edge; everything shown is at the virtual time that follows from it.
package api
