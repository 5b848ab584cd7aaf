// Package stack is the whole system on one machine: Postgres, Temporal with its UI, the WhatsApp simulator, a worker and
// a gateway, each as a process of its own, on 127.0.0.1; the simulator and the receiver of reminders live in this one.
//
//	simulator ──webhooks──► gateway (starter serve) ──► Postgres
//	    ▲                        │ relay                   ▲
//	    └── the demo's business  └──► Temporal ──► worker ─┘
//
// It owns the order in which things start and stop, the throw-away secrets, the ports, and the virtual clock's pair: a
// restarted stack resumes at the virtual time at which it was last seen running, and tells every open run so before its
// worker starts, so that no run believes a timer that fired while nothing ran.
//
// It does not own what is played on it (devstack/demo) and it knows no rule.
//
// Why failure is safe: every process dies with this one (devstack/process), data lives in Postgres and in Temporal's file,
// and both survive a kill at any moment.
package stack
