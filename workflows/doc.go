// Package workflows has the durable side of a conversation: the deterministic loop that waits, asks package
// conversation what follows, and starts the activities that carry it out.
//
//	signals ──► inbox ──► conversation.Step ──► effects ──► activities (futures in the selector)
//	timer  ───────────────────┘   ▲                              │
//	                              └──── what they bring back ◄───┘
//
// One coroutine decides. Handlers of signals and updates only enqueue, those of updates await their answer (requests.go);
// effects run beside it and hold up no decision, so a billing activity that retries through an outage delays neither a
// reminder nor the next message.
//
// What campaigns want waits in a queue of its own (campaign_message.go), one message after the other, each a send like any.
//
// A send is a loop of its own (send.go): an attempt, what became of it, a wait, another attempt. It is the only one that tries
// again. What is allowed is decided by the transaction that plans it (package sending); the run's own verdict goes along.
//
// Why failure is safe: everything that arrives is in the run's history before it is decided on; whatever is received is
// drained before a run ends or continues as new, with nothing blocking in between; and every effect is idempotent by a
// key made from data. The event budget (architecture.md) comes from one timer that is armed lazily: a message only
// moves the deadline, and a timer that fires early is armed again for the rest.
//
// Nothing here reads the clock, the environment or a map's order. A change to the loop or to conversation.Step must
// keep the recorded histories in testdata/history replaying, or be guarded by workflow.GetVersion.
package workflows
