// Package live tells those who watch what has changed, within about a quarter of a second, and lets whoever was cut off go on
// where it was: the console's pages and GET /v1/events.
//
//	writers ─► conversations, sends, ... ─► triggers ─► changes ──┐
//	the clock: windows that become expiring or close, claims ─────┤ read(cursor) ─► events, the next cursor
//	                                                              ▼
//	                                              one poller while somebody listens ─► every subscription
//	                                                              ▲
//	             a subscription with a cursor: reads of its own ──┘ until it has caught up
//
// Why nothing is missed. Numbers of rows and of transactions are given out before the commit: a transaction that took its number
// first may become visible last, after later numbers were served. So a cursor holds no number but what its reader has seen: a
// snapshot of transactions (pg_current_snapshot), and the virtual time up to which the clock's own changes were served. What it has
// not seen is exactly: transactions from the snapshot's xmax on, and those that were running then. Of these a read returns what can
// be seen now, so a long transaction delays its own changes and no others. Two reads that follow one another leave nothing between
// them, whoever makes them and in whichever process.
//
// A subscription is among the poller's before it reads by itself, so the two overlap: everything is told at least once, some of it
// twice. An event says how things stand when it is read and not what was written, so a repetition does no harm, and many changes of
// one conversation are one event.
//
// A cursor that cannot be answered (what it has not seen is pruned, or its transactions are another server's) gets a reset: whoever
// hears it asks for everything anew, and goes on from there. Who is too slow is cut off, and comes again with its cursor. While
// Postgres is away streams stay and are silent; the poller goes on from its cursor when it is back.
//
// It owns the feed, its cursors, the shape of its events and the table changes, of which it takes away what is older than a day. It
// does not own who may listen, or what a page makes of it. Cursors, retries and the life of a stream are in real time, what events
// say in virtual time.
package live
