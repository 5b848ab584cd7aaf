package tariff

import (
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

var (
	errSyntax    = errors.New("is not a JSON object")
	errNotString = errors.New("is not a string")
	errNotObject = errors.New("is not an object")
	errNotText   = errors.New("is not valid Unicode text")
)

// maxDepth bounds nesting in fields that are skipped, as encoding/json does, so that no line can exhaust the stack.
const maxDepth = 10_000

// cursor reads JSON from one line without reflection and without allocating. Syntax is checked throughout, also in values that
// are skipped; a value is decoded only where somebody wants it.
type cursor struct {
	b       []byte
	i       int
	scratch []byte // the last text that had escapes
}

// peek is the next byte that is not white space; 0 at the end.
func (c *cursor) peek() byte {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ' ', '\t', '\r', '\n':
			c.i++
		default:
			return c.b[c.i]
		}
	}
	return 0
}

// take consumes the next byte if it is want.
func (c *cursor) take(want byte) bool {
	if c.peek() != want || c.i >= len(c.b) {
		return false
	}
	c.i++
	return true
}

// fields calls each with every key of the object that comes next, the cursor standing before its value. The key is valid until
// each reads the value.
func (c *cursor) fields(each func(key []byte) error) error {
	if !c.take('{') {
		return errSyntax
	}
	if c.take('}') {
		return nil
	}
	for {
		key, err := c.text()
		if err != nil && err != errNotText { // a key that is no text is nobody's field
			return errSyntax
		}
		if !c.take(':') {
			return errSyntax
		}
		if err := each(key); err != nil {
			return err
		}
		if c.take('}') {
			return nil
		}
		if !c.take(',') {
			return errSyntax
		}
	}
}

// optionalText is the string that comes next, nil for null. It is valid until the next text is read.
func (c *cursor) optionalText() ([]byte, error) {
	switch c.peek() {
	case '"':
		return c.text()
	case 'n':
		return nil, c.skip(0)
	}
	if err := c.skip(0); err != nil {
		return nil, err
	}
	return nil, errNotString
}

// text reads a string. errNotText: its syntax is right, but its bytes or escapes are no Unicode; a replacement character would
// make different ids equal.
func (c *cursor) text() ([]byte, error) {
	if !c.take('"') {
		return nil, errSyntax
	}
	start, high := c.i, byte(0)
	for ; c.i < len(c.b); c.i++ {
		switch b := c.b[c.i]; {
		case b == '"':
			text := c.b[start:c.i]
			c.i++
			if high >= utf8.RuneSelf && !utf8.Valid(text) {
				return nil, errNotText
			}
			return text, nil
		case b == '\\':
			return c.escapedText(start)
		case b < ' ':
			return nil, errSyntax
		default:
			high |= b
		}
	}
	return nil, errSyntax
}

// escapedText goes on where text found the first escape.
func (c *cursor) escapedText(start int) ([]byte, error) {
	out := append(c.scratch[:0], c.b[start:c.i]...)
	valid := true
	for c.i < len(c.b) {
		b := c.b[c.i]
		c.i++
		switch {
		case b == '"':
			c.scratch = out
			if !valid || !utf8.Valid(out) {
				return nil, errNotText
			}
			return out, nil
		case b < ' ':
			return nil, errSyntax
		case b != '\\':
			out = append(out, b)
			continue
		}
		if c.i >= len(c.b) {
			return nil, errSyntax
		}
		b = c.b[c.i]
		c.i++
		switch b {
		case '"', '\\', '/':
			out = append(out, b)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, ok := c.unit()
			if !ok {
				return nil, errSyntax
			}
			if utf16.IsSurrogate(r) {
				first := r
				r = utf8.RuneError
				if c.i+1 < len(c.b) && c.b[c.i] == '\\' && c.b[c.i+1] == 'u' {
					c.i += 2
					second, ok := c.unit()
					if !ok {
						return nil, errSyntax
					}
					r = utf16.DecodeRune(first, second)
				}
				valid = valid && r != utf8.RuneError
			}
			out = utf8.AppendRune(out, r)
		default:
			return nil, errSyntax
		}
	}
	return nil, errSyntax
}

// unit reads the four hexadecimal digits of an escape.
func (c *cursor) unit() (r rune, ok bool) {
	if len(c.b)-c.i < 4 {
		return 0, false
	}
	for _, b := range c.b[c.i : c.i+4] {
		switch {
		case b >= '0' && b <= '9':
			r = r<<4 | rune(b-'0')
		case b|0x20 >= 'a' && b|0x20 <= 'f':
			r = r<<4 | rune(b|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	c.i += 4
	return r, true
}

// skip passes over any value, checking its syntax.
func (c *cursor) skip(depth int) error {
	if depth > maxDepth {
		return errSyntax
	}
	switch b := c.peek(); b {
	case '"':
		if _, err := c.text(); err != errNotText {
			return err
		}
		return nil
	case '{':
		return c.fields(func([]byte) error { return c.skip(depth + 1) })
	case '[':
		c.i++
		if c.take(']') {
			return nil
		}
		for {
			if err := c.skip(depth + 1); err != nil {
				return err
			}
			if c.take(']') {
				return nil
			}
			if !c.take(',') {
				return errSyntax
			}
		}
	case 't':
		return c.literal("true")
	case 'f':
		return c.literal("false")
	case 'n':
		return c.literal("null")
	}
	return c.number()
}

func (c *cursor) literal(word string) error {
	if len(c.b)-c.i < len(word) || string(c.b[c.i:c.i+len(word)]) != word {
		return errSyntax
	}
	c.i += len(word)
	return nil
}

func (c *cursor) number() error {
	c.sign("-")
	if c.i < len(c.b) && c.b[c.i] == '0' {
		c.i++
	} else if !c.digits() {
		return errSyntax
	}
	if c.i < len(c.b) && c.b[c.i] == '.' {
		c.i++
		if !c.digits() {
			return errSyntax
		}
	}
	if c.i < len(c.b) && c.b[c.i]|0x20 == 'e' {
		c.i++
		c.sign("+-")
		if !c.digits() {
			return errSyntax
		}
	}
	return nil
}

func (c *cursor) sign(allowed string) {
	for k := 0; k < len(allowed); k++ {
		if c.i < len(c.b) && c.b[c.i] == allowed[k] {
			c.i++
			return
		}
	}
}

func (c *cursor) digits() bool {
	start := c.i
	for c.i < len(c.b) && c.b[c.i] >= '0' && c.b[c.i] <= '9' {
		c.i++
	}
	return c.i > start
}
