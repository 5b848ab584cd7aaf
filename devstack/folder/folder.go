package folder

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Checkout is the root of the module that we are built from: the folder with the go.mod of `reengage`, at or above the
// working folder.
func Checkout() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module reengage\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s is not inside a checkout of reengage: run this from within one", start)
		}
	}
}

// Base is the folder of this checkout and account below /var/tmp, made if need be.
//
// Other accounts may write to /var/tmp. A folder that one of them has put in our place is refused, since it could be used
// to replace our files.
func Base() (string, error) {
	checkout, err := Checkout()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(checkout + "\x00" + strconv.Itoa(os.Geteuid())))
	dir := filepath.Join("/var/tmp", "reengage-"+hex.EncodeToString(sum[:6]))
	// 0711: the account under which Postgres runs when we are root has to pass through, and needs to list nothing.
	if err := os.Mkdir(dir, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("make a folder for the stack's data: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("look at the stack's folder: %w", err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(owner.Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s is not ours: remove it, since another account has put it there", dir)
	}
	// The umask may have taken the right to pass through.
	if err := os.Chmod(dir, 0o711); err != nil {
		return "", fmt.Errorf("open the stack's folder: %w", err)
	}
	return dir, nil
}
