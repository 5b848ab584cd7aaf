package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// Account is an account of this machine without special rights.
type Account struct {
	Name     string
	UID, GID uint32
}

// Unprivileged is the account for programs that refuse to run as root: nil if we are not root, else the first of the
// preferred names that exists, else `nobody`.
func Unprivileged(preferred ...string) (*Account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range append(preferred, "nobody") {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(found.Uid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", name, err)
		}
		gid, err := strconv.ParseUint(found.Gid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", name, err)
		}
		return &Account{Name: name, UID: uint32(uid), GID: uint32(gid)}, nil
	}
	return nil, errors.New("we are root and find no unprivileged account to run under: create one called nobody")
}

// Own hands a file or folder over to the account. A nil account is our own, and has it already.
func (a *Account) Own(path string) error {
	if a == nil {
		return nil
	}
	return os.Lchown(path, int(a.UID), int(a.GID))
}

// Unreachable returns the outermost folder on the way to path that the account cannot enter, or "" if it can enter all.
// A checkout below a folder of mode 0700 is the usual case: root walks in, the account that a program runs under does not.
// Parts of the path that do not exist are left out; they will be made by us.
func (a *Account) Unreachable(path string) (string, error) {
	if a == nil {
		return "", nil
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	var above []string // innermost first
	for folder := path; ; folder = filepath.Dir(folder) {
		above = append(above, folder)
		if folder == filepath.Dir(folder) {
			break
		}
	}
	for i := len(above) - 1; i >= 0; i-- {
		info, err := os.Stat(above[i])
		if errors.Is(err, fs.ErrNotExist) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		if !a.mayExecute(info) {
			return above[i], nil
		}
	}
	return "", nil
}

// mayExecute reports whether the account may enter the folder (or run the file).
func (a *Account) mayExecute(info fs.FileInfo) bool {
	mode := info.Mode().Perm()
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		switch {
		case owner.Uid == a.UID:
			return mode&0o100 != 0
		case owner.Gid == a.GID:
			return mode&0o010 != 0
		}
	}
	return mode&0o001 != 0
}

func (a *Account) credential() *syscall.Credential {
	if a == nil {
		return nil
	}
	return &syscall.Credential{Uid: a.UID, Gid: a.GID}
}
