package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"reengage/devstack/process"
)

// oldestMajor is the oldest version that is used where found. Debian 12 has 15, and sqlc and the tests ran on that.
const oldestMajor = 15

// versionedFolders are where distributions keep the programs of one major version, outside of PATH.
var versionedFolders = []string{
	"/usr/lib/postgresql/*/bin",         // Debian, Ubuntu
	"/usr/pgsql-*/bin",                  // PostgreSQL's own packages for Red Hat and its relatives
	"/usr/libexec/postgresql*",          // Alpine
	"/opt/homebrew/opt/postgresql*/bin", // Homebrew
	"/usr/local/opt/postgresql*/bin",    // Homebrew on Intel
	"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	"/usr/local/pgsql/bin", // built from source
}

// ErrNotFound: this machine has no PostgreSQL that we could run.
var ErrNotFound = errors.New("no PostgreSQL found")

// account under which the server runs; nil if we are not root.
func account() (*process.Account, error) { return process.Unprivileged("postgres") }

// Ensure returns the folder with the programs initdb and postgres. It installs or fetches them if the machine has none,
// and says so in the log first, because that takes a while. Its error is one sentence that says what to install.
func Ensure(ctx context.Context, log *slog.Logger) (binDir string, err error) {
	binDir, err = Find(ctx)
	if !errors.Is(err, ErrNotFound) {
		return binDir, err
	}
	var failure error
	if os.Geteuid() == 0 {
		failure = distributions.Install(ctx, log)
		if failure == nil {
			binDir, failure = Find(ctx)
		}
	} else {
		binDir, failure = fetchEmbedded(ctx, log)
	}
	if failure != nil {
		return "", fmt.Errorf("PostgreSQL is needed: install version %d or newer, server included (Debian and Ubuntu: apt-get install postgresql; Homebrew: brew install postgresql), since getting it automatically failed: %w", oldestMajor, failure)
	}
	return binDir, nil
}

// Find returns the folder with the programs of a PostgreSQL that is on this machine already, or ErrNotFound.
func Find(ctx context.Context) (binDir string, err error) {
	account, err := account()
	if err != nil {
		return "", err
	}
	for _, candidate := range candidates() {
		if usable(ctx, candidate, account) {
			return candidate, nil
		}
	}
	return "", ErrNotFound
}

// candidates are the folders to look into: PATH first, then the versioned ones, the newest first.
func candidates() []string {
	var found []string
	// A package may put links for single programs into PATH; initdb needs to find postgres beside itself.
	for _, program := range []string{"initdb", "postgres"} {
		if path, err := exec.LookPath(program); err == nil {
			if path, err = filepath.EvalSymlinks(path); err == nil {
				found = append(found, filepath.Dir(path))
			}
		}
	}
	var versioned []string
	for _, pattern := range versionedFolders {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			panic(err) // only a malformed pattern of ours
		}
		versioned = append(versioned, matches...)
	}
	slices.SortStableFunc(versioned, func(a, b string) int { return cmp.Compare(majorIn(b), majorIn(a)) })
	return append(found, versioned...)
}

var digits = regexp.MustCompile(`\d+`)

// majorOf is the first number in what a server says of its version, 0 if there is none.
func majorOf(version string) int {
	major, err := strconv.Atoi(digits.FindString(version))
	if err != nil {
		return 0
	}
	return major
}

// majorIn is the last number in the path of a versioned folder, 0 if there is none.
func majorIn(binDir string) int {
	numbers := digits.FindAllString(binDir, -1)
	if len(numbers) == 0 {
		return 0
	}
	return majorOf(numbers[len(numbers)-1])
}

func usable(ctx context.Context, binDir string, account *process.Account) bool {
	if !filepath.IsAbs(binDir) {
		return false
	}
	for _, program := range []string{"initdb", "postgres"} {
		path := filepath.Join(binDir, program)
		if _, err := os.Stat(path); err != nil {
			return false
		}
		if blocked, err := account.Unreachable(path); err != nil || blocked != "" {
			return false
		}
	}
	version, err := version(ctx, binDir)
	return err == nil && majorOf(version) >= oldestMajor
}

// version is what the server says of itself: `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
func version(ctx context.Context, binDir string) (string, error) {
	out, err := exec.CommandContext(ctx, filepath.Join(binDir, "postgres"), "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask %s for its version: %w", binDir, err)
	}
	return string(out), nil
}
