// Package conversation decides. It knows the customer service window, the status that follows from it, when the team
// must be reminded and when a message may have opened a billing session; what may be sent, and to whom one writes once the
// window has closed. It is pure: no clock, no I/O, no map is iterated; the same state and event give the same answer in the
// workflow, the API, the tests and a replay years later.
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
//   - Permissions are what does not depend on the window: consent, suppression, whether the number sends.
//   - Settings is what a business number decides; Reminders lays out those of one window.
//   - Foresee plays the next days of a contact that writes no more through Step and Gate, for those who set a number up.
//   - Gate says whether something may be sent, by which rule and on which facts. Everybody asks it: the workflow on what it
//     knows, the transaction that plans a send on what spans conversations, the one that puts it in flight once more.
//   - State is what a run of the workflow remembers; Step takes it and one Event and returns the next state and the
//     Effects to carry out; NextWake says when to look again if nothing else happens.
//
// # The gate
//
// It looks for obstacles in one order and names the first: the sender and the contact (paused, suppressed: before all else),
// the template itself, another template on its way, the window (free-form alone), consent (templates alone; an open window is
// an opt-in, an opt-out counts all the same), and of what goes by itself how often the contact has written, caps, quiet hours and
// budget. What it is not told of does not stand in the way, so that whoever knows less allows more and who knows more asks again.
//
// A campaign's message asks for more: that the campaign runs, a stated opt-in (K1), and that nobody waits for an answer (K4). There
// the obstacles that pass by themselves go last (AfterRefusal), so that nobody is held who will be refused in the end.
//
// # Winning back
//
// A Plan follows one window. It holds the policy as it was when that window closed, so no later change of the settings reaches it.
//
//	window closes (W5), or is disputed (W9)          ┌──── put off: sender paused, quiet hours
//	   │                                             ▼          │
//	   ├─ policy with attempts ──────────────► waiting ──due──► trying ──sent, or why not──► waiting for the next one
//	   │                                          │                │                                   │ none left
//	   │ answered already, closed by hand,        └─── answer, opt-out, close by hand (stop_on) ───┐   ▼
//	   ▼ opted out, no policy                          or a later window's plan                    ▼  done
//	no plan                                                                                     stopped
//
// While it is trying nothing is due: Step has asked for one attempt (Reengage) and waits for AttemptEnded. What ends the plan
// ends it then, too, and the late news of its attempt means nothing any more. An answer is a message of the contact after the one
// whose window the plan follows, in whatever order they are heard: one from before the window's end shows that it had not closed.
//
// # Kept replies
//
// One Kept reply at a time waits for the contact's answer, a message after its template was accepted and before its period is
// over. ReleaseKept has it sent if the policy of when it was kept says so and that template is the last that we have said, else
// offered; the gate may still refuse it. ExpireKept ends it.
//
// It owns W1 to W7, W9, W11, the gate and the re-engagement policy. It does not own who the contact is (W10: intake), what a
// message costs (W8 and the schemes: tariff), what has been sent over all conversations (caps and budget are counted for it), nor
// any effect's execution (activities).
package conversation
