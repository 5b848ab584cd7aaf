// Package demo plays about two days of conversations on a stack and then reads back what became of them.
//
//	script ──► simulator (customers) ──► gateway ──► ... ──► Postgres
//	   ├─────► agents: reply, send templates, keep replies by the API                     │
//	   ├─────► the office: imports contacts, launches a campaign, which a crowd answers     │
//	   └─────► another system: sends by itself and reports         watch, summary  ◄──────┘
//
// The script says beside each customer what must come of it: how many windows, reminders, sends, refusals and charges. The
// summary compares that with what Postgres says, and anything else than agreement is a failure. None of that is computed
// from the system's own rules, so that a wrong rule cannot confirm itself. The comparison of all schemes that follows is.
//
// Most messages go by Reengage's own API; some customers are served by another system, which sends straight through the
// simulator and reports each message under its wamid.
package demo
