package folder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// ErrLocked: another process holds the lock.
var ErrLocked = errors.New("locked by another process")

// A FileLock is held from Lock or TryLock until Unlock, or until the process that holds it ends.
type FileLock struct{ file *os.File }

// TryLock takes the lock on path, which it makes if need be, or returns ErrLocked at once.
func TryLock(path string) (*FileLock, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrLocked
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return &FileLock{file}, nil
}

// Lock takes the lock on path, waiting for whoever holds it. It asks again and again rather than in one blocking call,
// which no context could end.
func Lock(ctx context.Context, path string) (*FileLock, error) {
	for {
		lock, err := TryLock(path)
		if !errors.Is(err, ErrLocked) {
			return lock, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for %s: %w", path, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Unlock gives the lock back. The file stays: removing it would let two processes hold locks on two files of one name.
func (l *FileLock) Unlock() { l.file.Close() }
