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
// It does not own the rules (conversation.Gate), how far a message gets once it is accepted (intake, outbound_messages), nor
// when to try again: that is the workflow's, which waits on a timer.
//
// Why failure is safe: the Cloud API has no idempotency key, so a POST is made only after the row says in flight and that is
// committed, and only by whoever has set it so. A crash between any two steps leaves planned, of which nothing has left, or
// in flight, which is never blindly repeated. Statuses carry the send id and the attempt, so that what was accepted without
// our knowing is adopted when its first status comes.
package sending
