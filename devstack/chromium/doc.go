// Package chromium finds a Chromium on this machine, or gets it, and runs one without a screen.
//
// It owns: where the program comes from, the process and its flags, its throw-away profile. It does not own what is done
// with it: devstack/browser opens pages in it, over the DevTools protocol at its URL.
//
// Where the program comes from, in this order:
//
//	CHROMIUM → PATH → as root: install the distribution's package
//	                → otherwise: one sentence that says what to install
//
// One process serves many tests: each opens a context of its own in it, which shares neither cookies nor cache with the
// others, as an incognito window does.
//
// It goes nowhere by itself: what Chromium would fetch of its own accord (components, sync, field trials) is switched off, so
// that whatever a test sees on the network is the page's doing.
//
// Why failure is safe: it is a child that never outlives us (reengage/devstack/process), and its own children end with it.
// Its profile is a private folder that the next run removes if this one is killed.
package chromium
