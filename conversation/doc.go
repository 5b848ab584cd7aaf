// Package conversation decides. It knows the customer service window, the status that follows from it, when the team
// must be reminded and when a message may have opened a billing session. It is pure: no clock, no I/O, no map is
// iterated; the same state and event give the same answer in the workflow, the API, the tests and a replay years later.
//
//	            inbound (W1)             1 h left (W6)            24 h reached (W5)
//	expired ───────────────────► active ─────────────► expiring ───────────────────► expired
//	   ▲                            ▲                      │                            │
//	   │                            └──────── inbound ─────┘                            │ template accepted
//	   └── template failed ── resuming, awaiting_reply ◄────────────────────────────────┘ or Resume claimed
//
// The one formula is W1: expires_at = max(expires_at, t + 24 h) over the provider's times t. It is commutative and
// idempotent, so the order of arrival and duplicates change nothing, and a crash between any two steps is repaired by
// handing the same events over again.
//
//   - Facts is what the conversation row knows; Status and FreeformAllowed are functions of Facts and a moment.
//   - Settings is what a business number decides about reminders; Reminders lays them out for one window.
//   - State is what a run of the workflow remembers; Step takes it and one Event and returns the next state and the
//     Effects to carry out; NextWake says when to look again if nothing else happens.
//
// It owns W1 to W7, W9 and W11. It does not own who the contact is (W10: intake), what a message costs (W8 and the
// schemes: tariff), nor any effect's execution (activities).
package conversation
