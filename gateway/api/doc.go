// Package api is the HTTP API under /v1: what other systems tell us about messages, and what they may ask.
//
//	request ─► key, scope? ─► schema (huma) ─► Execute(ctx, api, real time) ─► JSON
//	             401, 403      400, 422            │ intake (writes), db (reads) or engine (asks a workflow)
//	                                               └─► a Problem: status, stable code, field
//
// One endpoint is one file: a request struct with an example, and an Execute that knows nothing of requests and writers.
// The OpenAPI document at /openapi.json is made from the same structs, and a copy lies in docs (make generate); /docs shows it
// without fetching anything from elsewhere. What holds for all endpoints, and every code, is in docs/api.md.
//
// It owns the wire shapes, the configured keys, the problems and the order of lists. It does not own who asks and what they may
// (gateway/access), storing (intake), the rules (conversation), what is owed (ledger, tariff), how an invoice is compared
// (ledger/invoice), or what changes (gateway/live, of which GET /v1/events is the wire). A 200 to a POST that stores something means
// committed. Each is idempotent by what it names (a message's id, a contact's identity), so after any failure it may be repeated.
//
// Only what is to be sent, kept, released or closed is asked of the conversation's workflow (ask.go), because it alone decides; these
// requests are told apart by the Idempotency-Key. Every other POST honours one as well (idempotent.go). A refusal is an answer: 409
// with the gate's code. If no worker answers in time that is a 503 of its own, and the same request under the same key is safe.
// Everything else is answered from Postgres, while Temporal is away too: the settings of numbers, contacts, consent and claims are
// written here or by intake, and runs are told by the relay.
//
// Previews change nothing and have no rules of their own: of a template they ask what a plan asks (sending.Candidate, the gate, the
// ledger's quote), of a number's settings what a run does (conversation.Foresee).
//
// Campaigns are campaign's: what their endpoints add is the wire, and problems with their codes. A campaign's quote, preview and
// results are read at one moment; only a test send asks a workflow.
//
// A timeline is two lists that are merged: what happened (messages, reminders, charges) and what was decided, which it shares with
// explain. Both have the same order and cursor, and are cut to a page by themselves.
//
// Charges and their sums are read in one snapshot. In every report (also of differences and unpriced messages) a date is a day of
// each number's account. Sums by account days come from the ledger's totals and what was posted since, others from the charges
// (sum_charges.go). Windows that closed, and what it took to re-open them, come from the event log, because a conversation's row knows
// only its last window (reengagement_costs.go; docs/reports.md has the definitions). What rates messages by the million, comparisons
// of costs and of invoices, goes one at a time and ends with its request.
//
// Real time is read once per request, at its edge; everything shown is at the virtual time that follows from it.
package api
