package temporal

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/devstack/folder"
)

var silent = slog.New(slog.DiscardHandler)

func TestEnsurePrefersAProgramInPATHThatRuns(t *testing.T) {
	bin := t.TempDir()
	program := filepath.Join(bin, "temporal")
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))

	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\nexit 0\n"), 0o755))
	path, err := Ensure(t.Context(), silent)
	require.NoError(t, err)
	require.Equal(t, program, path)

	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\nexit 1\n"), 0o755))
	path, err = Ensure(t.Context(), silent)
	require.NoError(t, err)
	require.NotEqual(t, program, path)
}

func TestBuiltProgramKnowsTheVersionThatToolsPin(t *testing.T) {
	checkout, err := folder.Checkout()
	require.NoError(t, err)
	path, err := build(t.Context(), silent, checkout)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(checkout, "bin", "temporal"), path)
	wanted, err := pinned(filepath.Join(checkout, "tools", "go.mod"))
	require.NoError(t, err)
	require.Equal(t, wanted, builtFrom(path))
}

func TestProgramOfAnotherVersionIsBuiltAnew(t *testing.T) {
	checkout := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(checkout, "tools"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(checkout, "bin"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(checkout, "tools", "go.mod"),
		[]byte("module example.com/tools\n\ngo 1.26\n\nrequire github.com/temporalio/cli v99.0.0\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(checkout, "bin", "temporal"), []byte("of unknown origin"), 0o755))
	t.Setenv("GOPROXY", "off") // the build must be tried, and cannot succeed

	_, err := build(t.Context(), silent, checkout)
	require.ErrorContains(t, err, "the Temporal CLI is needed: put the program temporal into PATH")
	require.Equal(t, 1, len(strings.Split(err.Error(), "\n")), "one sentence")
	require.FileExists(t, filepath.Join(checkout, "bin", "temporal"), "a failed build takes nothing away")
}

func TestPinnedReadsBothFormsOfRequire(t *testing.T) {
	for name, text := range map[string]string{
		"single": "module m\nrequire github.com/temporalio/cli v1.2.3\n",
		"block":  "module m\nrequire (\n\tgithub.com/temporalio/cliff v0.1.0\n\tgithub.com/temporalio/cli v1.2.3 // indirect\n)\n",
	} {
		t.Run(name, func(t *testing.T) {
			goMod := filepath.Join(t.TempDir(), "go.mod")
			require.NoError(t, os.WriteFile(goMod, []byte(text), 0o644))
			version, err := pinned(goMod)
			require.NoError(t, err)
			require.Equal(t, "v1.2.3", version)
		})
	}
}
