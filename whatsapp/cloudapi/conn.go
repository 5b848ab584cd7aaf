package cloudapi

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
)

// counted is a connection that knows how many bytes the kernel took, and can be
// sealed against more.
type counted struct {
	net.Conn
	mu      sync.Mutex
	taken   int64
	writing int
	sealed  bool
}

func countedDial(d *net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := d.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &counted{Conn: conn}, nil
	}
}

// Write counts what the inner connection took, also of a write that failed.
func (c *counted) Write(b []byte) (int, error) {
	c.mu.Lock()
	if c.sealed {
		c.mu.Unlock()
		return 0, net.ErrClosed
	}
	c.writing++
	c.mu.Unlock()
	n, err := c.Conn.Write(b)
	c.mu.Lock()
	c.writing--
	c.taken += int64(n)
	c.mu.Unlock()
	return n, err
}

func (c *counted) count() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.taken
}

// seal refuses further writes and reports whether, since the count was start,
// nothing was taken and nothing is just being written.
func (c *counted) seal(start int64) (untouched bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sealed = true
	return c.taken == start && c.writing == 0
}

// witness remembers the connections that a request was given.
type witness struct {
	mu      sync.Mutex
	given   []given
	strange bool // a connection that we cannot count on
}

type given struct {
	conn  *counted
	start int64
}

// got notes a connection in the moment in which the request gets it: what TLS
// or a proxy wanted has been written by then.
func (w *witness) got(conn net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	if c, ok := conn.(*counted); ok {
		w.given = append(w.given, given{c, c.count()})
	} else {
		w.strange = true
	}
}

// nothingWritten reports whether it is certain that no byte of the request was
// or will be handed over. It ends the connections' use.
func (w *witness) nothingWritten() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	certain := !w.strange
	for _, g := range w.given {
		certain = g.conn.seal(g.start) && certain
	}
	return certain
}
