package sheet

import (
	"encoding/csv"
	"io"
)

// Writer writes a table: comma separated, CRLF (RFC 4180), UTF-8. Flush at the end.
type Writer struct {
	*csv.Writer
	row []string
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return &Writer{Writer: out}
}

// Write writes a row of texts, none of which a spreadsheet takes for a formula.
func (w *Writer) Write(cells []string) error {
	w.row = w.row[:0]
	for _, cell := range cells {
		w.row = append(w.row, Escape(cell))
	}
	return w.Writer.Write(w.row)
}
