package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"reengage/clock"
	"reengage/gateway/api"
	"reengage/importing"
)

// addImport adds an import in a state, with a file of one row.
func (f *fixture) addImport(state string) uuid.UUID {
	id := uuid.New()
	f.exec(`INSERT INTO imports (id, state, dry_run, size, dialect, created_at, created_by) VALUES ($1, $2, $2 = 'checked', 19,
		'{"encoding": "utf-8", "separator": ",", "columns": [{"header": "phone", "meaning": "phone"}], "body": 6, "body_line": 2}', now(), 'operator')`, id, state)
	f.exec(`INSERT INTO import_chunks (import_id, position, data) VALUES ($1, 0, convert_to('phone' || chr(10) || '+12025550101' || chr(10), 'UTF8'))`, id)
	return id
}

// upload uploads a file in pieces, as it comes.
func (f *fixture) upload(query, under string, file io.Reader, out any) int {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), "POST", f.server.URL+"/v1/imports?"+query, file)
	require.NoError(f.t, err)
	req.Header.Set("Content-Type", "text/csv")
	req.Header.Set("Authorization", "Bearer "+key)
	if under != "" {
		req.Header.Set("Idempotency-Key", under)
	}
	return f.do(req, out).StatusCode
}

// works plays the worker's part.
func (f *fixture) works(id uuid.UUID) {
	f.t.Helper()
	im := importing.Importer{Pool: f.pool, Clock: clock.Clock{Anchor: time.Now(), Wall: time.Now(), Scale: 1}}
	_, err := im.Work(f.t.Context(), id, time.Now().Add(time.Hour), func(importing.Progress) {})
	require.NoError(f.t, err)
}

func TestAFileIsCheckedThenAppliedAndItsBadRowsComeBackWithReasons(t *testing.T) {
	f := newFixture(t)
	const file = "phone;name;opt_in\n+12025550101;Ada Example;yes\n12025550102;=1+1;yes\n"
	var i, again api.Import
	require.Equal(t, http.StatusAccepted, f.upload("dry_run=true&file_name=customers.csv", "", strings.NewReader(file), &i))
	require.Equal(t, importing.Checking, i.State)
	require.Equal(t, "customers.csv", i.FileName)
	require.EqualValues(t, len(file), i.Size)
	require.Equal(t, ";", i.Separator)
	require.Equal(t, []importing.Column{{Header: "phone", Meaning: "phone"}, {Header: "name", Meaning: "name"}, {Header: "opt_in", Meaning: "opt_in"}}, i.Columns)
	var p api.Problem
	path := "/v1/imports/" + i.ID.String()
	require.Equal(t, http.StatusConflict, f.call("POST", path+"/apply", "", &p).StatusCode)
	require.Equal(t, "import_state", p.Code)

	f.works(i.ID)
	f.call("GET", path, "", &i)
	require.Equal(t, importing.Checked, i.State)
	require.Equal(t, importing.Counts{Rows: 2, New: 1, Invalid: 1}, i.Counts)
	require.Equal(t, i.Size, i.Position)
	require.NotNil(t, i.FinishedAt)

	require.Equal(t, http.StatusAccepted, f.call("POST", path+"/apply", "", &i).StatusCode)
	require.Equal(t, importing.Importing, i.State)
	require.False(t, i.DryRun)
	require.Zero(t, i.Counts)
	f.works(i.ID)
	f.call("GET", path, "", &i)
	require.Equal(t, importing.Finished, i.State)
	require.Equal(t, http.StatusAccepted, f.call("POST", path+"/apply", "", &again).StatusCode, "it has been")
	require.Equal(t, i, again)

	res := f.get(path + "/rejects")
	defer res.Body.Close()
	rejects, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, "phone,name,opt_in,import_line,import_code,import_reason\r\n12025550102,'=1+1,yes,3,phone_region,"+
		"\"the phone has no country code: write it as +44..., or state the default region of the file\"\r\n", string(rejects))

	var page api.Page[api.Import]
	f.call("GET", "/v1/imports?state=finished", "", &page)
	require.Len(t, page.Items, 1)
	require.Equal(t, http.StatusNotFound, f.call("GET", "/v1/imports/"+uuid.NewString(), "", &p).StatusCode)
	require.Equal(t, "import_not_found", p.Code)
	require.Equal(t, http.StatusNotFound, f.call("GET", "/v1/imports/"+uuid.NewString()+"/rejects", "", &p).StatusCode)
}

func (f *fixture) get(path string) *http.Response {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), "GET", f.server.URL+path, nil)
	require.NoError(f.t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	res, err := http.DefaultClient.Do(req)
	require.NoError(f.t, err)
	require.Equal(f.t, http.StatusOK, res.StatusCode)
	return res
}

func TestAFileThatIsNoTableOfContactsSaysWhy(t *testing.T) {
	f := newFixture(t)
	var i api.Import
	require.Equal(t, http.StatusAccepted, f.upload("", "", strings.NewReader("name,city\nAda Example,Lima\n"), &i))
	require.Equal(t, importing.Failed, i.State)
	require.Equal(t, `the file has neither a column phone nor a column bsuid, by which contacts are known; its first row says: "name", "city"`, i.Reason)
	require.Equal(t, http.StatusAccepted, f.upload("", "", strings.NewReader("PK\x03\x04 and so on"), &i))
	require.Equal(t, importing.Failed, i.State)
	require.Contains(t, i.Reason, "Excel")
	var p api.Problem
	require.Equal(t, http.StatusUnprocessableEntity, f.upload("default_region=XX", "", strings.NewReader(""), &p))
	require.Equal(t, "default_region", p.Field)
}

// A body that says it is longer than what comes, and one whose client goes away.
func TestAnUploadThatIsCutOffLeavesNothingAndIsBegunAnewUnderItsKey(t *testing.T) {
	f := newFixture(t)
	ctx, leave := context.WithCancel(t.Context())
	r, w := io.Pipe()
	req, err := http.NewRequestWithContext(ctx, "POST", f.server.URL+"/v1/imports", r)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Idempotency-Key", "file-1")
	done := make(chan error, 1)
	go func() {
		_, err := http.DefaultClient.Do(req)
		done <- err
	}()
	half := "phone\n" + strings.Repeat("+12025550101\n", 100_000)
	_, err = io.WriteString(w, half)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		var begun int
		require.NoError(t, f.pool.QueryRow(t.Context(), "SELECT count(*) FROM import_chunks").Scan(&begun))
		return begun > 0
	}, time.Minute, 10*time.Millisecond)
	leave()
	_ = w.CloseWithError(context.Canceled) // the client waits for its body
	require.Error(t, <-done)
	require.Eventually(t, func() bool {
		var left int
		require.NoError(t, f.pool.QueryRow(t.Context(), "SELECT count(*) FROM imports").Scan(&left))
		return left == 0
	}, time.Minute, 10*time.Millisecond)

	whole := half + "+12025550102\n"
	var first, again api.Import
	require.Equal(t, http.StatusAccepted, f.upload("", "file-1", strings.NewReader(whole), &first))
	require.Equal(t, http.StatusAccepted, f.upload("", "file-1", strings.NewReader(whole), &again))
	require.Equal(t, first, again)
	require.EqualValues(t, len(whole), first.Size)
	var p api.Problem
	require.Equal(t, http.StatusConflict, f.upload("", "file-1", strings.NewReader(half), &p))
	require.Equal(t, "idempotency_key_reused", p.Code)
	var chunks string
	require.NoError(t, f.pool.QueryRow(t.Context(), `SELECT count(*) || ' ' || sum(length(data)) FROM import_chunks`).Scan(&chunks))
	require.Equal(t, fmt.Sprint("3 ", len(whole)), chunks)
}
