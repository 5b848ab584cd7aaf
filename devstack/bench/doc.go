// Package bench makes the first figures, each beside a baseline that was measured in the same run on the same machine: an
// absolute number says what a laptop does, the ratio says what our own code costs.
//
//	open ──► for each group: scratch database ─► wire the system as starter and worker do ─► measure ─► check ─► end, drop
//	  │                                                                                                           │
//	  └─ a Postgres and a Temporal: the user's own, or ours in a private folder ◄──────────── removed at the end ─┘
//
// How each figure is made (the report repeats it beside the numbers):
//
//	webhook   closed-loop senders over HTTP, the real handler to the commit | HMAC check and one inserted row, same bodies
//	backlog   messages stored while nobody signals, then Relay.Drain        | one SignalWithStart per message
//	windows   message stored ─► relay ─► workflow ─► charge in Postgres     | an empty workflow, start to completion
//	history   events of a window with its reminder and its close            | the textbook workflow for the same job
//	bytes     growth of the tables, of the history, of Temporal's file      | the bodies alone; a workflow that only waits
//	rating    tariff.Rate by every scheme; RateStream from a file           | grouping and sorting; encoding/json
//	month     a number's month settled, and a late entry point in it        | the same rows copied; the whole settlement
//	reports   GET /v1/charges on a year of charges; Ledger.Total            | the plain SUM of the same charges
//	inbox     GET /console/inbox to the first byte, among many conversations | reading and sorting all conversations; no indexes
//	campaign  launch to the last message taken, with replies meanwhile      | as many activities that do nothing; replies alone
//
// Owns: the load, the baselines, the report. Does not own what it measures, and changes nothing of it: no group sets an
// option that the programs leave at its default, except the relay's concurrency where the report says so.
//
// What the figures do not say. Clients, gateway, relay, workers and, unless they are the user's own, the servers share one
// machine and its cores, so a rate is that of the whole and a latency includes waiting for a core. Senders wait for their
// answers; latencies are those under full load. A Temporal dev server has one history shard. Our own keeps its state in
// memory, because one that syncs an SQLite file takes some hundred milliseconds for a workflow and would hide everything
// else; fewer windows and messages are measured on such a one too. The bytes in its file are measured in /dev/shm where
// there is enough of it, since syncing does not change a size. What is repeated ends early on a slow machine, so that a group takes
// some minutes; the medians are then of fewer. The campaign goes on to its end, which may be a quarter of an hour. Other work on the machine spoils everything: look at the
// load first.
//
// Why it is safe to point it at servers of the user's own: it works in databases `reengage_bench_<random>` that it creates
// and drops, refuses a namespace in which somebody else's worker has been seen on our task queue, terminates every workflow
// that it has started, and does so also after an error or an interrupt. A kill leaves a scratch database and open
// workflows there; of our own servers it leaves nothing that the next run does not remove.
//
// Every group checks what it has measured: all messages stored, none left to signal, a charge per window, a reminder per
// history, reports that agree with the charges to the micro, pages that list what
// reading everything lists, one message for each recipient. A figure of something that did not happen is an error.
//
// The charges of the reports are not billed but written by SQL, ten million of them in the time in which one million would be
// settled. For that the scratch database's table of charges loses its references, its triggers, its write-ahead
// log and, meanwhile, its indexes (year.go), which any account may do to tables of its own.
package bench
