// Package folder says where a stack on this machine keeps what it needs between and during runs.
//
// It owns: finding the checkout, the base folder in /var/tmp, locks between processes, and private folders that are
// removed even if their owner was killed. It does not own what is kept there.
//
//	/var/tmp/reengage-<hash>/        one per checkout and account; made by us, refused if it is someone else's
//	    *.lock                       locks between processes
//	    <name>-<random>/             a private folder (Private), with a lock that its owner holds while it lives
//
// Not inside the checkout, because that may lie below a folder that only root can enter, while Postgres never runs as root;
// and in /var/tmp rather than /tmp, which a reboot empties and which may be small and in memory.
//
// Locks are the kernel's (flock): they end with the process that holds them, however it ends, so that a lock is never stale.
package folder
