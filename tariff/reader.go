package tariff

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// maxLine bounds a line, so that a file without line ends is an error and not the end of the memory.
const maxLine = 16 << 20

// Reader reads events from JSON lines, one at a time. It keeps no line: the strings of an event live in blocks shared by many
// events, and words that recur (conversations, numbers, markets, ...) are stored once.
type Reader struct {
	lines *bufio.Reader
	long  []byte // a line that did not fit the buffer
	line  int
	bad   *InputError // the first field at fault in the current line
	cursor
	words map[string]string
	block strings.Builder
}

// NewReader returns a Reader of the JSON lines in r.
func NewReader(r io.Reader) *Reader {
	return &Reader{lines: bufio.NewReaderSize(r, 1<<18), words: map[string]string{}}
}

// Read reads the next event into e. Blank lines are skipped and unknown fields ignored; null and empty count as absent. The
// error is io.EOF at the end, an *InputError for a malformed line (nothing is read after it), or the underlying reader's.
func (r *Reader) Read(e *Event) error {
	for {
		line, err := r.nextLine()
		if err != nil {
			return err
		}
		r.b, r.i = line, 0
		if r.peek() == 0 && r.i >= len(r.b) {
			continue
		}
		*e = Event{}
		if bad := r.event(e); bad != nil {
			bad.Line = r.line
			return bad
		}
		return nil
	}
}

func (r *Reader) nextLine() ([]byte, error) {
	line, err := r.lines.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		r.long = r.long[:0]
		for err == bufio.ErrBufferFull {
			if r.long = append(r.long, line...); len(r.long) > maxLine {
				return nil, &InputError{Line: r.line + 1, Reason: fmt.Sprintf("is longer than %d bytes", maxLine)}
			}
			line, err = r.lines.ReadSlice('\n')
		}
		r.long = append(r.long, line...)
		line = r.long
	}
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("read events after line %d: %w", r.line, err)
	}
	if err == io.EOF && len(line) == 0 {
		return nil, io.EOF
	}
	if r.line++; r.line == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff")) // editors on Windows begin a file with it
	}
	return line, nil
}

// event reads one line: an object and nothing after it.
func (r *Reader) event(e *Event) *InputError {
	r.bad = nil
	if err := r.fields(func(key []byte) error { return r.field(e, key) }); err != nil {
		return &InputError{Reason: err.Error()}
	}
	if r.peek(); r.i < len(r.b) {
		return &InputError{Reason: errSyntax.Error()}
	}
	if r.bad != nil {
		return r.bad
	}
	return complete(e)
}

// field reads the value of one key. Every field of the table is checked, also where it does not apply to the event's type.
func (r *Reader) field(e *Event, key []byte) (err error) {
	switch string(key) {
	case "id":
		e.ID, err = r.name("id")
	case "at":
		e.At, err = r.instant("at")
	case "type":
		e.Type, err = r.eventType()
	case "conversation":
		e.Conversation, err = r.word("conversation")
	case "number":
		e.Number, err = r.word("number")
	case "market":
		e.Market, err = r.word("market")
	case "category":
		e.Category, err = r.category("category")
	case "message":
		e.Message, err = r.name("message")
	case "pricing":
		e.Pricing, err = r.pricing()
	case "campaign":
		e.Campaign, err = r.word("campaign")
	case "entry_point":
		e.EntryPoint, err = r.word("entry_point")
	case "entry_point_until":
		e.EntryPointUntil, err = r.instant("entry_point_until")
	default:
		err = r.skip(0)
	}
	return err
}

// complete checks that the fields its type needs are there, and drops those that do not apply to it: they are not read, so
// copies that differ in them do not differ. A template needs a category; a market is asked for only when a price is due.
func complete(e *Event) *InputError {
	missing := func(field string) *InputError { return &InputError{Field: field, Reason: "is missing"} }
	switch {
	case e.ID == "":
		return missing("id")
	case e.At.IsZero(): // also 0001-01-01, which is how a program writes a time that nobody set
		return missing("at")
	case e.Type == 0:
		return missing("type")
	}
	if e.Type.status() {
		if e.Message == "" {
			return missing("message")
		}
		status := Event{ID: e.ID, At: e.At, Type: e.Type, Message: e.Message}
		if e.Type == Delivered {
			status.Pricing, status.EntryPointUntil = e.Pricing, e.EntryPointUntil
		}
		*e = status
		return nil
	}
	e.Message, e.Pricing = "", nil
	e.EntryPointUntil = Event{}.EntryPointUntil
	switch {
	case e.Conversation == "":
		return missing("conversation")
	case e.Number == "":
		return missing("number")
	case e.Type == Template && e.Category == "":
		return missing("category")
	}
	if e.Type != Template {
		e.Category = ""
	}
	if e.Type == Inbound {
		e.Campaign = ""
	} else {
		e.EntryPoint = ""
	}
	return nil
}
