package postgres

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/devstack/process"
)

func TestFindFollowsLinksSoThatInitdbStandsBesidePostgres(t *testing.T) {
	real, err := Find(t.Context())
	require.NoError(t, err)
	links := t.TempDir()
	require.NoError(t, os.Symlink(filepath.Join(real, "initdb"), filepath.Join(links, "initdb")))
	t.Setenv("PATH", links)

	found, err := Find(t.Context())
	require.NoError(t, err)
	require.Equal(t, real, found)
}

func TestFindSaysThatThereIsNone(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	defer func(before []string) { versionedFolders = before }(versionedFolders)
	versionedFolders = []string{filepath.Join(t.TempDir(), "*", "bin")}
	_, err := Find(t.Context())
	require.ErrorIs(t, err, ErrNotFound)
}

// distribution makes a folder per version with programs that only know their version.
func distribution(t *testing.T, versions ...string) (pattern string) {
	t.Helper()
	root, err := os.MkdirTemp("/var/tmp", "reengage-find-test-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(root)) })
	for _, version := range versions {
		bin := filepath.Join(root, version, "bin")
		require.NoError(t, os.MkdirAll(bin, 0o755))
		for _, program := range []string{"initdb", "postgres"} {
			script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + ".4'\n"
			require.NoError(t, os.WriteFile(filepath.Join(bin, program), []byte(script), 0o755))
		}
	}
	require.NoError(t, os.Chmod(root, 0o711))
	return filepath.Join(root, "*", "bin")
}

func TestFindTakesTheNewestOfTheDistributionAndNoneTooOld(t *testing.T) {
	t.Setenv("PATH", "/bin") // the scripts need echo's shell, and no Postgres is there
	defer func(before []string) { versionedFolders = before }(versionedFolders)

	// By number, not by letter: 9 is older than 16.
	versionedFolders = []string{distribution(t, "9", "16", "15")}
	found, err := Find(t.Context())
	require.NoError(t, err)
	require.Equal(t, "16", filepath.Base(filepath.Dir(found)))

	versionedFolders = []string{distribution(t, "9", "14")}
	_, err = Find(t.Context())
	require.ErrorIs(t, err, ErrNotFound)
}

func TestFolderThatTheServersAccountCannotEnterIsRefusedInOneSentence(t *testing.T) {
	closed := t.TempDir()
	require.NoError(t, os.Chmod(closed, 0o700))
	stranger := &process.Account{Name: "stranger", UID: 4000000001, GID: 4000000001}
	blocked, err := stranger.Unreachable(closed)
	require.NoError(t, err)
	require.NotEmpty(t, blocked)
	require.EqualError(t, checkReachable(filepath.Join(closed, "data"), stranger),
		"PostgreSQL refuses to run as root and the account stranger cannot enter "+blocked+": choose a folder for the data (REENGAGE_DEV_DIR) that it can enter, for instance below /var/tmp")
}
