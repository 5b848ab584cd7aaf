// Package sending takes one message to the provider, once. It owns the life of a send in Postgres, from the plan to the
// moment at which the provider has it, and the decisions that are recorded on the way.
//
//	                  gate, caps, budget          compare-and-set, commit        one POST, classified
//	asked for ──Plan──────────────────► planned ──────────Send─────────► inflight ──────────────────► accepted
//	              │                      ▲   │                              │  │                          ▲
//	              ▼                      │   └─► refused, failed            │  └─► failed                 │ a status
//	           refused                   └────── not sent, may be tried ────┘                             │ names it
//	                                             again (a new attempt)      └──────── anything else ─► unknown
//
//	Plan     one row, unique by a send id that is made from data, with the gate's verdict; locks what spans conversations
//	Send     one attempt: a slot of the number's rate and the pair's, the gate once more on the locked row, in flight, commit,
//	         POST, and what it came to
//	Settle   after any error of Send: planned may be tried again, in flight becomes unknown, anything else is adopted
//	Finish   ends the wait for an unknown one's status
//
// Whoever only wants to know what a template would come to asks FindCandidate, or Rehearse for a policy's attempts: a plan reads a
// template in the same way.
//
// Also kept replies, because a plan keeps or sends them; the decisions that lead to all of it; and the list of templates.
//
//	number  a slot each 1/messages_per_second; replies book up to 2 s ahead, bulk 250 ms, so bulk takes what replies leave
//	pair    a slot each 6 s, 45 at once; both wait longer the more often the provider says so in a row
//
// Whoever would wait longer than that gives its turn back and is told when to come again. Rates and waits are in real time, on
// the database's clock where workers compare; facts, deadlines and margins are in virtual time.
//
// It does not own the rules (conversation.Gate), how far a message gets once it is accepted (intake, outbound_messages), nor
// when to try again: that is the workflow's, which waits on a timer.
//
// Why failure is safe: the Cloud API has no idempotency key, so a POST is made only after the row says in flight and that is
// committed, and only by whoever has set it so. A crash between any two steps leaves planned, of which nothing has left, or
// in flight, which is never blindly repeated. Statuses carry the send id and the attempt, so that what was accepted without
// our knowing is adopted when its first status comes. Whoever was taken for dead and goes on finds the attempt's number taken
// from it. What was sent once more (critical) and then may not go stays unknown: nobody can say that the first did not arrive.
// With the tag crashpoints a test ends workers at every one of these points (crash_on.go).
//
// The answer to a request, and what a policy has planned, is found again by its id, so a plan whose result got lost is handed
// out again as long as it is open. Caps and budgets are counted under advisory locks by contact and by number, from when a send
// is planned, so that two numbers do not both send the last one allowed.
package sending
