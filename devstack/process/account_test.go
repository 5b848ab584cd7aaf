package process_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/devstack/process"
)

// stranger is an account that owns nothing and is in no group.
var stranger = &process.Account{Name: "stranger", UID: 4000000001, GID: 4000000001}

// openFolder is a folder that every account can enter.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "reengage-account-test-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o711))
	return dir
}

func TestUnreachableNamesTheOutermostClosedFolder(t *testing.T) {
	open := openFolder(t)
	closed := filepath.Join(open, "closed")
	require.NoError(t, os.MkdirAll(filepath.Join(closed, "below", "it"), 0o711))
	require.NoError(t, os.Chmod(closed, 0o700))

	blocked, err := stranger.Unreachable(filepath.Join(closed, "below", "it"))
	require.NoError(t, err)
	require.Equal(t, closed, blocked)
}

func TestUnreachableIsNothingWhereAllMayPass(t *testing.T) {
	blocked, err := stranger.Unreachable(openFolder(t))
	require.NoError(t, err)
	require.Empty(t, blocked)
}

func TestUnreachableLeavesOutWhatDoesNotExistYet(t *testing.T) {
	blocked, err := stranger.Unreachable(filepath.Join(openFolder(t), "new", "data"))
	require.NoError(t, err)
	require.Empty(t, blocked)
}

func TestOwnAccountReachesEverything(t *testing.T) {
	var own *process.Account
	blocked, err := own.Unreachable("/root/anything")
	require.NoError(t, err)
	require.Empty(t, blocked)
}

func TestUnprivilegedIsNeverRoot(t *testing.T) {
	account, err := process.Unprivileged("root-is-not-called-this")
	require.NoError(t, err)
	if os.Geteuid() != 0 {
		require.Nil(t, account)
		return
	}
	require.Equal(t, "nobody", account.Name)
	require.NotZero(t, account.UID)
}
