package console

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// named is where the program names a rule for people.
var named = regexp.MustCompile(`(?:Rule: |\brule = |\.Rule = |o\.rule.* = |refuse\(\w+, |charge\(.*, |chargeFor\(.*, )"([A-Za-z0-9_]+)"`)

func TestEveryRuleHasWords(t *testing.T) {
	found := map[string]bool{}
	root := os.DirFS("../..")
	for _, folder := range []string{"conversation", "tariff", "ledger", "sending", "workflows", "activities", "gateway/api"} {
		require.NoError(t, fs.WalkDir(root, folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := fs.ReadFile(root, path)
			for _, m := range named.FindAllSubmatch(text, -1) {
				found[string(m[1])] = true
				require.NotEmpty(t, ruleWords[string(m[1])], "%s: %s", path, m[1])
			}
			return err
		}))
	}
	for _, rule := range []string{"W1", "W5", "gate", "policy", "provider", "not_after", "Z4", "P4", "S3", "A3", "B1", "C1", "M1"} {
		require.True(t, found[rule], "it finds %s", rule)
	}
}
