package bench

import (
	"fmt"
	"net"
	"net/http"
)

// server answers on 127.0.0.1, and has a client that keeps its connections.
type server struct {
	client *http.Client
	http   *http.Server
	url    string
}

func startServer(handler http.Handler, connections int) (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &server{http: &http.Server{Handler: handler}, url: "http://" + listener.Addr().String(),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}}
	go func() { _ = s.http.Serve(listener) }() // it ends with close
	return s, nil
}

func (s *server) close() error {
	s.client.CloseIdleConnections()
	return s.http.Close()
}
