package chromium_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"reengage/devstack/chromium"
)

// The test starts itself as another process that owns a Chromium: see TestItEndsWhenItsParentIsKilled.
const parent = "REENGAGE_TEST_CHROMIUM_PARENT"

func TestMain(m *testing.M) {
	if os.Getenv(parent) == "" {
		m.Run()
		return
	}
	c, err := chromium.Start(context.Background(), slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Println("error", err)
		return
	}
	fmt.Println(c.URL)
	select {} // until killed
}

// answers says whether somebody speaks the DevTools protocol at its URL.
func answers(url string) bool {
	address, _, _ := strings.Cut(strings.TrimPrefix(url, "ws://"), "/")
	response, err := http.Get("http://" + address + "/json/version")
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func TestItRunsUntilItIsStopped(t *testing.T) {
	c, err := chromium.Start(t.Context(), slog.Default())
	require.NoError(t, err)
	require.True(t, answers(c.URL))
	require.NoError(t, c.Stop())
	require.False(t, answers(c.URL))
}

func TestItEndsWhenItsParentIsKilled(t *testing.T) {
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), parent+"=yes")
	owner.Stderr = os.Stderr
	out, err := owner.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, owner.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan())
	url := lines.Text()
	require.True(t, answers(url), url)

	require.NoError(t, owner.Process.Kill())
	require.Error(t, owner.Wait())
	require.Eventually(t, func() bool { return !answers(url) }, time.Minute, 20*time.Millisecond)
}

// program puts a script into a folder that is then the only one in PATH.
func program(t *testing.T, name, status string) string {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, name)
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\nexit "+status+"\n"), 0o755))
	t.Setenv("PATH", folder)
	t.Setenv("CHROMIUM", "")
	return path
}

func TestFindTakesTheOneThatIsNamed(t *testing.T) {
	path := program(t, "of-my-own", "0")
	t.Setenv("CHROMIUM", path)
	found, err := chromium.Find(t.Context())
	require.NoError(t, err)
	require.Equal(t, path, found)
}

func TestOneThatIsNamedAndDoesNotRunIsAMistake(t *testing.T) {
	path := program(t, "chromium", "1")
	t.Setenv("CHROMIUM", path)
	_, err := chromium.Find(t.Context())
	require.EqualError(t, err, "CHROMIUM names "+path+", which does not run")
}

func TestFindTakesWhatEveryDistributionCallsIt(t *testing.T) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		path := program(t, name, "0")
		found, err := chromium.Find(t.Context())
		require.NoError(t, err)
		require.Equal(t, path, found)
	}
}

func TestAScriptThatOnlySaysWhereToGetItIsNone(t *testing.T) {
	program(t, "chromium-browser", "1")
	_, err := chromium.Find(t.Context())
	require.ErrorIs(t, err, chromium.ErrNotFound)
}

func TestAMachineWithoutOneIsToldInOneSentenceWhatToInstall(t *testing.T) {
	program(t, "unrelated", "0") // and no package manager either
	_, err := chromium.Ensure(t.Context(), slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "install the package chromium (Debian: apt-get install chromium")
}

func TestAMachineWithoutOneGetsTheDistributionsPackageIfWeAreRoot(t *testing.T) {
	apt := program(t, "apt-get", "0")
	installed := filepath.Join(filepath.Dir(apt), "chromium")
	script := "#!/bin/sh\ncase \"$*\" in *install*chromium) echo '#!/bin/sh' >" + installed + "; /bin/chmod +x " + installed + ";; esac\n"
	require.NoError(t, os.WriteFile(apt, []byte(script), 0o755))

	path, err := chromium.Ensure(t.Context(), slog.New(slog.DiscardHandler))
	if os.Geteuid() != 0 {
		require.ErrorContains(t, err, "only root may install it")
		return
	}
	require.NoError(t, err)
	require.Equal(t, installed, path)
}
