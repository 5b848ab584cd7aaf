package live

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"
)

// ErrCursor says that a cursor is not one that was given out here.
var ErrCursor = errors.New("not a cursor of this feed")

// cursor is what a reader has been told: what a snapshot sees, and what the clock alone had changed up to a virtual time.
type cursor struct {
	server int64 // whose transactions these are
	seen   snapshot
	until  time.Time
}

// cursorVersion begins each cursor's text, so that another form can follow.
const cursorVersion = 1

// maxCursor bounds the text: a server with a thousand transactions under way writes about 2,000 characters.
const maxCursor = 8192

// String is the cursor as an event's id has it. Transactions are written by their distances, which are small.
func (c cursor) String() string {
	b := []byte{cursorVersion}
	b = binary.AppendVarint(b, c.server)
	b = binary.AppendVarint(b, c.until.UnixMicro())
	b = binary.AppendUvarint(b, c.seen.xmin)
	b = binary.AppendUvarint(b, c.seen.xmax-c.seen.xmin)
	last := c.seen.xmin
	for _, x := range c.seen.running {
		b = binary.AppendUvarint(b, x-last)
		last = x
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor reads one back. What we would have written otherwise is not ours.
func parseCursor(text string) (cursor, error) {
	if len(text) > maxCursor {
		return cursor{}, ErrCursor
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) == 0 || b[0] != cursorVersion {
		return cursor{}, ErrCursor
	}
	r := numbers{b[1:], false}
	c := cursor{server: r.signed(), until: time.UnixMicro(r.signed()).UTC()}
	c.seen.xmin = r.unsigned()
	c.seen.xmax = c.seen.xmin + r.unsigned()
	for last := c.seen.xmin; len(r.rest) > 0 && !r.bad; {
		last += r.unsigned()
		c.seen.running = append(c.seen.running, last)
	}
	if r.bad || c.seen.check() != nil || c.String() != text {
		return cursor{}, ErrCursor
	}
	return c, nil
}

// numbers reads one number after the other; bad: one was missing or too long.
type numbers struct {
	rest []byte
	bad  bool
}

func (r *numbers) unsigned() uint64 {
	n, size := binary.Uvarint(r.rest)
	r.advance(size)
	return n
}

func (r *numbers) signed() int64 {
	n, size := binary.Varint(r.rest)
	r.advance(size)
	return n
}

func (r *numbers) advance(size int) {
	if size <= 0 {
		r.rest, r.bad = nil, true
		return
	}
	r.rest = r.rest[size:]
}
