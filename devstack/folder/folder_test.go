package folder_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/devstack/folder"
)

// The test starts itself as another process that owns a private folder: see TestPrivateFolderOfAKilledOwnerIsRemoved.
const ownerBase = "REENGAGE_TEST_FOLDER_OWNER"

func TestMain(m *testing.M) {
	base := os.Getenv(ownerBase)
	if base == "" {
		m.Run()
		return
	}
	private, err := folder.Private(context.Background(), base, "mine")
	if err != nil {
		fmt.Println("error", err)
		return
	}
	fmt.Println(private.Path)
	select {} // until killed
}

func TestCheckoutIsFoundFromAnyFolderWithin(t *testing.T) {
	root, err := folder.Checkout()
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(root, "tools", "go.mod"))

	t.Chdir(filepath.Join(root, "tools")) // which has a go.mod of its own
	again, err := folder.Checkout()
	require.NoError(t, err)
	require.Equal(t, root, again)
}

func TestCheckoutSaysThatThereIsNone(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := folder.Checkout()
	require.ErrorContains(t, err, "is not inside a checkout of reengage")
}

func TestBaseIsTheSameForOneCheckout(t *testing.T) {
	one, err := folder.Base()
	require.NoError(t, err)
	two, err := folder.Base()
	require.NoError(t, err)
	require.Equal(t, one, two)
	require.DirExists(t, one)
}

func TestLockIsHeldByOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := folder.TryLock(path)
	require.NoError(t, err)
	_, err = folder.TryLock(path)
	require.ErrorIs(t, err, folder.ErrLocked)

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = folder.Lock(ctx, path)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	first.Unlock()
	second, err := folder.Lock(t.Context(), path)
	require.NoError(t, err)
	second.Unlock()
}

func TestPrivateFolderOfAKilledOwnerIsRemoved(t *testing.T) {
	base := t.TempDir()
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), ownerBase+"="+base)
	out, err := owner.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, owner.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan())
	theirs := lines.Text()
	require.DirExists(t, theirs)

	whileItLives, err := folder.Private(t.Context(), base, "mine")
	require.NoError(t, err)
	require.DirExists(t, theirs)

	require.NoError(t, owner.Process.Kill())
	require.Error(t, owner.Wait())
	afterwards, err := folder.Private(t.Context(), base, "mine")
	require.NoError(t, err)
	require.NoDirExists(t, theirs)
	require.DirExists(t, whileItLives.Path, "its owner lives")

	require.NoError(t, whileItLives.Remove())
	require.NoError(t, afterwards.Remove())
	require.NoDirExists(t, afterwards.Path)
}
