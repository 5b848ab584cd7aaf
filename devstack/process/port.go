package process

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"reengage/devstack/folder"
)

// Ports that FreePort hands out, half-open. They lie below the range (32768 and up) from which the kernel takes the local
// ends of outgoing connections: a server that is stopped for a while and comes back would otherwise find that some
// client holds its port, or that a client that keeps dialling it has connected to itself.
const firstPort, endPort = 20000, 32000

// reserved are the locks of the ports that this process has been given. They are held until it ends, and kept here
// because a file that nothing refers to is closed.
var reserved struct {
	sync.Mutex
	locks []*folder.FileLock
}

// FreePort returns a port of 127.0.0.1 that nothing listens on at this moment, and that no other caller is given as long
// as this process lives, neither here nor in another process of this account: between the choice of a port and the
// listening on it lies a program's start.
func FreePort() (int, error) {
	locks := filepath.Join(os.TempDir(), fmt.Sprintf("reengage-ports-%d", os.Getuid()))
	if err := os.MkdirAll(locks, 0o700); err != nil {
		return 0, fmt.Errorf("reserve a port: %w", err)
	}
	for range 100 {
		port := firstPort + rand.IntN(endPort-firstPort)
		lock, err := folder.TryLock(filepath.Join(locks, strconv.Itoa(port)))
		if errors.Is(err, folder.ErrLocked) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("reserve a port: %w", err)
		}
		if PortTaken(port) {
			lock.Unlock()
			continue
		}
		reserved.Lock()
		reserved.locks = append(reserved.locks, lock)
		reserved.Unlock()
		return port, nil
	}
	return 0, errors.New("no free port found on 127.0.0.1")
}

// PortTaken reports whether something else listens on this port of 127.0.0.1.
func PortTaken(port int) bool {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return true
	}
	listener.Close()
	return false
}

// PortTakenError says in one sentence that a program cannot have the port that it was told to use.
type PortTakenError struct {
	Program string
	Port    int
}

func (e *PortTakenError) Error() string {
	return fmt.Sprintf("port %d, meant for %s, is taken by another program on this machine", e.Port, e.Program)
}
