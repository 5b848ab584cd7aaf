// Package dbtest gives each test a real database of its own, cheaply: a clone of one that was migrated once.
//
//	func TestMain(m *testing.M) { dbtest.Main(m) }
//
//	func TestX(t *testing.T) {
//	    pool := dbtest.New(t)
//
//	one server per test process ──▶ template, migrated once ──clone──▶ one database per test, dropped when the test ends
//
// The server is started by the first test that needs it, from a copy of a cluster kept in /var/tmp/reengage-<hash>, without
// waiting for any disk. REENGAGE_TEST_DATABASE_URL, if set, names a server to use instead, by a role that may create and
// drop databases; only databases whose names begin with reengage_test_ are touched there. DATABASE_URL is not used: it names
// a database with somebody's data.
//
// A test that takes Postgres away starts a server of its own with Server.
//
// It owns the servers' lives and the databases, not the schema (reengage/db). If the test process is killed, the kernel ends
// its servers (reengage/devstack/process), and the next test process removes their folders (reengage/devstack/folder).
package dbtest
