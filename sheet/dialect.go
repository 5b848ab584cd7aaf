package sheet

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
