package api

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"reengage/sheet"
)

// How a file is read and written: so many rows at once, each page of which may take so long on its way, in real time.
const (
	fileRows     = 1000
	filePatience = 30 * time.Second
)

// csvFile is an answer that is a file, written page by page, so that its length does not matter. Where a page cannot be read it is cut
// off (http.ErrAbortHandler), or a part would look like the whole.
type csvFile struct {
	*sheet.Writer
	connection *http.ResponseController
}

func newCSVFile(c huma.Context, name string, head []string) csvFile {
	_, w := humago.Unwrap(c)
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	f := csvFile{sheet.NewWriter(w), http.NewResponseController(w)}
	_ = f.Write(head) // what cannot be written says so at the end of the page
	return f
}

// page writes rows, and reports whether somebody still takes them.
func (f csvFile) page(n int, row func(i int) []string) bool {
	_ = f.connection.SetWriteDeadline(time.Now().Add(filePatience)) // where the server can
	for i := range n {
		_ = f.Write(row(i))
	}
	f.Flush()
	return f.Error() == nil
}
