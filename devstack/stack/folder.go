package stack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"reengage/devstack/folder"
	"reengage/devstack/ready"
)

// lockFile is held by the stack that uses a folder.
const lockFile = "stack.lock"

// ErrRuns is returned for a folder that a running stack uses.
var ErrRuns = errors.New("a stack is running in this folder; stop it first, or choose another with REENGAGE_DEV_DIR")

// take makes the folder and takes its lock.
func take(dir string) (*folder.FileLock, error) {
	// Enterable by everybody: Postgres runs under another account than root and has a folder of its own in here.
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return nil, fmt.Errorf("make the stack's folder: %w", err)
	}
	lock, err := folder.TryLock(filepath.Join(dir, lockFile))
	if errors.Is(err, folder.ErrLocked) {
		return nil, ErrRuns
	}
	return lock, err
}

// Forget removes a stack's data, and nothing else that may lie in the folder. ErrRuns if the stack is running.
func Forget(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	lock, err := take(dir)
	if err != nil {
		return err
	}
	defer lock.Unlock()
	if err := ready.Remove(dir); err != nil {
		return err
	}
	for _, name := range []string{"postgres", "temporal", "worker.log", "gateway.log", lockFile} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("forget the stack's data: %w", err)
		}
	}
	_ = os.Remove(dir) // only if nothing of somebody else's is left in it
	return nil
}
