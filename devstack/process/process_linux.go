package process

import "syscall"

func attributes(command Command) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Setpgid:    true, // Ctrl-C is ours to hear and to pass on in order
		Pdeathsig:  command.DeathSignal,
		Credential: command.Account.credential(),
	}
}
