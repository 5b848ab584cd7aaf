package sheet

import (
	"bytes"
)

// Row is one row of a table. Of one with a Problem the cells are what could be read.
type Row struct {
	Line    int64 // of the file, from 1, where it begins
	End     int64 // the byte of the file behind it: where the next one begins
	Next    int64 // the line that begins there
	Cells   []string
	Problem *Problem
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
			opened := i
			i = end
			if problem != nil {
				// On another line it is a quote that opens a cell, rather, and the one before was not closed: that costs the line in which it
				// stands, and not the rows that follow.
				if n := bytes.IndexByte(data[opened:i], '\n'); n >= 0 {
					return opened + n + 1, openQuote
				}
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
