package sheet

import (
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encoding is how the bytes of a file stand for texts.
type Encoding string

// The encodings that files of tables come in.
const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252"
)

// Dialect is how a table is written down.
type Dialect struct {
	Encoding  Encoding `json:"encoding"`
	Separator string   `json:"separator"` // one of , ; tab |
	// Start is the byte at which the table begins: behind a byte order mark and a line sep=;.
	Start int64 `json:"start,omitempty"`
	// Line is the number of the line that begins there, from 1.
	Line int64 `json:"first_line,omitempty"`
}

// plain makes of the bytes ones in which separators, quotes and line ends are single bytes: UTF-16 becomes UTF-8; the others are so.
func (e Encoding) plain(src io.Reader) io.Reader {
	switch e {
	case UTF16LE:
		return transform.NewReader(src, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder())
	case UTF16BE:
		return transform.NewReader(src, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder())
	}
	return src
}

// length is how many bytes of the file a piece of what plain has made was.
func (e Encoding) length(piece []byte) int64 {
	if e != UTF16LE && e != UTF16BE {
		return int64(len(piece))
	}
	units := 0
	for len(piece) > 0 {
		r, size := utf8.DecodeRune(piece)
		units++
		if r > 0xFFFF {
			units++ // a surrogate pair
		}
		piece = piece[size:]
	}
	return int64(2 * units)
}

// text is a cell's text; ok is false if its bytes are none.
func (e Encoding) text(cell []byte) (text string, ok bool) {
	if e != Windows1252 {
		return string(cell), utf8.Valid(cell)
	}
	for _, b := range cell {
		if b >= utf8.RuneSelf {
			runes := make([]rune, len(cell))
			for i, b := range cell {
				runes[i] = charmap.Windows1252.DecodeByte(b)
			}
			return string(runes), true
		}
	}
	return string(cell), true
}
