package whatsapp

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// The functions below cut JSON that is known to be valid into its pieces
// without decoding them. encoding/json would scan a piece once per level of
// nesting, and would give up a whole item for one member of the wrong type.

// maxDepth is several times deeper than any webhook that Meta documents.
const maxDepth = 64

// tooDeepMark stands in for a value that was cut out by prune. A raw tab or
// line end cannot occur inside a JSON string, so no text can imitate it.
const tooDeepMark = "[\t\r\t]"

// prune replaces every value that begins deeper than maxDepth by tooDeepMark,
// and reports whether there was one. encoding/json refuses a whole body for
// absurd nesting; this way only the item that contains it is lost.
func prune(body []byte) ([]byte, bool) {
	var out []byte // stays nil as long as nothing was cut
	depth, kept := 0, 0
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			i = stringEnd(body, i) - 1
		case '{', '[':
			if depth++; depth == maxDepth+1 {
				out = append(append(out, body[kept:i]...), tooDeepMark...)
			}
		case '}', ']':
			if depth--; depth == maxDepth {
				kept = i + 1
			}
		}
	}
	if out == nil {
		return body, false
	}
	if depth > maxDepth {
		return out, true // never closed: invalid, as it was
	}
	return append(out, body[kept:]...), true
}

// stringEnd returns the index after the string that begins at i.
func stringEnd(b []byte, i int) int {
	for start := i + 1; ; {
		n := bytes.IndexByte(b[min(start, len(b)):], '"')
		if n < 0 {
			return len(b)
		}
		quote := start + n
		escapes := quote
		for escapes > start && b[escapes-1] == '\\' {
			escapes--
		}
		if start = quote + 1; (quote-escapes)%2 == 0 {
			return start
		}
	}
}

// valueEnd returns the index after the value that begins at i.
func valueEnd(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = stringEnd(b, i)
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i // the container's own end, after a number or literal
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return i
}

// space returns the index of the first byte from i on that is not white space.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}

// member is one name and value of an object. The name is as it is written, in
// the body's own bytes, which spares a copy of every name.
type member struct {
	name  []byte
	value json.RawMessage
}

// members cuts a valid JSON value into its members; false if it is no object.
func members(raw json.RawMessage) ([]member, bool) {
	i := space(raw, 0)
	if i == len(raw) || raw[i] != '{' {
		return nil, false
	}
	out := make([]member, 0, 8)
	for i = space(raw, i+1); i < len(raw) && raw[i] != '}'; {
		end := stringEnd(raw, i)
		name := raw[i+1 : end-1]
		if bytes.IndexByte(name, '\\') >= 0 {
			name = []byte(text(raw[i:end]))
		}
		i = space(raw, space(raw, end)+1) // over the colon
		end = valueEnd(raw, i)
		out = append(out, member{name, raw[i:end:end]})
		if i = space(raw, end); i < len(raw) && raw[i] == ',' {
			i = space(raw, i+1)
		}
	}
	return out, true
}

// elements cuts a valid JSON value into its elements; false if it is no array.
func elements(raw json.RawMessage) ([]json.RawMessage, bool) {
	i := space(raw, 0)
	if i == len(raw) || raw[i] != '[' {
		return nil, false
	}
	var out []json.RawMessage
	for i = space(raw, i+1); i < len(raw) && raw[i] != ']'; {
		end := valueEnd(raw, i)
		out = append(out, raw[i:end:end])
		if i = space(raw, end); i < len(raw) && raw[i] == ',' {
			i = space(raw, i+1)
		}
	}
	return out, true
}

// text decodes a valid JSON string into text that Postgres accepts: invalid
// UTF-8, lone surrogates and NUL become U+FFFD, the replacement character.
func text(quoted []byte) string {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return ""
	}
	return strings.ReplaceAll(s, "\x00", "\uFFFD")
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || raw[0] == 'n' }
func isText(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '"' }
func isNumber(raw json.RawMessage) bool {
	return len(raw) > 0 && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9')
}
