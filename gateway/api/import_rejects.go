package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/google/uuid"

	"reengage/db"
	"reengage/gateway/access"
	"reengage/importing"
	"reengage/sheet"
)

// ImportRejects asks for the rows that were not taken, as they stood, each with its line and the reason.
//
//	GET /v1/imports/0190a0b0-3c1d-7cc2-8f58-5c0d8a4c3f14/rejects
type ImportRejects struct {
	ID uuid.UUID `path:"id" doc:"The import's id."`
}

var importRejectsOp = huma.Operation{
	OperationID: "import-rejects", Method: http.MethodGet, Path: "/v1/imports/{id}/rejects",
	Summary: "Get the rows that were not taken, as CSV",
	Description: "The file's own columns, then import_line, import_code and import_reason; UTF-8, comma separated; a text that a spreadsheet would take for a formula begins with an " +
		"apostrophe. Corrected, it can be uploaded as it is: the three columns are known and not taken in.",
	Errors: []int{http.StatusNotFound},
}

const (
	rejectsAtOnce   = 1000
	rejectsPatience = 30 * time.Second // real: how long a page of them may take on its way
)

// registerImportRejects is register for the one answer that is a file.
func registerImportRejects(a *API) {
	op := importRejectsOp
	op.Security = needs(access.Admin) // people whom the business may not even keep, as whoever has uploaded them wrote them down
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable)
	op.Responses = map[string]*huma.Response{"200": {
		Description: "The file.",
		Content:     map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
	huma.Register(a.huma, op, func(ctx context.Context, in *ImportRejects) (*huma.StreamResponse, error) {
		row, err := a.queries.GetImport(ctx, in.ID)
		var first []db.ListImportRejectsRow
		if err == nil {
			first, err = a.queries.ListImportRejects(ctx, in.ID, 0, rejectsAtOnce)
		}
		if err != nil {
			_, err = changedImport(row, unknownImport(err))
			return nil, a.problem(ctx, op.OperationID, err)
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			ctx.SetHeader("Content-Type", "text/csv; charset=utf-8; header=present")
			ctx.SetHeader("Content-Disposition", `attachment; filename="rejects-`+in.ID.String()+`.csv"`)
			_, w := humago.Unwrap(ctx)
			a.writeRejects(ctx.Context(), w, row, first)
		}}, nil
	})
}

func (a *API) writeRejects(ctx context.Context, w http.ResponseWriter, row db.Import, page []db.ListImportRejectsRow) {
	var known importing.Dialect
	_ = json.Unmarshal(row.Dialect, &known) // of our own making; of a file that was refused there is none
	out, connection := sheet.NewWriter(w), http.NewResponseController(w)
	var head []string
	for _, c := range known.Columns {
		head = append(head, c.Header)
	}
	_ = out.Write(append(head, importing.RejectColumns...))
	for {
		_ = connection.SetWriteDeadline(time.Now().Add(rejectsPatience)) // where the server can
		for _, r := range page {
			_ = out.Write(rejectCells(r, len(known.Columns)))
		}
		out.Flush()
		if out.Error() != nil || len(page) < rejectsAtOnce {
			return
		}
		var err error
		if page, err = a.queries.ListImportRejects(ctx, row.ID, page[len(page)-1].Line, rejectsAtOnce); err != nil {
			a.log.ErrorContext(ctx, "a file of rejected rows was cut off", "import", row.ID, "error", err)
			panic(http.ErrAbortHandler) // or a part would look like the whole
		}
	}
}

// rejectCells are the row's own, as many as there are columns, then what is wrong with it. What it has beyond them comes last.
func rejectCells(r db.ListImportRejectsRow, columns int) []string {
	cells := make([]string, columns, columns+3)
	n := copy(cells, r.Cells)
	return append(append(cells, strconv.FormatInt(r.Line, 10), r.Code, r.Reason), r.Cells[n:]...)
}
