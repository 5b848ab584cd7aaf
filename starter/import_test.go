package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/gateway/api"
	"reengage/importing"
)

// imports is a gateway that takes in one file: each look at it finds the next state of its phase.
type imports struct {
	id       uuid.UUID
	asked    []string // method and path
	uploaded string
	checked  importing.State // how the dry run ends
	reason   string
	phase    []importing.State
}

func takingIn(t *testing.T) *imports {
	m := &imports{id: uuid.New(), checked: importing.Checked}
	answering(t, func(method, path string, body []byte) any {
		m.asked = append(m.asked, method+" "+strings.ReplaceAll(path, m.id.String(), "ID"))
		switch {
		case method == "POST" && strings.HasPrefix(path, "/v1/imports?"):
			m.uploaded, m.phase = string(body), []importing.State{importing.Checking, m.checked}
			return m.now(importing.Receiving)
		case strings.HasSuffix(path, "/apply"):
			m.phase = []importing.State{importing.Finished}
			return m.now(importing.Importing)
		case strings.HasSuffix(path, "/rejects"):
			return "phone,reason\r\n12,no number\r\n"
		case len(m.phase) > 1:
			m.phase = m.phase[1:]
			return m.now(importing.Checking)
		}
		return m.now(m.phase[0])
	})
	return m
}

func (m *imports) now(state importing.State) api.Import {
	i := api.Import{ID: m.id, State: state, Reason: m.reason, Columns: []importing.Column{}}
	i.Counts = importing.Counts{Rows: 3, New: 2, Invalid: 1}
	return i
}

func contactsFile(t *testing.T) string {
	name := filepath.Join(t.TempDir(), "contacts.csv")
	require.NoError(t, os.WriteFile(name, []byte("phone\n447700900123\n"), 0o600))
	return name
}

func TestNothingIsTakenInBeforeSomebodySaysYes(t *testing.T) {
	m := takingIn(t)
	file := contactsFile(t)
	r := runHere(t, "n\n", "import", file, "--default-region", "gb")
	require.Zero(t, r.code, r.err)
	require.Equal(t, "phone\n447700900123\n", m.uploaded)
	require.Equal(t, []string{"POST /v1/imports?default_region=GB&dry_run=true&file_name=contacts.csv", "GET /v1/imports/ID", "GET /v1/imports/ID"}, m.asked)
	require.Contains(t, r.out, "Dry run: nothing is taken in yet.\n")
	require.Contains(t, r.err, "Take in 2 contacts? [y/N] ")
	require.Contains(t, r.err, "starter import --id "+m.id.String()+" --yes\n")

	m.asked = nil
	r = runHere(t, "", "import", "--id", m.id.String(), "--yes")
	require.Zero(t, r.code, r.err)
	require.Equal(t, []string{"GET /v1/imports/ID", "POST /v1/imports/ID/apply", "GET /v1/imports/ID"}, m.asked)
	require.Contains(t, r.out, "Taken in.\n")
	require.Contains(t, r.err, "Why 1 of the rows are not taken: starter import --id "+m.id.String()+" --dry-run --rejects FILE\n")
}

func TestYesTakesThemInAndTheRejectsAreAFile(t *testing.T) {
	m := takingIn(t)
	file, rejects := contactsFile(t), filepath.Join(t.TempDir(), "rejects.csv")
	r := runHere(t, "YES\n", "import", file, "--rejects", rejects, "--json")
	require.Zero(t, r.code, r.err)
	var i api.Import
	require.NoError(t, json.Unmarshal([]byte(r.out), &i), "nothing but the answer: %s", r.out)
	require.Equal(t, importing.Finished, i.State)
	kept, err := os.ReadFile(rejects)
	require.NoError(t, err)
	require.Equal(t, "phone,reason\r\n12,no number\r\n", string(kept))
	require.Equal(t, "GET /v1/imports/ID/rejects", m.asked[len(m.asked)-1])
	left, err := filepath.Glob(filepath.Join(filepath.Dir(rejects), ".rejects-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestADryRunAndStandardInputAskNobody(t *testing.T) {
	m := takingIn(t)
	r := runHere(t, "phone\n447700900123\n", "import", "-", "--dry-run")
	require.Zero(t, r.code, r.err)
	require.Equal(t, "phone\n447700900123\n", m.uploaded)
	require.NotContains(t, r.err, "[y/N]")

	r = runHere(t, "phone\n447700900123\n", "import", "-")
	require.Equal(t, 1, r.code, "a script has to see that nothing was taken in")
	require.Contains(t, r.err, "starter import --id "+m.id.String()+" --yes")
	require.NotContains(t, strings.Join(m.asked, "\n"), "apply")
}

func TestAnImportThatFailsSaysWhy(t *testing.T) {
	m := takingIn(t)
	m.checked, m.reason = importing.Failed, "the file has no column of phones"
	r := runHere(t, "", "import", contactsFile(t), "--yes")
	require.Equal(t, 1, r.code)
	require.Equal(t, "starter: the file has no column of phones\n", lastLine(r.err))
	require.NotContains(t, strings.Join(m.asked, "\n"), "apply")

	for _, wrong := range [][]string{{}, {"x.csv", "--id", "1"}, {"/nowhere.csv"}, {"x.csv", "--default-region", "Brazil"}} {
		require.Equal(t, 2, runHere(t, "", append([]string{"import"}, wrong...)...).code, wrong)
	}
}

func lastLine(text string) string {
	lines := strings.SplitAfter(text, "\n")
	return lines[max(0, len(lines)-2)]
}
