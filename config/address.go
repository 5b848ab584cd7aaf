package config

import (
	"fmt"
	"log/slog"
	"net/url"
	"strings"
)

// Address is the URL of another system. It is shown without user, path and query, where people put keys.
type Address string

// String returns scheme and host.
func (a Address) String() string {
	u, err := url.Parse(string(a))
	if a == "" || err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// LogValue shows what String does.
func (a Address) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalText writes what String does.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// validate reports an address that nobody could be reached at, without repeating it.
func (a Address) validate(variable string) error {
	u, err := url.Parse(string(a))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("%s is not an http or https address such as https://example.com/path", variable)
	}
	return nil
}

// isMeta says whether the address is Meta's own, where a message reaches real people and costs real money.
func (a Address) isMeta() bool {
	u, err := url.Parse(string(a))
	if err != nil {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	for _, own := range []string{"facebook.com", "whatsapp.com", "fbcdn.net"} {
		if host == own || strings.HasSuffix(host, "."+own) {
			return true
		}
	}
	return false
}
