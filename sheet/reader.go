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

// Row is one row of a table. Of one with a Problem the cells are what could be read.
type Row struct {
	Line    int64 // of the file, from 1, where it begins
	End     int64 // the byte of the file behind it: where the next one begins
	Next    int64 // the line that begins there
	Cells   []string
	Problem *Problem
}

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

// rowLength is the length of the row at the beginning of data; 0 if it does not end there. last: nothing comes behind data.
func rowLength(data []byte, sep byte, last bool) (int, *Problem) {
	i := 0
	for {
		if i < len(data) && data[i] == '"' { // a cell in quotes
			end, problem, closed := quotedEnd(data, i+1, sep, last)
			if !closed {
				return 0, nil
			}
			i = end
			if problem != nil {
				if n := bytes.IndexByte(data[i:], '\n'); n >= 0 {
					return i + n + 1, problem
				}
				return atEnd(data, last), problem
			}
		}
		line := bytes.IndexByte(data[i:], '\n')
		rest := data[i:]
		if line >= 0 {
			rest = rest[:line]
		}
		next := nextQuoted(rest, sep)
		if next < 0 {
			if line >= 0 {
				return i + line + 1, nil
			}
			return atEnd(data, last), nil
		}
		i += next
	}
}

func atEnd(data []byte, last bool) int {
	if last {
		return len(data)
	}
	return 0
}

// nextQuoted is where a cell in quotes begins behind a separator of this line; -1: nowhere.
func nextQuoted(line []byte, sep byte) int {
	for i := 0; ; {
		q := bytes.IndexByte(line[i:], '"')
		if q < 0 {
			return -1
		}
		if i += q; i > 0 && line[i-1] == sep {
			return i
		}
		i++
	}
}

// quotedEnd is the end of a cell in quotes that began before from: behind its closing quote.
func quotedEnd(data []byte, from int, sep byte, last bool) (end int, problem *Problem, closed bool) {
	for i := from; ; {
		q := bytes.IndexByte(data[i:], '"')
		if q < 0 {
			return 0, nil, false
		}
		i += q + 1
		switch {
		case i == len(data):
			return i, nil, last
		case data[i] == '"':
			i++
		case data[i] == sep || data[i] == '\n' || data[i] == '\r' && i+1 < len(data) && data[i+1] == '\n':
			return i, nil, true
		case data[i] == '\r' && i+1 == len(data):
			return i, nil, last
		default:
			return i, strayQuote, true
		}
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
