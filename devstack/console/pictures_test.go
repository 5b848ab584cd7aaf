package console_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"reengage/devstack/console"
	"reengage/devstack/folder"
)

// mostBytes keeps README quick to open.
const mostBytes = 150_000

var shown = regexp.MustCompile(regexp.QuoteMeta(console.PicturesFolder) + `/([a-z0-9-]+)\.png`)

func TestEveryPictureOfTheREADMEIsThereAndHasAStory(t *testing.T) {
	root, err := folder.Checkout()
	require.NoError(t, err)
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	stories, err := console.Stories(console.StoryBook())
	require.NoError(t, err)
	made := map[string]bool{}
	for _, p := range console.Pictures {
		require.Contains(t, stories, p.Story, "make screenshots could not make %s", p.File)
		made[p.File] = true
	}
	named := shown.FindAllStringSubmatch(string(readme), -1)
	for _, n := range named {
		require.True(t, made[n[1]], "README shows %s, which make screenshots does not make", n[0])
		info, err := os.Stat(filepath.Join(root, n[0]))
		require.NoError(t, err, "make screenshots makes it")
		require.LessOrEqual(t, info.Size(), int64(mostBytes), n[0])
	}
	files, err := os.ReadDir(filepath.Join(root, console.PicturesFolder))
	require.NoError(t, err)
	for _, f := range files {
		require.True(t, made[strings.TrimSuffix(f.Name(), ".png")], "nothing makes %s any more", f.Name())
	}
}
