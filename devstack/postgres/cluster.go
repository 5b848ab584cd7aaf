package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"reengage/devstack/folder"
	"reengage/devstack/process"
)

// cluster is a folder with a database cluster and its superuser's password.
type cluster struct {
	dir     string
	binDir  string
	account *process.Account
}

func (c cluster) data() string         { return filepath.Join(c.dir, "data") }
func (c cluster) passwordFile() string { return filepath.Join(c.dir, "password") }

// exists reports whether there is a cluster, and refuses one that another major version has made.
func (c cluster) exists(ctx context.Context) (bool, error) {
	made, err := os.ReadFile(filepath.Join(c.data(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	running, err := version(ctx, c.binDir)
	if err != nil {
		return false, err
	}
	if majorOf(string(made)) != majorOf(running) {
		return false, fmt.Errorf("the data in %s were made by PostgreSQL %d and this machine's is %d: remove that folder (for the development stack: make dev-reset) or put that version into PATH", c.data(), majorOf(string(made)), majorOf(running))
	}
	return true, nil
}

func (c cluster) password() (string, error) {
	text, err := os.ReadFile(c.passwordFile())
	if err != nil {
		return "", fmt.Errorf("read the database's password: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// create makes a new cluster with initdb.
func (c cluster) create(ctx context.Context, durable bool) error {
	if err := c.writePassword(rand.Text()); err != nil {
		return err
	}
	// Beside its final place first: a cluster that is cut short must not be taken for a whole one.
	half := c.data() + ".new"
	if err := os.RemoveAll(half); err != nil {
		return err
	}
	if err := os.Mkdir(half, 0o700); err != nil {
		return err
	}
	if err := c.account.Own(half); err != nil {
		return err
	}
	args := []string{"-D", half, "-U", superuser, "--auth=scram-sha-256", "--pwfile=" + c.passwordFile(),
		"--encoding=UTF8", "--locale=" + locale()}
	if !durable {
		args = append(args, "--no-sync")
	}
	err := process.Run(ctx, process.Command{
		Name: "initdb", Path: filepath.Join(c.binDir, "initdb"), Args: args,
		Dir: half, Env: environment(), LogFile: filepath.Join(c.dir, "initdb.log"),
		Account: c.account, StopSignal: syscall.SIGTERM, DeathSignal: syscall.SIGKILL,
	})
	if err != nil {
		return fmt.Errorf("make a new database cluster: %w", err)
	}
	return os.Rename(half, c.data())
}

func (c cluster) writePassword(password string) error {
	if err := os.WriteFile(c.passwordFile(), []byte(password+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the database's password: %w", err)
	}
	return c.account.Own(c.passwordFile()) // initdb reads it under that account
}

// copyFromCache fills the cluster with a copy of one that was made before and kept in the cache folder; initdb takes a
// second or more, a copy a tenth of that. One process makes the kept one, the others wait for it.
func (c cluster) copyFromCache(ctx context.Context, cache string) error {
	version, err := version(ctx, c.binDir)
	if err != nil {
		return err
	}
	name := strings.NewReplacer(" ", "-", "(", "", ")", "", "/", "-").Replace(strings.TrimSpace(version))
	kept := cluster{dir: filepath.Join(cache, "cluster-"+name), binDir: c.binDir, account: c.account}
	lock, err := folder.Lock(ctx, kept.dir+".lock")
	if err != nil {
		return err
	}
	defer lock.Unlock()
	made, err := kept.exists(ctx)
	if err != nil {
		return err
	}
	if !made {
		if err := makeEnterable(kept.dir); err != nil {
			return err
		}
		if err := kept.create(ctx, false); err != nil {
			return err
		}
	}
	password, err := kept.password()
	if err != nil {
		return err
	}
	if err := c.writePassword(password); err != nil {
		return err
	}
	if err := copyTree(kept.data(), c.data(), c.account); err != nil {
		return fmt.Errorf("copy a database cluster: %w", err)
	}
	return nil
}

// copyTree copies folders and regular files, the only things in a cluster that has never run.
func copyTree(from, to string, account *process.Account) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(path, from))
		if entry.IsDir() {
			err = os.Mkdir(target, 0o700)
		} else {
			err = copyFile(path, target)
		}
		if err != nil {
			return err
		}
		return account.Own(target)
	})
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		target.Close()
		return err
	}
	return target.Close()
}

// makeEnterable makes a folder, and those above it that are missing, so that the server's account can pass through whatever
// the umask; what lies in it has modes of its own. Folders that exist are left as they are.
func makeEnterable(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if err := makeEnterable(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o711); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the database's folder: %w", err)
	}
	return os.Chmod(dir, 0o711)
}

// locale in which texts are compared: by code point, but with upper and lower case for all letters, which plain C knows
// for ASCII alone. Names are searched without regard to case.
func locale() string {
	if runtime.GOOS == "darwin" {
		return "en_US.UTF-8"
	}
	return "C.UTF-8"
}

// environment is ours without what Postgres would take as settings from whoever calls us.
func environment() []string {
	var kept []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "PG") || strings.HasPrefix(name, "LC_") || name == "LANG" || name == "LANGUAGE" || name == "HOME" || name == "TMPDIR" {
			continue
		}
		kept = append(kept, variable)
	}
	return append(kept, "LC_ALL="+locale())
}
