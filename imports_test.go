package reengage_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
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

const module = "reengage/"

// A direction says what the packages of one folder may import of the project, and of others where that matters. Code in
// _test.go files is not judged. The rule of the longest folder holds; a package without one may import nothing of ours.
type direction struct {
	folder  string   // and everything below it, unless that has a rule of its own
	may     []string // folders of the project, each with everything below it; its own is always allowed
	foreign []string // modules or packages of others, where they are limited; nil: any that is not kept for others; none(): none
	never   []string // packages of the standard library
	because string
}

// none allows nothing but the standard library.
func none() []string { return []string{} }

// What a decision must not be able to reach: the world, and chance.
var world = []string{"net", "net/http", "os", "os/exec", "database/sql", "log", "log/slog", "math/rand", "math/rand/v2",
	"crypto/rand"}

var directions = []direction{
	{folder: "conversation", foreign: none(), never: world,
		because: "it decides alike in the workflow, the API, the tests and a replay years later, so it can reach nothing"},
	{folder: "clock", foreign: none(), never: world,
		because: "it is arithmetic that a workflow's replay repeats; who knows the real time hands it in"},
	{folder: "tariff", foreign: none(), never: except(world, "os"),
		because: "finance must be able to rate without a database; os is for reading a folder of rate cards"},
	{folder: "whatsapp", foreign: none(), never: world,
		because: "it says what a payload holds; what that means is decided by those who read it"},
	{folder: "whatsapp/cloudapi", may: []string{"whatsapp"}, foreign: none(), never: except(except(except(world, "net"), "net/http"), "log/slog"),
		because: "it makes one HTTP request and says what is known of it; nothing else of the world may have a part in that"},
	{folder: "whatsapp/whatsapptest", may: []string{"whatsapp"}, foreign: none(),
		because: "it plays Meta, who knows nothing of us"},

	{folder: "db", may: []string{"clock", "conversation"},
		foreign: []string{"github.com/jackc/pgx/v5", "github.com/pressly/goose/v3", "github.com/google/uuid"},
		because: "it is the way to Postgres; rules belong to those who call it, facts and clock are the pure packages' types"},
	{folder: "db/dbtest", may: []string{"db", "devstack"},
		because: "it gives tests a database, on the server that the development stack finds"},
	{folder: "ledger", may: []string{"db", "tariff"},
		because: "what is owed is a function of the event log; neither intake nor a workflow may bend it"},
	{folder: "intake", may: []string{"db", "notify", "whatsapp", "conversation", "clock", "workflows/contract"},
		because: "a webhook is acknowledged when it is stored, so nothing here may wait for Temporal or for billing; of notify it " +
			"needs the outbox, which is a row"},
	{folder: "engine", may: []string{"db", "intake", "conversation", "clock", "workflows/contract"},
		because: "it is the way to a conversation's workflow, whose code runs elsewhere; of intake it needs a run's complete input"},
	{folder: "relay", may: []string{"db", "engine", "intake", "conversation", "clock", "workflows/contract"},
		because: "it tells what is stored and decides nothing; of engine it needs how a run is started, of intake its complete input"},
	{folder: "notify", may: []string{"db"},
		because: "it posts what others have decided to say"},

	{folder: "workflows/contract", may: []string{"conversation", "clock"},
		foreign: []string{"github.com/google/uuid", "go.temporal.io/sdk/temporal"}, never: world,
		because: "a service that signals us needs names and payloads; with them it gets the pure packages, but no database and no server"},
	{folder: "workflows", may: []string{"activities", "importing", "sending", "conversation", "clock", "workflows/contract"},
		foreign: []string{"github.com/google/uuid", "go.temporal.io/sdk"}, never: world,
		because: "a workflow must replay, so it sees the world only through activities, of which it uses the names"},
	{folder: "sending", may: []string{"db", "intake", "ledger", "whatsapp", "conversation", "clock", "workflows/contract"},
		because: "a send is settled in Postgres; when to try again is a workflow's to decide, which is above"},
	{folder: "sheet", because: "a table is a table, whatever it is about"},
	{folder: "audience", may: []string{"db", "conversation"},
		because: "who is meant depends on what is stored about them, and on nothing that is to be sent"},
	{folder: "importing", may: []string{"sheet", "audience", "db", "engine", "intake", "conversation", "clock", "workflows/contract"},
		because: "contacts come in through Postgres; whom they are written to is others' to decide"},
	{folder: "campaign", may: []string{"audience", "db", "engine", "intake", "ledger", "sending", "whatsapp", "conversation", "clock", "workflows/contract"},
		because: "it chooses and tells; the conversation decides and sends (K4)"},
	{folder: "activities", may: []string{"db", "intake", "ledger", "notify", "sending", "campaign", "importing", "whatsapp", "conversation", "tariff",
		"clock", "workflows/contract"},
		because: "side effects are done here, but what is done was decided by a workflow, which is above"},

	{folder: "gateway", may: []string{"intake", "engine", "sending", "campaign", "audience", "importing", "sheet", "db", "ledger", "conversation", "tariff", "whatsapp", "clock",
		"workflows/contract"},
		because: "requests that need an answer ask the workflow; everything else is answered from Postgres and acknowledged when stored"},
	{folder: "gateway/access", may: []string{"db"},
		because: "who asks, and what they may, depends on nothing that is asked for"},
	{folder: "gateway/live", may: []string{"db", "conversation", "clock"},
		because: "it tells what the rows say and the clock makes of them; who hears it and what a page makes of that is above"},
	{folder: "gateway/console", may: []string{"gateway/access", "gateway/api", "gateway/live", "sheet", "audience", "importing", "campaign", "conversation", "sending", "tariff",
		"whatsapp", "clock", "workflows/contract", "db"}, foreign: []string{"github.com/google/uuid", "golang.org/x/sync"},
		because: "it is a client of the API, whose types it shows, and has no queries; of db it asks only whether an error is an outage"},
	{folder: "config", because: "every process reads it first"},
	{folder: "ops", may: []string{"db"},
		because: "every process uses it; of ours it asks only whether the database has our schema"},

	{folder: "worker", may: []string{""}, because: "a main wires everything"},
	{folder: "starter", may: []string{""}, because: "a main wires everything"},
	{folder: "devstack", may: []string{""}, because: "it is the whole system on one machine"},
}

// A preserve says who may import a folder, beside the folder itself.
type preserve struct {
	folder  string // of the project, or the beginning of others' modules
	by      []string
	because string
}

var preserves = []preserve{
	{folder: "devstack", by: []string{"worker", "starter", "db/dbtest"},
		because: "it installs and starts servers, which no production code may come near"},
	{folder: "db/dbtest", by: []string{"devstack"}, because: "it is for tests"},
	{folder: "devstack/temporal/temporaltest", because: "it is for tests"},
	{folder: "whatsapp/cloudapi", by: []string{"sending", "worker", "starter", "devstack"},
		because: "what is sent has passed the gate and has a row of its own first; whoever does not see to that, or wires who does, would pass it by"},
	{folder: "gateway/console", by: []string{"starter", "devstack"}, because: "pages are the top: what others could want of them is in the API"},
	{folder: "whatsapp/whatsapptest", by: []string{"devstack"}, because: "a simulator in production would swallow messages"},
	{folder: "workflows", by: []string{"worker", "devstack"},
		because: "whoever talks to a workflow needs workflows/contract; its code runs in workers"},
	{folder: "activities", by: []string{"workflows", "worker", "devstack"}, because: "side effects have one caller, a workflow"},
	{folder: "workflows/contract", by: []string{""}, because: "it is for everybody"},
	{folder: "github.com/chromedp", by: []string{"devstack/browser"}, because: "a browser looks at the console; nothing that serves it may start one"},
}

func TestImportDirections(t *testing.T) {
	for _, p := range packages(t) {
		for _, problem := range judge(p.path, p.imports) {
			t.Error(problem)
		}
	}
}

// justified is a module in the tables of docs/dependencies.md.
var justified = regexp.MustCompile("`([a-z.]+\\.[a-z]+/[^`]+)`")

func TestImportedModulesAreJustified(t *testing.T) {
	text, err := os.ReadFile("docs/dependencies.md")
	require.NoError(t, err)
	unused := map[string]bool{}
	for _, m := range justified.FindAllStringSubmatch(string(text), -1) {
		unused[m[1]] = true
	}
	listed := slices.Collect(maps.Keys(unused))
	for _, p := range packagesOf(t, func(string) bool { return true }) {
		for _, path := range p.imports {
			if standard(path) {
				continue
			}
			i := slices.IndexFunc(listed, func(module string) bool { return within(path, module) })
			if i < 0 {
				t.Errorf("%s imports %s, which docs/dependencies.md does not justify", p.path, path)
				continue
			}
			for _, module := range listed {
				if within(path, module) {
					delete(unused, module)
				}
			}
		}
	}
	require.Empty(t, unused, "docs/dependencies.md justifies what nothing imports")
}

func TestImportRulesRefuseWhatTheyName(t *testing.T) {
	for _, c := range []struct{ importer, imported, says string }{
		{"conversation", "reengage/db", "conversation imports db"},
		{"conversation", "github.com/google/uuid", "conversation imports github.com/google/uuid"},
		{"conversation", "math/rand/v2", "conversation imports math/rand/v2"},
		{"workflows/contract", "reengage/intake", "workflows/contract imports intake"},
		{"workflows/contract", "go.temporal.io/sdk/client", "workflows/contract imports go.temporal.io/sdk/client"},
		{"gateway/api", "reengage/relay", "gateway/api imports relay"},
		{"gateway/webhook", "reengage/workflows", "gateway/webhook imports workflows"},
		{"ledger", "reengage/intake", "ledger imports intake"},
		{"ledger", "reengage/workflows/contract", "ledger imports workflows/contract"},
		{"whatsapp/template", "net/http", "whatsapp/template imports net/http"},
		{"whatsapp/cloudapi", "reengage/db", "whatsapp/cloudapi imports db"},
		{"gateway/api", "reengage/whatsapp/cloudapi", "gateway/api imports whatsapp/cloudapi"},
		{"starter", "reengage/activities", "starter imports activities"},
		{"intake", "reengage/db/dbtest", "intake imports db/dbtest"},
		{"gateway/access", "reengage/gateway/api", "gateway/access imports gateway/api"},
		{"gateway/live", "reengage/intake", "gateway/live imports intake"},
		{"gateway/console", "github.com/jackc/pgx/v5/pgxpool", "gateway/console imports github.com/jackc/pgx/v5/pgxpool"},
		{"gateway/api", "reengage/gateway/console", "gateway/api imports gateway/console"},
		{"starter", "github.com/chromedp/chromedp", "starter imports github.com/chromedp/chromedp"},
		{"a/package/without/a/rule", "reengage/clock", "a/package/without/a/rule imports clock"},
	} {
		problems := judge(c.importer, []string{c.imported})
		require.Len(t, problems, 1, c.says)
		require.Contains(t, problems[0], c.says+", but ")
	}
}

// judge returns a sentence for every import that is not allowed, with the reason.
func judge(importer string, imports []string) []string {
	rule := direction{because: "it has no rule in imports_test.go yet: say there what it may import and why"}
	for _, d := range directions {
		if within(importer, d.folder) && len(d.folder) >= len(rule.folder) {
			rule = d
		}
	}
	var problems []string
	refuse := func(what, because string) {
		problems = append(problems, fmt.Sprintf("%s imports %s, but %s", importer, what, because))
	}
	for _, path := range imports {
		ours, isOurs := strings.CutPrefix(path, module)
		belongs := func(folder string) bool { return within(ours, folder) }
		switch {
		case isOurs:
			own := rule.folder != "" && within(ours, rule.folder)
			if !own && !slices.ContainsFunc(rule.may, belongs) {
				refuse(ours, rule.because)
			} else if because := reserved(importer, ours); because != "" {
				refuse(ours, because)
			}
		case standard(path):
			if slices.Contains(rule.never, path) {
				refuse(path, rule.because)
			}
		case rule.foreign != nil && !slices.ContainsFunc(rule.foreign, func(m string) bool { return within(path, m) }):
			refuse(path, rule.because)
		default:
			if because := reserved(importer, path); because != "" {
				refuse(path, because)
			}
		}
	}
	return problems
}

// reserved says why an importer may not have a package, or nothing.
func reserved(importer, imported string) string {
	var rule preserve
	for _, p := range preserves {
		if within(imported, p.folder) && len(p.folder) >= len(rule.folder) {
			rule = p
		}
	}
	if rule.folder == "" || within(importer, rule.folder) ||
		slices.ContainsFunc(rule.by, func(f string) bool { return within(importer, f) }) {
		return ""
	}
	return rule.because
}

// within reports whether a path is a folder or lies in it; everything lies in "".
func within(path, folder string) bool {
	return folder == "" || path == folder || strings.HasPrefix(path, folder+"/")
}

// standard reports whether a path is the standard library's: its first element has no dot.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func except(list []string, what string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == what })
}

type goPackage struct {
	path    string // without the module
	imports []string
}

// packages reads what every Go file of the module imports, tests excepted and whatever its build constraints. It reads the
// files itself, rather than ask the go command, so that go test knows when its cached result is stale.
func packages(t *testing.T) []goPackage {
	return packagesOf(t, func(file string) bool { return !strings.HasSuffix(file, "_test.go") })
}

func packagesOf(t *testing.T, judged func(file string) bool) []goPackage {
	t.Helper()
	imports := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		switch {
		case d.IsDir():
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil && path != "." {
				return fs.SkipDir // another module
			}
			if path != "." && (name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
				return fs.SkipDir
			}
			return nil
		case !strings.HasSuffix(name, ".go") || !judged(name):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder := filepath.ToSlash(filepath.Dir(path))
		for _, i := range file.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			imports[folder] = append(imports[folder], imported)
		}
		return nil
	})
	require.NoError(t, err)
	require.Contains(t, imports, "conversation", "the walk must start at the module's root")
	var all []goPackage
	for _, path := range slices.Sorted(maps.Keys(imports)) {
		slices.Sort(imports[path])
		all = append(all, goPackage{path, slices.Compact(imports[path])})
	}
	return all
}
