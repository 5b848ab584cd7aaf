package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// codesOf are the codes that the sources of a folder can answer with: what is given to the functions that make problems, what is
// written into a Code, and the values of the constants and maps that are nothing else.
func codesOf(t *testing.T, folder string, constants *regexp.Regexp) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	add := func(e ast.Expr) {
		if literal, ok := e.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			code, err := strconv.Unquote(literal.Value)
			require.NoError(t, err)
			found[code] = true
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "newProblem" || f.Name == "invalid") && len(n.Args) > 1 {
					add(n.Args[1])
				}
			case *ast.AssignStmt:
				if s, ok := n.Lhs[0].(*ast.SelectorExpr); ok && s.Sel.Name == "Code" && s.X.(*ast.Ident).Name != "d" { // a decision's
					add(n.Rhs[0])
				}
			case *ast.ValueSpec:
				if len(n.Values) == 1 && constants.MatchString(n.Names[0].Name) {
					add(n.Values[0])
					if m, ok := n.Values[0].(*ast.CompositeLit); ok {
						for _, e := range m.Elts {
							add(e.(*ast.KeyValueExpr).Value)
						}
					}
				}
			}
			return true
		})
	}
	return found
}

func TestTheDocsListEveryCode(t *testing.T) {
	text, err := os.ReadFile("../../docs/api.md")
	require.NoError(t, err)
	_, section, _ := strings.Cut(string(text), "\n## Codes\n")
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile("`([a-z0-9_]+)`").FindAllStringSubmatch(section, -1) {
		listed[m[1]] = true
	}
	for _, word := range []string{"field", "rule", "send_id", "explain"} {
		delete(listed, word) // of the sentences
	}
	known := codesOf(t, ".", regexp.MustCompile("^(codes|campaignCodes)$"))
	require.Greater(t, len(known), 30)
	maps.Copy(known, gateCodes(t))
	for _, fault := range []string{"kept_reply_not_found", "kept_reply_settled", "invalid_request"} { // of workflows/contract
		known[fault] = true
	}
	require.Equal(t, slices.Sorted(maps.Keys(known)), slices.Sorted(maps.Keys(listed)))
}

// gateCodes are all that the gate refuses with.
func gateCodes(t *testing.T) map[string]bool {
	text, err := os.ReadFile("../../conversation/gate.go")
	require.NoError(t, err)
	found := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\t[A-Z]\w* +Code = "([a-z0-9_]+)"`).FindAllStringSubmatch(string(text), -1) {
		found[m[1]] = true
	}
	require.Greater(t, len(found), 10)
	delete(found, "allowed")
	return found
}
