package ready_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/devstack/ready"
)

var stack = ready.Ready{
	API: "http://127.0.0.1:8080", Ops: "http://127.0.0.1:9090", Temporal: "127.0.0.1:7233", TemporalUI: "http://127.0.0.1:8233",
	Database: "postgres://127.0.0.1/reengage", Simulator: "http://127.0.0.1:8090", APIKey: "k", AppSecret: "s", VerifyToken: "v",
	BusinessNumber: "106540352242922",
	Clock:          clock.Clock{Anchor: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), Wall: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Scale: 60},
}

func TestTheLineIsExactlyTheContracts(t *testing.T) {
	text, found := strings.CutPrefix(stack.Line(), "ready ")
	require.True(t, found)
	require.Equal(t, `{"api":"http://127.0.0.1:8080","ops":"http://127.0.0.1:9090","console":null,"console_login":null,`+
		`"temporal":"127.0.0.1:7233","temporal_ui":"http://127.0.0.1:8233","database":"postgres://127.0.0.1/reengage",`+
		`"simulator":"http://127.0.0.1:8090","api_key":"k","app_secret":"s","verify_token":"v","business_number":"106540352242922",`+
		`"clock":{"anchor":"2026-11-20T00:00:00Z","wall":"2026-11-21T00:00:00Z","scale":60},"worker_ops":""}`, text)
}

func TestWhatIsWrittenIsReadAndOnlyByItsAccount(t *testing.T) {
	dir := t.TempDir()
	_, err := ready.Read(dir)
	require.ErrorIs(t, err, ready.ErrNone)
	require.NoError(t, ready.Remove(dir), "nothing to take back")

	require.NoError(t, ready.Write(dir, ready.Ready{API: "http://before"}))
	require.NoError(t, ready.Write(dir, stack))
	read, err := ready.Read(dir)
	require.NoError(t, err)
	require.Equal(t, stack, read)
	info, err := os.Stat(filepath.Join(dir, "ready.json"))
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1)

	var line map[string]any
	text, err := os.ReadFile(filepath.Join(dir, "ready.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &line), "the same JSON as the line's")
	require.Len(t, line, 14)

	require.NoError(t, ready.Remove(dir))
	_, err = ready.Read(dir)
	require.ErrorIs(t, err, ready.ErrNone)
}

func TestTheFolderCanBeMoved(t *testing.T) {
	t.Setenv("REENGAGE_DEV_DIR", "/elsewhere/dev")
	dir, err := ready.Dir()
	require.NoError(t, err)
	require.Equal(t, "/elsewhere/dev", dir)

	t.Setenv("REENGAGE_DEV_DIR", "")
	dir, err = ready.Dir()
	require.NoError(t, err)
	require.Regexp(t, `^/var/tmp/reengage-[0-9a-f]+/dev$`, dir)
}
