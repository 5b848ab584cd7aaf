// Package demo plays about two days of conversations on a stack and then reads back what became of them.
//
//	script ──► simulator (customers) ──► gateway ──► ... ──► Postgres
//	   └─────► business: sends through the simulator, reports each message to the API      │
//	                                                     watch, summary  ◄─────────────────┘
//
// The script says beside each customer what must come of it: how many windows, reminders and charges. The summary
// compares that with what Postgres says, and anything else than agreement is a failure. None of that is computed from the
// system's own rules, so that a wrong rule cannot confirm itself. The comparison of all schemes that follows is.
//
// The business sends straight through the simulator, as another system would, and reports each message under its wamid.
package demo
