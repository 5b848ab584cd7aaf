// Package process runs another program as a child that never outlives this process and that is stopped in order.
//
// It owns: starting the child, the signals that stop it, its log file, the unprivileged account for programs that refuse
// to run as root, and the choice of a free port. It does not own what the child is: Postgres and Temporal are their own
// packages' business.
//
//	 Start
//	   │  a goroutine locked to its OS thread starts the child and waits for it
//	   ▼
//	running ──Stop──▶ StopSignal … exited     (in order; after the context's end: killed)
//	   │  └───Kill──▶ exited
//	   └─ this process is killed ─▶ the kernel sends DeathSignal to the child (Linux)
//
// Three ways to lose a child, and why none is left:
//
//   - We exit or are killed, even by SIGKILL. On Linux the kernel then sends the child its parent death signal. That signal
//     belongs to the *thread* that started the child, not to the process, and the Go runtime ends threads when it likes;
//     therefore one goroutine keeps its thread locked from the start of the child until its end.
//   - Ctrl-C goes to every process of the terminal's foreground group. The child has a group of its own, so that it does not
//     hear it: whoever started several children can stop them in the right order.
//   - A child that does not stop when asked is killed when the context of Stop ends.
package process
