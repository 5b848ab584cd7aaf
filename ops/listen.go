package ops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

// How long a listener waits, all of it real time.
const (
	readHeaderTimeout = 10 * time.Second
	requestTimeout    = 30 * time.Second // to read one request; net/http lifts it once that has been read
	idleTimeout       = 2 * time.Minute
	drainTimeout      = 20 * time.Second // for requests under way when the process ends
)

// Listen opens a TCP listener. Its error is one sentence that names the variable and the address.
func Listen(variable, addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s: the address %s is taken by another program", variable, addr)
	case err != nil:
		return nil, fmt.Errorf("%s: cannot listen on %s: %w", variable, addr, err)
	}
	return l, nil
}

// Serve answers requests on l until ctx ends; then it accepts no more, lets the requests under way finish for at most 20
// seconds, and returns. A request's context does not end with ctx: what has begun is finished.
func Serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	server := newServer(h, log)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		server.Close()
		return fmt.Errorf("serve %s: requests were cut off: %w", l.Addr(), err)
	}
	return nil
}

func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       requestTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
