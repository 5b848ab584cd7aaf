package install_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/devstack/install"
)

// machine has nothing but programs of these names, which write down how they are called.
func machine(t *testing.T, status string, programs ...string) (calls func() string) {
	t.Helper()
	path := t.TempDir()
	log := filepath.Join(path, "calls")
	for _, name := range programs {
		script := "#!/bin/sh\necho " + name + ` "$@" "($DEBIAN_FRONTEND)" >>` + log + "\necho 'E: what went wrong' >&2\nexit " + status + "\n"
		require.NoError(t, os.WriteFile(filepath.Join(path, name), []byte(script), 0o755))
	}
	t.Setenv("PATH", path)
	return func() string {
		text, err := os.ReadFile(log)
		if err != nil {
			return ""
		}
		return string(text)
	}
}

func lamp(there bool) install.Program {
	return install.Program{Name: "Lamp", Apt: "lamp", Dnf: "lamp-dnf", Apk: "lamp-apk", There: func(context.Context) bool { return there }}
}

func TestTheDistributionsPackageIsInstalledWithoutAsking(t *testing.T) {
	for programs, want := range map[[2]string]string{
		{"apt-get", "dnf"}: "apt-get update -q (noninteractive)\n" +
			"apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold lamp (noninteractive)\n",
		{"dnf", "apk"}: "dnf install -y lamp-dnf (noninteractive)\n",
		{"apk", "sh"}:  "apk add --no-cache lamp-apk (noninteractive)\n",
	} {
		t.Run(programs[0], func(t *testing.T) {
			calls := machine(t, "0", programs[:]...)
			require.NoError(t, lamp(false).Install(t.Context(), slog.New(slog.DiscardHandler)))
			require.Equal(t, want, calls())
		})
	}
}

func TestWhatAnotherProcessHasInstalledMeanwhileIsNotInstalledAgain(t *testing.T) {
	calls := machine(t, "0", "apt-get")
	require.NoError(t, lamp(true).Install(t.Context(), slog.New(slog.DiscardHandler)))
	require.Empty(t, calls())
}

func TestWhatIsDoneBeforeAnInstallationIsUndoneAfterIt(t *testing.T) {
	machine(t, "1", "apt-get")
	program := lamp(false)
	var done []string
	program.Before = func() (func(), error) {
		done = append(done, "before")
		return func() { done = append(done, "undone") }, nil
	}
	require.ErrorContains(t, program.Install(t.Context(), slog.New(slog.DiscardHandler)), "E: what went wrong")
	require.Equal(t, []string{"before", "undone"}, done)
}

func TestAMachineWithoutAPackageManagerIsTold(t *testing.T) {
	machine(t, "0")
	require.EqualError(t, lamp(false).Install(t.Context(), slog.New(slog.DiscardHandler)), "none of apt-get, dnf and apk is on this machine")
}
