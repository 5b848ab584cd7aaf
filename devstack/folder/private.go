package folder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// A PrivateFolder belongs to this process for as long as it lives.
type PrivateFolder struct {
	Path string
	lock *FileLock
}

// Private makes a folder `<base>/<name>-<random>` for this process alone. It first removes those of this name whose
// owners ended without removing them: a killed test leaves nothing behind for longer than until the next test.
func Private(ctx context.Context, base, name string) (*PrivateFolder, error) {
	// Without this lock, a folder that another process has made but not yet locked would look abandoned.
	guard, err := Lock(ctx, filepath.Join(base, name+".lock"))
	if err != nil {
		return nil, err
	}
	defer guard.Unlock()

	others, err := filepath.Glob(filepath.Join(base, name+"-*"))
	if err != nil {
		return nil, err
	}
	for _, other := range others {
		removeAbandoned(other)
	}

	path, err := os.MkdirTemp(base, name+"-")
	if err != nil {
		return nil, fmt.Errorf("make a private folder: %w", err)
	}
	if err := os.Chmod(path, 0o711); err != nil { // as Base
		return nil, fmt.Errorf("open the private folder: %w", err)
	}
	lock, err := TryLock(filepath.Join(path, "owner"))
	if err != nil {
		return nil, err
	}
	return &PrivateFolder{Path: path, lock: lock}, nil
}

// Remove deletes the folder with all that is in it. What a program that was stopped has started may outlive it by a moment and still
// write there; if it takes longer, the error is ENOTEMPTY, and the rest goes when the next folder of the name is made.
func (p *PrivateFolder) Remove() error {
	defer p.lock.Unlock()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := os.RemoveAll(p.Path)
		if !errors.Is(err, syscall.ENOTEMPTY) || time.Now().After(deadline) {
			return err
		}
	}
}

func removeAbandoned(path string) {
	lock, err := TryLock(filepath.Join(path, "owner"))
	if err != nil {
		return // its owner lives
	}
	defer lock.Unlock()
	// A server that was orphaned this instant may still write here; then the rest goes next time.
	_ = os.RemoveAll(path)
}
