package console

import (
	"encoding/csv"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"reengage/gateway/access"
	"reengage/gateway/api"
	tables "reengage/sheet"
)

// uploadPatience is how long, in real time, a browser may take for the next piece of its file.
const uploadPatience = time.Minute

// uploadImport hands a file on to the API as it comes: nothing of it is kept here, so that its length does not matter. The form's
// other fields stand before the file.
func (c *Console) uploadImport(w http.ResponseWriter, r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return &api.Problem{Status: http.StatusBadRequest, Code: "malformed_request", Detail: "This is not the form with a file."}
	}
	q := url.Values{"dry_run": {"true"}}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return c.refuseUpload(w, r, q, wrong("Choose a file first."))
		}
		if err != nil {
			return &api.Problem{Status: http.StatusBadRequest, Code: "malformed_request", Detail: "The file did not arrive whole. Try again."}
		}
		if part.FormName() != "file" {
			text, _ := io.ReadAll(io.LimitReader(part, 100)) // what cannot be read is not there
			q.Set(part.FormName(), strings.TrimSpace(string(text)))
			continue
		}
		if part.FileName() == "" {
			return c.refuseUpload(w, r, q, wrong("Choose a file first."))
		}
		q.Set("file_name", part.FileName())
		var made api.Import
		err = c.client.upload(r.Context(), "/v1/imports?"+uploadQuery(q).Encode(), contentType(part.Header.Get("Content-Type")), patient{part, http.NewResponseController(w)}, &made)
		if err != nil {
			return c.refuseUpload(w, r, q, err)
		}
		goTo(w, r, importHref(made.ID.String()))
		return nil
	}
}

// uploadQuery is what of the form the API knows.
func uploadQuery(form url.Values) url.Values {
	q := url.Values{"dry_run": {"true"}, "file_name": {form.Get("file_name")}}
	if region := strings.ToUpper(form.Get("default_region")); region != "" {
		q.Set("default_region", region)
	}
	return q
}

// contentType is what the browser takes the file for, if that is a text of rows.
func contentType(said string) string {
	if kind, _, err := mime.ParseMediaType(said); err == nil && strings.HasPrefix(kind, "text/") {
		return kind
	}
	return "text/csv"
}

// patient moves the connection's deadline on with each piece that is read: a large file takes long, and a browser that has fallen
// silent is not waited for.
type patient struct {
	io.Reader
	connection *http.ResponseController
}

func (p patient) Read(b []byte) (int, error) {
	_ = p.connection.SetReadDeadline(time.Now().Add(uploadPatience)) // where the server can
	return p.Reader.Read(b)
}

// refuseUpload says on the page why a file was not taken.
func (c *Console) refuseUpload(w http.ResponseWriter, r *http.Request, q url.Values, err error) error {
	var p *api.Problem
	if !errors.As(err, &p) {
		return err
	}
	v, unread := c.importsView(r)
	if unread != nil {
		return unread
	}
	v.Refusal, v.Region = sentenceOf(p.Detail), q.Get("default_region")
	if p.Field == "default_region" {
		v.Refusal = "The country of phones without a country code is two letters, such as BR or GB."
	}
	return c.showImports(w, r, p.Status, v)
}

func apiImport(r *http.Request) string { return "/v1/imports/" + url.PathEscape(r.PathValue("id")) }

// importPage shows one.
func (c *Console) importPage(w http.ResponseWriter, r *http.Request) error {
	return c.showImport(w, r, http.StatusOK, "")
}

func (c *Console) showImport(w http.ResponseWriter, r *http.Request, status int, refusal string) error {
	var i api.Import
	if err := c.client.get(r.Context(), apiImport(r), &i); err != nil {
		return err
	}
	v := importOf(i)
	who, _ := access.From(r.Context())
	v.May, v.Refusal = who.May(access.Admin), refusal
	if v.May && i.Counts.Invalid+i.Counts.Duplicate > 0 {
		v.Rejects = c.firstRejects(r, v.Here)
	}
	return c.page(w, r, status, frame{Title: v.Name, Here: "contacts", Page: "imports/import", View: v})
}

// actOnImport applies or cancels one.
func actOnImport(what string) func(*Console, http.ResponseWriter, *http.Request) error {
	return func(c *Console, w http.ResponseWriter, r *http.Request) error {
		err := c.client.do(r.Context(), http.MethodPost, apiImport(r)+"/"+what, "", nil, nil)
		var p *api.Problem
		switch {
		case err == nil:
			http.Redirect(w, r, importHref(r.PathValue("id")), http.StatusSeeOther)
			return nil
		case !errors.As(err, &p) || p.Status == http.StatusNotFound:
			return err
		}
		return c.showImport(w, r, p.Status, sentenceOf(p.Detail))
	}
}

// importRejects hands on the rows that were not taken, as the API writes them.
func (c *Console) importRejects(w http.ResponseWriter, r *http.Request) error {
	return c.client.file(w, r, apiImport(r)+"/rejects", "text/csv", "rejects.csv")
}

// rejectsShown is how many of them the page shows, and beginningBytes what is read for that.
const (
	rejectsShown   = 10
	beginningBytes = 64 << 10
)

// firstRejects reads the beginning of the file of rejects; nil if there is nothing to show.
func (c *Console) firstRejects(r *http.Request, here string) *rejectsView {
	v := readRejects(c.client.beginning(r.Context(), apiImport(r)+"/rejects", "text/csv", beginningBytes))
	if v != nil {
		v.Href = here + "/rejects.csv"
	}
	return v
}

// readRejects puts what was wrong before the row: a row is as wide as its file. Cells are shown as the file had them, without what
// keeps a spreadsheet from calculating with them.
func readRejects(text string) *rejectsView {
	rows := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	rows.FieldsPerRecord = -1
	head, err := rows.Read()
	own := slices.Index(head, "import_line")
	if err != nil || own < 0 {
		return nil
	}
	v := &rejectsView{Head: head[:own]}
	for {
		row, err := rows.Read()
		if err != nil || len(row) < own+3 { // its end, or where what was read of it ends
			return v
		}
		if len(v.Rows) == rejectsShown {
			v.More = true
			return v
		}
		reject := rejectRow{Line: row[own], Why: row[own+2]}
		for _, cell := range slices.Concat(row[:own], row[own+3:]) {
			reject.Cells = append(reject.Cells, tables.Unescape(cell))
		}
		v.Rows = append(v.Rows, reject)
	}
}
