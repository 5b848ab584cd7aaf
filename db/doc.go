// Package db is the way to Postgres: the pool, the migrations, and the queries that sqlc generates from queries/.
//
// The files sqlc.go, models.go, batch.go and *.sql.go are generated; the schema is the migrations. Invariants live in
// the schema (CHECK, UNIQUE, triggers), so that no program can break them, this one included. SQL takes @now wherever a
// rule depends on it: facts are on the virtual clock (package clock), bookkeeping of leases and outboxes is on the real
// one.
//
// It owns connecting, migrating and the clock's pair. It does not own any rule, and no transaction: those belong to the
// packages that call it.
package db
