package cloudapi

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// version is the API's that this code was written against (whatsapp.md).
	version = "/v26.0"
	// DefaultTimeout bounds a whole call, unless its context ends earlier.
	DefaultTimeout = 30 * time.Second
	connectTimeout = 10 * time.Second // dial and TLS, each
	// idleTimeout is short on purpose: see doc.go.
	idleTimeout = 10 * time.Second
	maxIdle     = 100 // connections; a number sends 80 messages a second by default
)

// Options are what a Client is made of.
type Options struct {
	// BaseURL is `https://graph.facebook.com`, or with a version as path; the
	// version is appended if the path is empty.
	BaseURL     string
	AccessToken string
	// Timeout bounds a whole call; DefaultTimeout if zero.
	Timeout time.Duration
	// TLS replaces the default, for tests.
	TLS *tls.Config
	// Log hears of what has no answer that can be read; none if nil.
	Log *slog.Logger
}

// Client talks to the Cloud API. Its methods may be called from several
// goroutines.
type Client struct {
	base    string
	token   string
	timeout time.Duration
	http    *http.Client
	log     *slog.Logger
}

// New makes a Client. It reaches nothing yet.
func New(o Options) (*Client, error) {
	u, err := url.Parse(o.BaseURL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("the Cloud API's address is not one such as https://graph.facebook.com")
	}
	if strings.ContainsFunc(o.AccessToken, unprintable) {
		return nil, errors.New("the access token has characters that no token has")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	if u.Path == "" {
		u.Path = version
	}
	c := &Client{base: u.String(), token: o.AccessToken, timeout: o.Timeout, log: o.Log}
	if c.timeout <= 0 {
		c.timeout = DefaultTimeout
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.http = &http.Client{Transport: newTransport(o.TLS), CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // a POST that is repeated elsewhere is a second message
	}}
	return c, nil
}

func newTransport(config *tls.Config) *http.Transport {
	var http1 http.Protocols
	http1.SetHTTP1(true)
	dialer := &net.Dialer{Timeout: connectTimeout, KeepAlive: 15 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           countedDial(dialer),
		TLSClientConfig:       config,
		TLSHandshakeTimeout:   connectTimeout,
		ResponseHeaderTimeout: DefaultTimeout,
		IdleConnTimeout:       idleTimeout,
		MaxIdleConns:          maxIdle,
		MaxIdleConnsPerHost:   maxIdle,
		DisableCompression:    true,
		Protocols:             &http1,
	}
}

// Close gives up idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }
