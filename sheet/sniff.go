package sheet

import (
	"bytes"
	"io"
	"slices"
	"unicode/utf8"
)

// headBytes is how much of a file's beginning is kept to find the separator; its first line must lie within.
const headBytes = 64 << 10

// Refusal is a sentence for people: why a file cannot be read as a table.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// Sniffer finds out how a table is written down, from all of its bytes, which are written to it as they pass by: a file may be
// plain ASCII for a long way before its first accent says what it is.
type Sniffer struct {
	head []byte
	rest []byte // an incomplete character at the end of what was written

	seen       [256]int64 // how often each byte occurs
	characters int64      // beyond ASCII, well formed as UTF-8
	broken     int64      // bytes that are no UTF-8
}

// Write looks at some more of the file.
func (s *Sniffer) Write(p []byte) (int, error) {
	if room := headBytes - len(s.head); room > 0 {
		s.head = append(s.head, p[:min(room, len(p))]...)
	}
	for _, b := range p {
		s.seen[b]++
	}
	if len(s.rest) > 0 {
		s.look(append(s.rest, p...), false)
	} else {
		s.look(p, false)
	}
	return len(p), nil
}

// look counts characters. At the end an incomplete one is broken.
func (s *Sniffer) look(p []byte, end bool) {
	s.rest = nil
	for len(p) > 0 {
		if p[0] < utf8.RuneSelf {
			p = p[1:]
			continue
		}
		if !end && !utf8.FullRune(p) {
			s.rest = bytes.Clone(p)
			return
		}
		r, size := utf8.DecodeRune(p)
		if r == utf8.RuneError && size == 1 {
			s.broken++
		} else {
			s.characters++
		}
		p = p[size:]
	}
}

// marks are the beginnings of files by which they say what they are.
var marks = []struct {
	mark     string
	encoding Encoding
	refusal  Refusal
}{
	{"PK\x03\x04", "", "the file is an Excel workbook or a zip archive: open it in a spreadsheet and save it as CSV (UTF-8)"},
	{"\xD0\xCF\x11\xE0", "", "the file is an old Excel workbook: open it in a spreadsheet and save it as CSV (UTF-8)"},
	{"%PDF", "", "the file is a PDF; contacts are taken from CSV"},
	{"\x1F\x8B", "", "the file is compressed: unpack it first"},
	{"\xFF\xFE\x00\x00", "", "the file is UTF-32: save it as CSV in UTF-8"},
	{"\x00\x00\xFE\xFF", "", "the file is UTF-32: save it as CSV in UTF-8"},
	{"\xEF\xBB\xBF", UTF8, ""},
	{"\xFF\xFE", UTF16LE, ""},
	{"\xFE\xFF", UTF16BE, ""},
}

// Dialect is how the table is written down, once all of the file has been seen. The error is a Refusal.
func (s *Sniffer) Dialect() (Dialect, error) {
	s.look(s.rest, true)
	if len(s.head) == 0 {
		return Dialect{}, Refusal("the file is empty")
	}
	d := Dialect{Line: 1}
	for _, m := range marks {
		if !bytes.HasPrefix(s.head, []byte(m.mark)) {
			continue
		}
		if m.refusal != "" {
			return d, m.refusal
		}
		d.Encoding, d.Start = m.encoding, int64(len(m.mark))
		break
	}
	if d.Encoding == "" {
		var err error
		if d.Encoding, err = s.unmarked(); err != nil {
			return d, err
		}
	}
	return d.withSeparator(s.head)
}

// unmarked is the encoding of a file without a byte order mark. Bytes that are no UTF-8 may be Windows-1252, which nearly all bytes
// are, or damage in a file that is UTF-8 otherwise: then the rows that have them are refused, and the others are not.
func (s *Sniffer) unmarked() (Encoding, error) {
	var all int64
	for _, n := range s.seen {
		all += n
	}
	if s.seen[0]*10 > all {
		return "", Refusal("the file has zero bytes throughout: it is UTF-16 without a byte order mark, or no text; save it as CSV in UTF-8")
	}
	control := int64(0) // that no text has
	for b := byte(1); b < ' '; b++ {
		if !slices.Contains([]byte("\t\n\v\f\r\x1a"), b) {
			control += s.seen[b]
		}
	}
	undefined := s.seen[0x81] + s.seen[0x8D] + s.seen[0x8F] + s.seen[0x90] + s.seen[0x9D]
	switch {
	case s.broken == 0 || s.characters > s.broken:
		return UTF8, nil
	case undefined == 0 && control*1000 <= all:
		return Windows1252, nil
	}
	return "", Refusal("the file is neither UTF-8 nor Windows-1252: save it as CSV in UTF-8")
}

// separators are those that there are, the likelier first.
const separators = ",;\t|"

// withSeparator finds the separator: the one that stands in the first line most often, or that a line sep=; before it names.
func (d Dialect) withSeparator(head []byte) (Dialect, error) {
	text, err := io.ReadAll(d.Encoding.plain(bytes.NewReader(head[d.Start:])))
	if err != nil {
		return d, Refusal("the file's beginning cannot be read as " + string(d.Encoding))
	}
	line, rest, ended := bytes.Cut(text, []byte("\n"))
	if named, ok := bytes.CutPrefix(bytes.ToLower(bytes.Trim(line, "\"\r ")), []byte("sep=")); ok {
		if len(named) != 1 || bytes.IndexByte([]byte(separators), named[0]) < 0 {
			return d, Refusal("the first line names a separator other than comma, semicolon, tab and |")
		}
		d.Separator, d.Start, d.Line = string(named), d.Start+d.Encoding.length(line)+d.Encoding.length([]byte("\n")), 2
		return d, nil
	}
	for ended && len(bytes.TrimSpace(line)) == 0 {
		line, rest, ended = bytes.Cut(rest, []byte("\n"))
	}
	switch {
	case !ended && len(head) >= headBytes:
		return d, Refusal("the file has no lines of a table: its first line does not end within 64 KiB")
	case bytes.IndexByte(bytes.TrimRight(line, "\r"), '\r') >= 0:
		return d, Refusal("the file's lines end as on old Macintoshes: save it as CSV in UTF-8")
	case len(bytes.TrimSpace(line)) == 0:
		return d, Refusal("the file is empty")
	}
	d.Separator = mostFrequent(line)
	return d, nil
}

func mostFrequent(line []byte) string {
	var counts [len(separators)]int
	quoted := false
	for _, b := range line {
		if b == '"' {
			quoted = !quoted
		} else if i := bytes.IndexByte([]byte(separators), b); i >= 0 && !quoted {
			counts[i]++
		}
	}
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	return separators[best : best+1]
}

// Head is the file's beginning.
func (s *Sniffer) Head() []byte { return s.head }
