package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"reengage/config"
)

// parse reads the configuration as a process does, from these variables alone.
func parse(t *testing.T, env map[string]string, args ...string) (config.Config, error) {
	t.Helper()
	for i := range reflect.TypeFor[config.Config]().NumField() {
		variable := reflect.TypeFor[config.Config]().Field(i).Tag.Get("env")
		if value, ok := env[variable]; ok {
			t.Setenv(variable, value)
		} else {
			t.Setenv(variable, "") // restored after the test, also when we unset it
			unset(t, variable)
		}
	}
	var command struct {
		Config config.Config `embed:""`
	}
	parser, err := kong.New(&command)
	require.NoError(t, err)
	_, err = parser.Parse(args)
	return command.Config, err
}

const database = "postgres://app:pass-word@db.example:5432/reengage"

func TestDefaultsNeedOnlyADatabase(t *testing.T) {
	c, err := parse(t, map[string]string{"DATABASE_URL": database})
	require.NoError(t, err)
	require.Equal(t, config.Config{
		DatabaseURL: database, HTTPAddr: "127.0.0.1:8080", OpsAddr: "127.0.0.1:9090",
		APIURL: "https://graph.facebook.com", EntryPointHours: 72, TemplateLimit: 250, EntryPoints: []string{"ad"}, TimeScale: 1,
		UnknownAfter: 5 * time.Minute, SendMargin: 15 * time.Second, ConsoleURL: "http://127.0.0.1:8080",
	}, c)
}

func TestFlagsWinOverVariables(t *testing.T) {
	c, err := parse(t, map[string]string{"DATABASE_URL": database, "REENGAGE_HTTP_ADDR": "127.0.0.1:1"},
		"--http-addr", "127.0.0.1:2")
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:2", c.HTTPAddr)
}

func TestListsAreCommaSeparated(t *testing.T) {
	c, err := parse(t, map[string]string{"DATABASE_URL": database, "REENGAGE_API_KEYS": "one,two,"})
	require.NoError(t, err)
	require.Equal(t, []string{"one", "two"}, config.Reveal(c.APIKeys))
}

func TestValidateNamesTheVariable(t *testing.T) {
	secret := "whsec_c2VjcmV0LWtleQ=="
	tests := []struct {
		name string
		env  map[string]string
		want string
	}{
		{"no database", map[string]string{"DATABASE_URL": ""}, "DATABASE_URL is not set"},
		{"gateway's address", map[string]string{"REENGAGE_HTTP_ADDR": "8080"}, "REENGAGE_HTTP_ADDR"},
		{"ops address", map[string]string{"REENGAGE_OPS_ADDR": "localhost"}, "REENGAGE_OPS_ADDR"},
		{"API's address", map[string]string{"WHATSAPP_API_URL": "graph.facebook.com"}, "WHATSAPP_API_URL"},
		{"receiver's address", map[string]string{"REENGAGE_NOTIFY_URL": "ftp://h"}, "REENGAGE_NOTIFY_URL"},
		{"Temporal UI", map[string]string{"TEMPORAL_UI_URL": "http://"}, "TEMPORAL_UI_URL"},
		{"console", map[string]string{"REENGAGE_CONSOLE_URL": "support.example.com"}, "REENGAGE_CONSOLE_URL"},
		{"console below a path", map[string]string{"REENGAGE_CONSOLE_URL": "https://example.com/support"}, "REENGAGE_CONSOLE_URL"},
		{"proxies", map[string]string{"REENGAGE_TRUSTED_PROXIES": "10.0.0.0/8,proxy"}, "REENGAGE_TRUSTED_PROXIES"},
		{"unsigned notifications", map[string]string{"REENGAGE_NOTIFY_URL": "http://h"}, "REENGAGE_NOTIFY_SECRET is not set"},
		{"unusable secret", map[string]string{"REENGAGE_NOTIFY_URL": "http://h", "REENGAGE_NOTIFY_SECRET": "c2VjcmV0LWtleQ=="}, "REENGAGE_NOTIFY_SECRET is not a"},
		{"secret without a key", map[string]string{"REENGAGE_NOTIFY_URL": "http://h", "REENGAGE_NOTIFY_SECRET": "whsec_"}, "REENGAGE_NOTIFY_SECRET is not a"},
		{"signed notifications", map[string]string{"REENGAGE_NOTIFY_URL": "http://h", "REENGAGE_NOTIFY_SECRET": secret}, ""},
		{"no wait for a status", map[string]string{"REENGAGE_UNKNOWN_AFTER": "0s"}, "REENGAGE_UNKNOWN_AFTER"},
		{"a status is waited for as long as a window", map[string]string{"REENGAGE_UNKNOWN_AFTER": "25h"}, "REENGAGE_UNKNOWN_AFTER"},
		{"no margin", map[string]string{"REENGAGE_SEND_MARGIN": "-1s"}, "REENGAGE_SEND_MARGIN"},
		{"a margin that eats the window", map[string]string{"REENGAGE_SEND_MARGIN": "2h"}, "REENGAGE_SEND_MARGIN"},
		{"no templates", map[string]string{"REENGAGE_TEMPLATE_LIMIT": "0"}, "REENGAGE_TEMPLATE_LIMIT"},
		{"clock stands still", map[string]string{"REENGAGE_TIME_SCALE": "0"}, "REENGAGE_TIME_SCALE"},
		{"clock runs backwards", map[string]string{"REENGAGE_TIME_SCALE": "-1"}, "REENGAGE_TIME_SCALE"},
		{"clock is no number", map[string]string{"REENGAGE_TIME_SCALE": "NaN"}, "REENGAGE_TIME_SCALE"},
		{"virtual clock with Meta's default API", map[string]string{"REENGAGE_TIME_SCALE": "1440"}, "REENGAGE_TIME_SCALE"},
		{"virtual clock with Meta's API at a version", map[string]string{"REENGAGE_TIME_SCALE": "2", "WHATSAPP_API_URL": "https://GRAPH.facebook.com:443/v24.0"}, "REENGAGE_TIME_SCALE"},
		{"virtual clock with a simulator", map[string]string{"REENGAGE_TIME_SCALE": "1440", "WHATSAPP_API_URL": "http://127.0.0.1:9"}, ""},
		{"a name that only ends like Meta's", map[string]string{"REENGAGE_TIME_SCALE": "2", "WHATSAPP_API_URL": "http://notfacebook.com"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			env := map[string]string{"DATABASE_URL": database}
			for variable, value := range tt.env {
				env[variable] = value
			}
			_, err := parse(t, env)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "\n", "one sentence")
		})
	}
}

func TestSecretsAreOnlyEverShownAsSet(t *testing.T) {
	c, err := parse(t, map[string]string{
		"DATABASE_URL": database, "REENGAGE_API_KEYS": "pass-word,pass-word2", "WHATSAPP_APP_SECRETS": "pass-word",
		"WHATSAPP_VERIFY_TOKEN": "pass-word", "WHATSAPP_ACCESS_TOKEN": "pass-word",
		"REENGAGE_NOTIFY_URL": "https://u:pass-word@hooks.example/pass-word?k=pass-word", "REENGAGE_NOTIFY_SECRET": "whsec_pass+wordabc",
	})
	require.NoError(t, err)

	var line bytes.Buffer
	slog.New(slog.NewJSONHandler(&line, nil)).Info("starting", "config", c)
	asJSON, err := json.Marshal(c)
	require.NoError(t, err)
	for _, shown := range []string{line.String(), string(asJSON), fmt.Sprintf("%v %+v %s", c, c, c), fmt.Sprintf("%#v", c.DatabaseURL), fmt.Sprint(c.APIKeys)} {
		require.False(t, strings.Contains(shown, "pass-word") || strings.Contains(shown, "pass+word"), shown)
	}

	var logged struct{ Config map[string]string }
	require.NoError(t, json.Unmarshal(line.Bytes(), &logged))
	require.Equal(t, "set", logged.Config["DATABASE_URL"])
	require.Equal(t, "set (2)", logged.Config["REENGAGE_API_KEYS"])
	require.Equal(t, "https://hooks.example", logged.Config["REENGAGE_NOTIFY_URL"])
	require.Equal(t, "1", logged.Config["REENGAGE_TIME_SCALE"])
	require.Len(t, logged.Config, reflect.TypeFor[config.Config]().NumField())
}

func TestTemporalIsConfiguredByItsOwnVariables(t *testing.T) {
	t.Setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
	t.Setenv("TEMPORAL_NAMESPACE", "shop")
	options, err := config.Temporal(slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Equal(t, "temporal.example:7233", options.HostPort)
	require.Equal(t, "shop", options.Namespace)

	t.Setenv("TEMPORAL_PROFILE", "no-such-profile")
	_, err = config.Temporal(slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "TEMPORAL_")
}

func unset(t *testing.T, variable string) {
	t.Helper()
	require.NoError(t, os.Unsetenv(variable))
}
