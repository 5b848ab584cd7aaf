// Package temporal finds the Temporal CLI on this machine, or builds it, and runs its development server.
//
// It owns: where the program comes from, the server process, its namespace and search attributes. It does not own
// workflows or workers.
//
// The program is `temporal` from PATH if it runs, else bin/temporal in the checkout, built from the version that
// tools/go.mod pins. A built program carries its version in itself (runtime/debug.BuildInfo), so that a change of
// tools/go.mod is noticed without a stamp beside it. Several processes that need it at once build it once: the first
// holds a lock, the others wait.
//
// What lies in Options.Dir:
//
//	temporal.db    the server's state, SQLite; only with Options.Durable
//	temporal.log   of the runs so far
//
// Why failure is safe: the server is a child that never outlives us (reengage/devstack/process); it is then killed, since
// SQLite's file is whole after any crash of a process. A program is built beside its final place and renamed when whole.
package temporal
