// Package ready is what a running development stack tells about itself: the line that `make dev` prints once everything
// answers, and the file of the same content in which the command line finds the stack.
//
//	devstack ──Write──► <data folder>/ready.json ──Read──► starter, when REENGAGE_URL is not set
//	   └──Line──► "ready {...}" on standard output
//
// It owns the shape of the line and where the data folder is. It does not own the folder's other content. The file has
// the stack's secrets, so only its account may read it; it is replaced in one step, so a reader never sees half of it.
package ready
