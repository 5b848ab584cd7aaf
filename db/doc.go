// Package db is the way to Postgres: the pool, the migrations, and the queries that sqlc generates from queries/.
//
// The files sqlc.go, models.go and *.sql.go are generated; the schema is the migrations. Invariants live in
// the schema (CHECK, UNIQUE, triggers), so that no program can break them, this one included. SQL takes @now wherever a
// rule depends on it: facts are on the virtual clock (package clock), bookkeeping of leases and outboxes is on the real
// one.
//
// What has changed is noted by triggers (table changes), so that no writer can forget it; gateway/live reads it.
//
// It owns connecting, migrating, the clock's pair with the transactions that read and move it, and the audit (audit.go): who a
// context says changes something. Other transactions and the rules belong to the packages that call it, with one exception: the
// status (W6) is in SQL as well. Lists filter by generated columns that hold what of it does not depend on the clock (window_end,
// resuming_until, awaits_reply), and whoever looks at rows has the function conversation_status; tests hold both equal to
// conversation.Status.
package db
