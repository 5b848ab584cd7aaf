package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Config is what the processes of an installation need to know. The zero value is not usable: kong fills in the
// defaults, and calls Validate while it parses.
type Config struct {
	DatabaseURL     Secret        `name:"database-url" env:"DATABASE_URL" help:"Postgres, as postgres://user:password@host:port/name."`
	HTTPAddr        string        `name:"http-addr" env:"REENGAGE_HTTP_ADDR" default:"127.0.0.1:8080" help:"Where the gateway listens: webhooks and the API."`
	OpsAddr         string        `name:"ops-addr" env:"REENGAGE_OPS_ADDR" default:"127.0.0.1:9090" help:"Where /metrics, /healthz and /readyz listen."`
	APIKeys         []Secret      `name:"api-keys" env:"REENGAGE_API_KEYS" sep:"," help:"API keys, comma separated. Without any the API answers 401."`
	AppSecrets      []Secret      `name:"app-secrets" env:"WHATSAPP_APP_SECRETS" sep:"," help:"Secrets that webhooks may be signed with, comma separated. Without any webhooks are refused."`
	VerifyToken     Secret        `name:"verify-token" env:"WHATSAPP_VERIFY_TOKEN" help:"Token that Meta repeats when it verifies the webhook's address."`
	AccessToken     Secret        `name:"access-token" env:"WHATSAPP_ACCESS_TOKEN" help:"Token for Meta's Cloud API. Without it the provider refuses what is sent, and the number is paused."`
	APIURL          Address       `name:"whatsapp-api-url" env:"WHATSAPP_API_URL" default:"https://graph.facebook.com" help:"The Cloud API, with or without its version as path."`
	UnknownAfter    time.Duration `name:"unknown-after" env:"REENGAGE_UNKNOWN_AFTER" default:"5m" help:"How long a delivery status is waited for when nobody knows whether a message was sent, in real time."`
	SendMargin      time.Duration `name:"send-margin" env:"REENGAGE_SEND_MARGIN" default:"15s" help:"How far before the end of its window a free-form message must be on its way, on the virtual clock."`
	NotifyURL       Address       `name:"notify-url" env:"REENGAGE_NOTIFY_URL" help:"Where reminders and other notifications are posted. Without it none are."`
	NotifySecret    Secret        `name:"notify-secret" env:"REENGAGE_NOTIFY_SECRET" help:"Signs notifications as Standard Webhooks says: whsec_ and base64."`
	NotifyPrivate   bool          `name:"notify-allow-private" env:"REENGAGE_NOTIFY_ALLOW_PRIVATE" help:"Let notifications go to this machine or a private network. For development: it lets whoever sets the address reach what only this machine can."`
	EntryPointHours int           `name:"entry-point-hours" env:"REENGAGE_ENTRY_POINT_HOURS" default:"72" help:"How many hours a free entry point lasts, unless the provider states its end."`
	EntryPoints     []string      `name:"entry-points" env:"REENGAGE_ENTRY_POINTS" sep:"," default:"ad" help:"Kinds of referral, as Meta's source_type has them, that open a free entry point."`
	TemplateLimit   int           `name:"template-limit" env:"REENGAGE_TEMPLATE_LIMIT" default:"250" help:"How many templates a WhatsApp business account may have, as Meta counts them; people are warned at nine tenths. 250, or 6000 once the business is verified."`
	TimeScale       float64       `name:"time-scale" env:"REENGAGE_TIME_SCALE" default:"1" help:"How many times faster than real the virtual clock runs, for demos and tests."`
	TemporalUIURL   Address       `name:"temporal-ui-url" env:"TEMPORAL_UI_URL" help:"For links to a conversation's workflow."`
	ConsoleURL      Address       `name:"console-url" env:"REENGAGE_CONSOLE_URL" default:"http://127.0.0.1:8080" help:"Where browsers find the console, without a path. With https its cookies are for https alone."`
	ConsoleStories  bool          `name:"console-stories" env:"REENGAGE_CONSOLE_STORIES" help:"Show every state of the console's pages at /console/stories to anybody. For development."`
	TrustedProxies  []string      `name:"trusted-proxies" env:"REENGAGE_TRUSTED_PROXIES" sep:"," help:"Networks, such as 10.0.0.0/8, whose X-Forwarded-For says where a sign-in comes from. Without it all who come by one proxy count as one."`
}

// Database is what a verb that works on the database itself needs to know.
type Database struct {
	URL Secret `name:"database-url" env:"DATABASE_URL" help:"Postgres, as postgres://user:password@host:port/name."`
}

// Validate reports what is missing.
func (d Database) Validate() error {
	if d.URL == "" {
		return errNoDatabase
	}
	return nil
}

var errNoDatabase = errors.New("DATABASE_URL is not set: it must name a Postgres database, as postgres://user:password@host:port/name")

// Client is what a verb that talks to a gateway needs to know. Empty parts come from the development stack of this
// machine, if there is one.
type Client struct {
	URL    string `name:"url" env:"REENGAGE_URL" help:"The gateway. By default the development stack on this machine."`
	APIKey Secret `name:"api-key" env:"REENGAGE_API_KEY" help:"Key for the gateway's API. By default the development stack's."`
}

// Validate reports the first thing that cannot be meant, in a sentence that names the variable.
func (c Config) Validate() error {
	if c.DatabaseURL == "" {
		return errNoDatabase
	}
	for _, l := range []struct{ variable, addr string }{
		{"REENGAGE_HTTP_ADDR", c.HTTPAddr}, {"REENGAGE_OPS_ADDR", c.OpsAddr},
	} {
		if _, port, err := net.SplitHostPort(l.addr); err != nil || port == "" {
			return fmt.Errorf("%s is %q, which is not an address to listen on such as 127.0.0.1:8080", l.variable, l.addr)
		}
	}
	for _, a := range []struct {
		variable string
		Address
		optional bool
	}{
		{"WHATSAPP_API_URL", c.APIURL, false},
		{"REENGAGE_NOTIFY_URL", c.NotifyURL, true},
		{"TEMPORAL_UI_URL", c.TemporalUIURL, true},
		{"REENGAGE_CONSOLE_URL", c.ConsoleURL, true},
	} {
		if a.optional && a.Address == "" {
			continue
		}
		if err := a.validate(a.variable); err != nil {
			return err
		}
	}
	if err := c.validateConsole(); err != nil {
		return err
	}
	if err := c.validateNotify(); err != nil {
		return err
	}
	if c.EntryPointHours < 0 {
		return fmt.Errorf("REENGAGE_ENTRY_POINT_HOURS is %d, but hours cannot be negative", c.EntryPointHours)
	}
	if c.TemplateLimit < 1 {
		return fmt.Errorf("REENGAGE_TEMPLATE_LIMIT is %d, but every account may have a template", c.TemplateLimit)
	}
	if err := c.validateSending(); err != nil {
		return err
	}
	return c.validateClock()
}

// validateSending: a status takes seconds, so a wait of none would call every lost answer final; and a margin as long as the
// window would leave nothing of it.
func (c Config) validateSending() error {
	switch {
	case c.UnknownAfter < time.Second || c.UnknownAfter > 24*time.Hour:
		return fmt.Errorf("REENGAGE_UNKNOWN_AFTER is %s, but must be between 1s and 24h", c.UnknownAfter)
	case c.SendMargin < time.Second || c.SendMargin > time.Hour:
		return fmt.Errorf("REENGAGE_SEND_MARGIN is %s, but must be between 1s and 1h", c.SendMargin)
	}
	return nil
}

// validateConsole: the console's own links begin at /console, so nothing may stand before that.
func (c Config) validateConsole() error {
	if u, err := url.Parse(string(c.ConsoleURL)); err != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return errors.New("REENGAGE_CONSOLE_URL must be an address without a path, such as https://support.example.com")
	}
	_, err := c.Proxies()
	return err
}

// Proxies are the networks of REENGAGE_TRUSTED_PROXIES.
func (c Config) Proxies() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range c.TrustedProxies {
		p, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			return nil, errors.New("REENGAGE_TRUSTED_PROXIES must be networks such as 10.0.0.0/8, comma separated")
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

// validateNotify: an unsigned notification could be forged by anyone who knows the receiver's address.
func (c Config) validateNotify() error {
	if c.NotifyURL == "" {
		return nil
	}
	if c.NotifySecret == "" {
		return errors.New("REENGAGE_NOTIFY_SECRET is not set: notifications to REENGAGE_NOTIFY_URL must be signed")
	}
	text, prefixed := strings.CutPrefix(c.NotifySecret.Reveal(), "whsec_")
	if key, err := base64.StdEncoding.DecodeString(text); err != nil || len(key) == 0 || !prefixed {
		return errors.New("REENGAGE_NOTIFY_SECRET is not a Standard Webhooks secret: it must be whsec_ followed by base64")
	}
	return nil
}

// validateClock: at another speed deadlines are wrong for everyone outside, so no real contact may be reached.
func (c Config) validateClock() error {
	switch {
	case math.IsNaN(c.TimeScale) || math.IsInf(c.TimeScale, 0) || c.TimeScale <= 0:
		return fmt.Errorf("REENGAGE_TIME_SCALE is %v, but must be a number above 0", c.TimeScale)
	case c.TimeScale != 1 && c.APIURL.isMeta():
		return fmt.Errorf("REENGAGE_TIME_SCALE is %v while WHATSAPP_API_URL is Meta's own: "+
			"a virtual clock is for demos and tests against a simulator", c.TimeScale)
	}
	return nil
}
