package sheet

import (
	"bytes"
	"errors"
	"io"
)

// The most that a table's parts may be, in bytes; a row beyond is refused.
const (
	MaxRow   = 1 << 20
	MaxCell  = 32 << 10
	MaxCells = 1000
)

// Problem is why a row cannot be read.
type Problem struct {
	Code   string // a word that does not change
	Reason string // a sentence for people
}

var (
	openQuote   = &Problem{"quotes", "a quote (\") opens a cell and is not closed, at least not within 1 MiB"}
	strayQuote  = &Problem{"quotes", "a quote (\") stands within a cell in quotes: write it twice"}
	longRow     = &Problem{"too_long", "the row is longer than 1 MiB"}
	longCell    = &Problem{"too_long", "a cell is longer than 32 KiB"}
	manyCells   = &Problem{"too_long", "the row has more than 1,000 cells"}
	notText     = &Problem{"encoding", "the row has bytes that are no UTF-8"}
	zeroInCells = &Problem{"encoding", "the row has zero bytes"}
)

// Reader reads the rows of a table one by one, in constant memory.
type Reader struct {
	src     io.Reader
	dialect Dialect
	sep     byte

	buf      []byte
	from, to int // of buf: what is read and not yet given out
	ended    error
	offset   int64
	line     int64
	cell     []byte // scratch
}

// NewReader reads from src, whose first byte is the file's byte at offset, where a row begins with this line.
func NewReader(src io.Reader, d Dialect, offset, line int64) *Reader {
	return &Reader{src: d.Encoding.plain(src), dialect: d, sep: d.Separator[0], buf: make([]byte, headBytes), offset: offset, line: line}
}

// Offset is where the next row begins, and its line.
func (r *Reader) Offset() (offset, line int64) { return r.offset, r.line }

// Next returns the next row that is not blank; io.EOF behind the last. Other errors are src's.
func (r *Reader) Next() (Row, error) {
	for {
		length, problem, err := r.find()
		if err != nil {
			return Row{}, err
		}
		raw := r.buf[r.from : r.from+length]
		row := Row{Line: r.line, Problem: problem}
		r.advance(raw)
		if problem == longRow {
			if err := r.skipLine(); err != nil {
				return Row{}, err
			}
		}
		row.End, row.Next = r.offset, r.line
		if len(bytes.TrimRight(raw, "\r\n")) == 0 {
			continue
		}
		r.split(&row, bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r")))
		return row, nil
	}
}

func (r *Reader) advance(raw []byte) {
	r.from += len(raw)
	r.offset += r.dialect.Encoding.length(raw)
	r.line += int64(bytes.Count(raw, []byte("\n")))
}

// find returns the length of the next row in buf, its line end included.
func (r *Reader) find() (int, *Problem, error) {
	for {
		data := r.buf[r.from:r.to]
		length, problem := rowLength(data, r.sep, errors.Is(r.ended, io.EOF))
		switch {
		case length > 0:
			return length, problem, nil
		case r.ended == nil && len(data) < MaxRow:
			r.fill()
		case r.ended != nil && !errors.Is(r.ended, io.EOF):
			return 0, nil, r.ended
		case len(data) == 0:
			return 0, nil, io.EOF
		case bytes.IndexByte(data, '\n') >= 0: // a cell that nobody closes costs the line in which it opens
			return bytes.IndexByte(data, '\n') + 1, openQuote, nil
		case r.ended != nil:
			return len(data), openQuote, nil
		default:
			return len(data), longRow, nil
		}
	}
}

// fill reads some more, making room for it first.
func (r *Reader) fill() {
	if r.from > 0 {
		r.to = copy(r.buf, r.buf[r.from:r.to])
		r.from = 0
	}
	if r.to == len(r.buf) {
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
	var n int
	n, r.ended = r.src.Read(r.buf[r.to:])
	r.to += n
}

// skipLine leaves out the rest of a line that is too long to be kept.
func (r *Reader) skipLine() error {
	for {
		if r.from == r.to {
			if errors.Is(r.ended, io.EOF) {
				return nil
			}
			if r.ended != nil {
				return r.ended
			}
			r.fill()
			continue
		}
		data := r.buf[r.from:r.to]
		end := bytes.IndexByte(data, '\n')
		if end >= 0 {
			r.advance(data[:end+1])
			return nil
		}
		r.advance(data)
	}
}

// split takes a row apart into cells.
func (r *Reader) split(row *Row, raw []byte) {
	if row.Problem != nil { // for people, as it stands
		text, _ := r.dialect.Encoding.text(raw[:min(len(raw), 1000)])
		row.Cells = []string{text}
		return
	}
	row.Cells = make([]string, 0, bytes.Count(raw, []byte{r.sep})+1)
	for more := true; more; {
		var cell []byte
		cell, raw, more = r.cut(raw)
		text, ok := r.dialect.Encoding.text(cell)
		row.Cells = append(row.Cells, text)
		switch {
		case !ok:
			row.Problem = notText
		case bytes.IndexByte(cell, 0) >= 0:
			row.Problem = zeroInCells
		case len(cell) > MaxCell:
			row.Problem = longCell
		case len(row.Cells) > MaxCells:
			row.Problem = manyCells
			return
		}
	}
}

// cut takes the first cell off a row.
func (r *Reader) cut(raw []byte) (cell, rest []byte, more bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return bytes.Cut(raw, []byte{r.sep})
	}
	r.cell = r.cell[:0]
	for raw = raw[1:]; ; {
		q := bytes.IndexByte(raw, '"')
		if q < 0 { // cannot be: the row has ended behind its quotes
			return append(r.cell, raw...), nil, false
		}
		r.cell = append(r.cell, raw[:q]...)
		raw = raw[q+1:]
		switch {
		case len(raw) == 0:
			return r.cell, nil, false
		case raw[0] == '"':
			r.cell = append(r.cell, '"')
			raw = raw[1:]
		case raw[0] == r.sep:
			return r.cell, raw[1:], true
		default: // \r before the end
			return append(r.cell, raw...), nil, false
		}
	}
}
