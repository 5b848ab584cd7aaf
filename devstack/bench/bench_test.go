package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"reengage/db/dbtest"
	"reengage/devstack/temporal/temporaltest"
	"reengage/workflows/contract"
)

func TestMain(m *testing.M) {
	defer temporaltest.Stop()
	dbtest.Main(m)
}

// figures are what every run must bring; with servers of the user's own, less the last ones.
var figures = map[string][]string{
	"Webhook: HTTP to committed facts": {"rate, bodies of 1 update", "p50, bodies of 1 update", "p99, bodies of 1 update",
		"rate, bodies of 100", "p50, bodies of 100", "p99, bodies of 100"},
	"Backlog: Temporal was away and is back":               {"signals per message", "drained"},
	"Windows: from a message to its charge":                {"opened and billed"},
	"History of a window, with its reminder and its close": {"1 message(s)", "11 message(s)"},
	"Bytes per open conversation":                          {"Postgres", "Temporal, history"},
	"Rating": {"by aisensy", "by b2chat", "by gupshup", "by meta-cbp-2024", "by meta-pmp-2025", "by meta-pmp-2026", "by sirena",
		"by twilio", "by zenvia-conversion", "from a file", "peak memory"},
	"A month of one number": {"settled", "late entry point", "late entry point, rows posted", "late entry point, billed anew"},
	"Reports on a year of charges": {"totalled for the first time", "this month by rule", "the year by day", "a month by market and category",
		"this month by contact", "a page of single charges", "this month by rule, 100 not totalled", "totalled, 100 not totalled"},
	"A file of contacts":                        {"dry run", "import", "the same file again", "dry run with notes", "peak memory"},
	"Inbox: from the request to the first byte": inboxFigures(),
	"Campaign: a template to many, while agents reply": {"sends", "sends at the pace", "reply meanwhile, p50", "reply meanwhile, p99",
		"reply at the pace, p50", "reply at the pace, p99", "peak memory"},
}

func inboxFigures() (whats []string) {
	for _, q := range inboxQuestions() {
		whats = append(whats, q.what+", p50", q.what+", p99")
	}
	return append(whats, "facts of a message written", "contact added")
}

var figuresOfOurServers = map[string][]string{
	"Backlog: Temporal was away and is back": {"drained, Temporal on disk"},
	"Windows: from a message to its charge":  {"opened and billed, Temporal on disk"},
	"Bytes per open conversation":            {"Temporal, SQLite file"},
}

func TestBenchRunsEndToEnd(t *testing.T) {
	var out, progress bytes.Buffer
	require.NoError(t, Run(t.Context(), Options{Short: true, JSON: true, Out: &out, Progress: &progress}), progress.String())
	r := parsed(t, out.Bytes())
	for group, whats := range figures {
		requireFigures(t, r, group, append(whats, figuresOfOurServers[group]...))
	}
	require.Len(t, r.Groups, len(measurements))
	require.Positive(t, r.Machine.Cores)
	require.Contains(t, r.Machine.Postgres.Settings, "fsync=on")
	require.NotEmpty(t, r.Machine.Postgres.Version)
	require.NotEmpty(t, r.Machine.Temporal.Version)
	require.Equal(t, 1, r.Machine.Temporal.Shards)

	var table bytes.Buffer
	require.NoError(t, r.write(&table, false))
	for group := range figures {
		require.Contains(t, table.String(), "\n"+group+"\n")
	}
}

func TestBenchLeavesNothingOnServersOfTheUser(t *testing.T) {
	pool, ns := dbtest.New(t), temporaltest.New(t)
	var out, progress bytes.Buffer
	require.NoError(t, Run(t.Context(), Options{Short: true, JSON: true, Out: &out, Progress: &progress,
		Only: []string{"webhook", "backlog", "windows", "bytes"}, DatabaseURL: pool.Config().ConnString(),
		Temporal: &client.Options{HostPort: ns.Address, Namespace: ns.Name}}), progress.String())
	r := parsed(t, out.Bytes())
	require.Len(t, r.Groups, 4)
	requireFigures(t, r, "Windows: from a message to its charge", figures["Windows: from a message to its charge"])
	requireFigures(t, r, "Bytes per open conversation", figures["Bytes per open conversation"])

	var databases int
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM pg_database WHERE datname LIKE 'reengage_bench_%'").Scan(&databases))
	require.Zero(t, databases)
	var stored int
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM events").Scan(&stored))
	require.Zero(t, stored, "the database that was named is only where others are created from")
	require.Eventually(t, func() bool { // visibility is written after the fact
		n, err := ns.Client.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{Query: "ExecutionStatus = 'Running'"})
		return err == nil && n.GetCount() == 0
	}, time.Minute, 20*time.Millisecond)
}

func TestBenchRefusesANamespaceWithSomebodysWorker(t *testing.T) {
	ns := temporaltest.New(t)
	w := worker.New(ns.Client, contract.TaskQueue, worker.Options{Identity: "somebody", DisableRegistrationAliasing: true})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	require.Eventually(t, func() bool {
		q, err := ns.Client.DescribeTaskQueue(t.Context(), contract.TaskQueue, enums.TASK_QUEUE_TYPE_WORKFLOW)
		return err == nil && len(q.GetPollers()) > 0
	}, time.Minute, 10*time.Millisecond)

	err := Run(t.Context(), Options{Short: true, DatabaseURL: dbtest.New(t).Config().ConnString(),
		Temporal: &client.Options{HostPort: ns.Address, Namespace: ns.Name}})
	require.ErrorContains(t, err, "somebody")
	require.ErrorContains(t, err, "TEMPORAL_NAMESPACE")
}

func TestOurOwnEarlierWorkersAreNotForeign(t *testing.T) {
	require.Empty(t, foreign([]*taskqueue.PollerInfo{{Identity: identity}}))
	require.Equal(t, "x", foreign([]*taskqueue.PollerInfo{{Identity: identity}, {Identity: "x"}}))
}

func TestAnInterruptedBenchDropsItsDatabase(t *testing.T) {
	pool, ns := dbtest.New(t), temporaltest.New(t)
	scratches := func() (n int) {
		require.NoError(t, pool.QueryRow(context.Background(), "SELECT count(*) FROM pg_database WHERE datname LIKE 'reengage_bench_%'").Scan(&n))
		return n
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		// Not short: it is still at it when we interrupt it.
		ended <- Run(ctx, Options{Only: []string{"webhook"}, DatabaseURL: pool.Config().ConnString(),
			Temporal: &client.Options{HostPort: ns.Address, Namespace: ns.Name}})
	}()
	require.Eventually(t, func() bool {
		return scratches() > 0
	}, time.Minute, 5*time.Millisecond)
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.Zero(t, scratches())
}

func TestRefusalsAreOneSentence(t *testing.T) {
	err := Run(t.Context(), Options{Only: []string{"everything"}})
	require.EqualError(t, err, `there is no group of figures called "everything": there are webhook, backlog, windows, history, bytes, rating, month, reports, inbox, campaign, import`)
	err = Run(t.Context(), Options{DatabaseURL: "host=db password=secret"})
	require.EqualError(t, err, "DATABASE_URL is not a Postgres URL")
}

func TestQuantileIsAValueThatOccurred(t *testing.T) {
	values := []float64{3, 1, 2, 4}
	require.InDelta(t, 2.0, quantile(values, 0.5), 0)
	require.InDelta(t, 4.0, quantile(values, 0.99), 0)
	require.InDelta(t, 1.0, quantile(values[1:2], 0.99), 0)
	require.Equal(t, []float64{3, 1, 2, 4}, values, "in their order, as before")
}

// jsonReport is the report as somebody else reads it.
type jsonReport struct {
	Report
	Groups []struct {
		Name    string `json:"name"`
		Figures []struct {
			What                   string
			Value, Baseline, Ratio float64
		} `json:"figures"`
	} `json:"groups"`
}

func parsed(t *testing.T, raw []byte) Report {
	t.Helper()
	var r Report
	require.NoError(t, json.Unmarshal(raw, &r))
	var asRead jsonReport
	require.NoError(t, json.Unmarshal(raw, &asRead))
	for _, g := range asRead.Groups {
		for _, f := range g.Figures {
			require.InEpsilon(t, f.Value/f.Baseline, f.Ratio, 1e-9, f.What)
		}
	}
	return r
}

func requireFigures(t *testing.T, r Report, group string, whats []string) {
	t.Helper()
	for _, g := range r.Groups {
		if g.Name != group {
			continue
		}
		require.NotEmpty(t, g.How)
		require.NotEmpty(t, g.Baseline)
		found := map[string]Figure{}
		for _, f := range g.Figures {
			found[f.What] = f
		}
		require.Len(t, found, len(whats), group)
		for _, what := range whats {
			require.Positive(t, found[what].Value, what)
			require.Positive(t, found[what].Baseline, what)
		}
		return
	}
	require.Fail(t, "no group "+group)
}
