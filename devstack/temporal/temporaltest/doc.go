// Package temporaltest gives each test a real Temporal of its own, cheaply: a fresh namespace on one dev server per test
// process.
//
//	func TestMain(m *testing.M) { temporaltest.Main(m) }
//
//	func TestX(t *testing.T) {
//	    ns := temporaltest.New(t)          // about 15 ms; the first one also starts the server, 0.1 to 0.3 s
//	    w := worker.New(ns.Client, contract.TaskQueue, worker.Options{})
//
// A namespace per test rather than a task queue per test, since the system's own task queue and workflow ids can then be
// used as they are, and lists and counts see nothing of other tests.
//
// A schedule in a fresh namespace fires up to 2 s late the first time, since the server starts a worker of its own for it.
//
// A test that stops the server, or needs other settings, starts its own with Server.
//
// It owns the servers' lives and folders, not workers. If the test process is killed, the kernel kills its servers
// (reengage/devstack/process), and the next test process removes their folders (reengage/devstack/folder).
package temporaltest
