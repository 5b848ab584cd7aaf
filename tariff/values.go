package tariff

import (
	"bytes"
	"fmt"
	"time"
)

// blame notes the first field whose value is at fault and lets reading go on: a line that is no JSON at all has no field to blame,
// and that shows only at its end. What it returns is a fault of syntax.
func (r *Reader) blame(field string, err error) error {
	if err == nil || err == errSyntax {
		return err
	}
	if r.bad == nil {
		r.bad = &InputError{Field: field, Reason: err.Error()}
	}
	return nil
}

// name reads a string that hardly ever recurs, such as an id.
func (r *Reader) name(field string) (string, error) {
	b, err := r.optionalText()
	return r.store(b), r.blame(field, err)
}

// word reads a string that recurs.
func (r *Reader) word(field string) (string, error) {
	b, err := r.optionalText()
	return r.shared(b), r.blame(field, err)
}

// category reads a word in which a hyphen means an underscore.
func (r *Reader) category(field string) (string, error) {
	b, err := r.optionalText()
	if bytes.IndexByte(b, '-') >= 0 {
		b = bytes.ReplaceAll(b, []byte{'-'}, []byte{'_'})
	}
	return r.shared(b), r.blame(field, err)
}

func (r *Reader) instant(field string) (time.Time, error) {
	b, err := r.optionalText()
	if len(b) == 0 || err != nil {
		return time.Time{}, r.blame(field, err)
	}
	t, err := parseTime(b)
	if err != nil {
		err = fmt.Errorf("%.40q %w", b, err)
	}
	return t, r.blame(field, err)
}

func (r *Reader) eventType() (EventType, error) {
	b, err := r.optionalText()
	if len(b) == 0 || err != nil {
		return 0, r.blame("type", err)
	}
	if t, ok := ParseEventType(string(b)); ok {
		return t, nil
	}
	return 0, r.blame("type", fmt.Errorf("%.40q is none of inbound, template, freeform, delivered, failed", b))
}

// pricing reads the provider's verdict. What it lacks makes it unreadable (P6), not malformed: the provider may change it.
func (r *Reader) pricing() (*Pricing, error) {
	if first := r.peek(); first != '{' {
		err := r.skip(0)
		if err == nil && first != 'n' { // null
			err = errNotObject
		}
		return nil, r.blame("pricing", err)
	}
	p := &Pricing{}
	err := r.fields(func(key []byte) (err error) {
		switch string(key) {
		case "model":
			p.Model, err = r.word("pricing.model")
		case "type":
			p.Type, err = r.word("pricing.type")
		case "category":
			p.Category, err = r.category("pricing.category")
		default:
			err = r.skip(0)
		}
		return err
	})
	return p, err
}

// shared is the one copy of a word.
func (r *Reader) shared(b []byte) string {
	if s, ok := r.words[string(b)]; ok {
		return s
	}
	s := r.store(b)
	r.words[s] = s
	return s
}

// store copies b into the current block; a block is never moved, so strings cut from it stay valid.
func (r *Reader) store(b []byte) string {
	const size = 1 << 16
	if len(b) == 0 {
		return ""
	}
	if r.block.Cap()-r.block.Len() < len(b) {
		r.block.Reset()
		r.block.Grow(max(size, len(b)))
	}
	start := r.block.Len()
	r.block.Write(b)
	return r.block.String()[start:]
}
