package process

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports that FreePort hands out, half-open. They lie below the range (32768 and up) from which the kernel takes the local
// ends of outgoing connections: a server that is stopped for a while and comes back would otherwise find that some
// client holds its port, or that a client that keeps dialling it has connected to itself.
const firstPort, endPort = 20000, 32000

// FreePort returns a port of 127.0.0.1 that nothing listens on at this moment.
func FreePort() (int, error) {
	for range 100 {
		port := firstPort + rand.IntN(endPort-firstPort)
		if !PortTaken(port) {
			return port, nil
		}
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
