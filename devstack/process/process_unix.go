//go:build unix && !linux

package process

import "syscall"

// Other systems have no parent death signal: there a child outlives us if we are killed with SIGKILL, and only then.
func attributes(command Command) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Setpgid:    true, // Ctrl-C is ours to hear and to pass on in order
		Credential: command.Account.credential(),
	}
}
