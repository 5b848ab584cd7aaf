package console

import (
	"net/http"
	"net/url"
	"time"

	"reengage/gateway/access"
	"reengage/gateway/api"
	"reengage/importing"
)

// importsPath is where imports are listed; each has its page below.
const importsPath = Path + "/imports"

// uploadRoute takes a file of any length (guard).
const uploadRoute = "POST " + importsPath

var importsRoutes = []route{
	{"GET " + importsPath, access.Read, (*Console).imports},
	{uploadRoute, access.Admin, (*Console).uploadImport},
	{"GET " + importsPath + "/{id}", access.Read, (*Console).importPage},
	{"POST " + importsPath + "/{id}/apply", access.Admin, actOnImport("apply")},
	{"POST " + importsPath + "/{id}/cancel", access.Admin, actOnImport("cancel")},
	{"GET " + importsPath + "/{id}/rejects.csv", access.Admin, (*Console).importRejects},
}

// importsView is the list, the latest first, and where a file is handed in.
type importsView struct {
	Parts       []choice
	Rows        []importRow
	First, Next string
	Refusal     string
	Region      string
	May         bool
}

// importRow is one of them.
type importRow struct {
	Href, Name string
	State      importing.State
	Rows       string
	Words      string
	At         moment
}

// importView is one of them: what it would do, does or has done.
type importView struct {
	ID, Here, Name string
	State          importing.State
	Reason         string
	Progress       *progress
	Region         string
	Dialect        string // encoding and separator
	Columns        []columnLine
	Counts         []countLine
	Notes          []string
	Rejects        *rejectsView
	CanApply       bool
	CanCancel      bool
	Working        bool
	New, Changed   int64
	Refusal        string
	May            bool
}

// columnLine says what a column is taken for.
type columnLine struct{ Header, Meaning string }

// countLine is how many rows are of a kind.
type countLine struct {
	Icon, Word, Count, About string
	Bad                      bool
}

// rejectsView are the first rows that are not taken, as the file has them and with the reason.
type rejectsView struct {
	Head []string
	Rows []rejectRow
	Href string
	More bool
}

type rejectRow struct {
	Line, Why string
	Cells     []string
}

func importHref(id string) string { return importsPath + "/" + url.PathEscape(id) }

// importWords are the states as people say them.
var importWords = map[importing.State]string{importing.Receiving: "Uploading", importing.Checking: "Looking at it", importing.Checked: "Looked at",
	importing.Importing: "Importing", importing.Finished: "Imported", importing.Failed: "Cannot be read", importing.Cancelled: "Cancelled"}

// meaningWords are what a column is taken for.
var meaningWords = map[importing.Meaning]string{importing.MeansPhone: "Phone", importing.MeansBSUID: "WhatsApp id", importing.MeansName: "Name",
	importing.MeansLanguage: "Language", importing.MeansTimeZone: "Time zone", importing.MeansOptIn: "Opt-in", importing.MeansCategories: "Categories of the opt-in",
	importing.MeansSource: "Where the opt-in comes from", importing.MeansOptInAt: "When the opt-in was given", importing.MeansTags: "Tags", importing.MeansNothing: "not taken"}

func importRowOf(i api.Import, now time.Time) importRow {
	row := importRow{Href: importHref(i.ID.String()), Name: fileName(i.FileName), State: i.State, At: ago(i.CreatedAt, now)}
	if i.Counts.Rows > 0 {
		row.Rows = plural(i.Counts.Rows, "row")
	}
	switch i.State {
	case importing.Finished:
		row.Words = number(i.Counts.New) + " new, " + number(i.Counts.Changed) + " changed"
		if left := i.Counts.Invalid + i.Counts.Duplicate; left > 0 {
			row.Words += ", " + number(left) + " not taken"
		}
	case importing.Checked:
		row.Words = "nothing is imported yet"
	case importing.Failed:
		row.Words = i.Reason
	}
	return row
}

func fileName(name string) string {
	if name == "" {
		return "A file"
	}
	return name
}

// importOf is the page's view; tense follows from how far it has got.
func importOf(i api.Import) importView {
	v := importView{ID: i.ID.String(), Here: importHref(i.ID.String()), Name: fileName(i.FileName), State: i.State, Reason: sentenceOf(i.Reason), Region: i.DefaultRegion,
		CanApply: i.State == importing.Checked, CanCancel: !i.State.Over(), Working: i.State.Working() || i.State == importing.Receiving,
		New: i.Counts.New, Changed: i.Counts.Changed}
	if v.Working && i.Size > 0 {
		v.Progress = &progress{i.Position, i.Size, share(i.Position, i.Size)}
	}
	if i.Encoding != "" {
		v.Dialect = i.Encoding + ", separated by " + separatorWord(i.Separator)
	}
	for _, c := range i.Columns {
		line := columnLine{c.Header, meaningWords[c.Meaning]}
		if c.Meaning == importing.MeansField {
			line.Meaning = "Custom field " + c.Field
		}
		v.Columns = append(v.Columns, line)
	}
	if i.Counts.Rows > 0 {
		v.Counts = countLines(i.Counts)
	}
	return v
}

func separatorWord(s string) string {
	switch s {
	case ",":
		return "commas"
	case ";":
		return "semicolons"
	case "\t":
		return "tabs"
	case "|":
		return "bars"
	}
	return s
}

func countLines(c importing.Counts) []countLine {
	below := ""
	if c.Invalid > 0 {
		below = "each with its reason below"
	}
	return []countLine{
		{Icon: "plus", Word: "New contacts", Count: number(c.New)},
		{Icon: "resuming", Word: "Known ones that change", Count: number(c.Changed)},
		{Icon: "tick", Word: "Known and as they are", Count: number(c.Unchanged)},
		{Icon: "copy", Word: "Twice in the file", Count: number(c.Duplicate), About: "the first row counts"},
		{Icon: "failed", Word: "Cannot be taken", Count: number(c.Invalid), About: below, Bad: c.Invalid > 0},
		{Icon: "info", Word: "Without an opt-in", Count: number(c.NoOptIn), About: "taken, and no campaign reaches them"},
		{Icon: "stop", Word: "Have opted out", Count: number(c.OptedOut), About: "taken, and the opt-out stands"},
	}
}

// imports lists them.
func (c *Console) imports(w http.ResponseWriter, r *http.Request) error {
	v, err := c.importsView(r)
	if err != nil {
		return err
	}
	return c.showImports(w, r, http.StatusOK, v)
}

func (c *Console) importsView(r *http.Request) (importsView, error) {
	q := url.Values{}
	who, _ := access.From(r.Context())
	v := importsView{Parts: contactParts(importsPath), May: who.May(access.Admin)}
	if cursor := r.URL.Query().Get("cursor"); cursor != "" {
		q.Set("cursor", cursor)
		v.First = importsPath
	}
	var page api.Page[api.Import]
	if err := c.client.get(r.Context(), "/v1/imports"+query(q), &page); err != nil {
		return v, err
	}
	now := c.clock.At(time.Now())
	for _, i := range page.Items {
		v.Rows = append(v.Rows, importRowOf(i, now))
	}
	if page.NextCursor != nil {
		v.Next = importsPath + query(url.Values{"cursor": {*page.NextCursor}})
	}
	return v, nil
}

func (c *Console) showImports(w http.ResponseWriter, r *http.Request, status int, v importsView) error {
	return c.page(w, r, status, frame{Title: "Imports", Here: "contacts", Page: "imports", View: v})
}
