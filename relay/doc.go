// Package relay tells the workflows what has been stored: stored events → signals.
//
//	            NOTIFY, or a look each second
//	                       │
//	                       ▼                 no transaction is open here
//	relay_lease ──claim──► ours for 30 s ──► SignalWithStart, one per kind ──► one transaction:
//	     ▲      (SKIP LOCKED, commit)        inbound, outbound, each outcome      mark exactly the events told of;
//	     │                                                                        nothing pending: delete the row,
//	     └──────────── free it: more is pending, or later: it failed ◄──────────  else let go of it
//
// It owns who signals which conversation when, and the mark signalled_at. It does not own which events need a signal
// (intake decides that where it stores them), nor what a workflow does with it.
//
// A merged conversation (W10): its open run is told `merged`, and everything else that is pending for it goes to the run of the
// conversation that it is part of, in a turn of its own.
//
// In order: a conversation's events go by (occurred_at, id), and never two signals of it are under way at once, because
// every call to Temporal ends before the lease does. Whatever arrives meanwhile gathers and goes as the next signal, up
// to 500 messages or 256 KiB. Whoever stores an event touches the conversation's row in relay_lease; the last transaction
// of a turn locks that row before it looks whether anything is pending, so an event is either seen by it or finds no row
// and makes one.
//
// Notices (consent_changed, settings_changed) are for a run that is open and start none: a run that begins later is started with
// what holds by then, so no run at all counts as told. Of consent, what holds is told and not what was said: a word that has been
// taken back since goes without its verdict, because signals keep no order with what was said and a run believes the last one.
// settings_changed carries the settings as they are now, once for any number of notices.
//
// Why failure is safe: an event is marked after Temporal has taken it and never before, so it is told at least once, and
// a workflow knows an event by its id. A relay that is killed leaves a lease that runs out. One that was merely slow may
// still mark what it has told of, which is true whoever holds the lease, but it does not let go of what is no longer its.
//
// What failures cost:
//
//	away     Temporal or Postgres is: the whole relay waits 0.5 s, 1 s, ... 15 s, then tries with a single conversation, each
//	         time another one, before it goes on at full speed
//	busy     this conversation is: it waits 0.2 s, 0.4 s, ... 10 s, the others go on
//	refused  Temporal does not want this signal: this conversation waits 1 s, 2 s, ... 1 min, the others go on; somebody has to
//	         look at the log
//
// Each wait is up to the one given: a random part of it, at most half, is taken off, so that relays do not come back all
// at once.
//
// Leases, waits and marks are in real time, leases on the database's clock; facts and the status at the start of a run
// are in virtual time.
package relay
