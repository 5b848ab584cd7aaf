package importing

import "reengage/sheet"

// Dialect is how the file is written, and what its columns are taken for. It is found out once, so that a phase that goes on after a
// crash reads on as it has begun.
type Dialect struct {
	sheet.Dialect
	Columns []Column `json:"columns,omitempty"`
	Body    int64    `json:"body"`      // the byte at which the first row after the header begins
	Next    int64    `json:"body_line"` // and the line
}
