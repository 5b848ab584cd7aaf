package tariff

import (
	"strconv"
	"time"
)

// object writes one compact JSON object, leaving out empty texts. It exists because the order and spelling of fields are part
// of the contract (and, for events, decide between differing copies), and because a rating run writes them by the million.
type object struct {
	dst  []byte
	some bool // a field has been written
}

func (o *object) key(name string) {
	if o.some {
		o.dst = append(o.dst, ',')
	} else {
		o.dst = append(o.dst, '{')
		o.some = true
	}
	o.dst = append(o.dst, '"')
	o.dst = append(o.dst, name...)
	o.dst = append(o.dst, '"', ':')
}

func (o *object) text(name, value string) {
	if value != "" {
		o.key(name)
		o.dst = appendQuoted(o.dst, value)
	}
}

func (o *object) integer(name string, value int64) {
	o.key(name)
	o.dst = strconv.AppendInt(o.dst, value, 10)
}

// time writes UTC with `Z`, and fractions without trailing zeros.
func (o *object) time(name string, value time.Time) {
	o.key(name)
	o.dst = append(o.dst, '"')
	o.dst = value.UTC().AppendFormat(o.dst, time.RFC3339Nano)
	o.dst = append(o.dst, '"')
}

func (o *object) end() []byte {
	if !o.some {
		o.dst = append(o.dst, '{')
	}
	return append(o.dst, '}')
}

// appendQuoted escapes only what JSON demands; encoding/json would also escape <, > and &, which belong to no HTML here.
func appendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	plain := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[plain:i]...)
		plain = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	dst = append(dst, s[plain:]...)
	return append(dst, '"')
}
