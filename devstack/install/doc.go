// Package install gets a program from the distribution's package manager, as root, and says so first.
//
// It owns: which package manager this machine has, the order in which processes install, and that no installation asks
// anything. It does not own what is installed, nor how one knows that it is there: devstack/postgres and devstack/chromium do.
//
// Why failure is safe: one process installs at a time (a lock of the kernel's), and looks again first whether another has
// done it meanwhile; a package manager that is interrupted takes up its own work again.
package install
