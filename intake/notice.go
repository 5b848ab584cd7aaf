package intake

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"reengage/whatsapp"
)

// addNotice takes in what concerns no conversation. It has no id of its own: the same words of the same account about
// the same moment are the same notice.
func (b *batch) addNotice(key eventKey, u whatsapp.Update, at time.Time, content json.RawMessage) {
	entry := ""
	if !u.EntryAt.IsZero() {
		entry = strconv.FormatInt(u.EntryAt.Unix(), 10)
	}
	if at.IsZero() {
		at = b.now
	}
	b.add(draft{person: -1, number: u.PhoneNumberID, event: event{
		ID:   key.notice(u.WABA, u.Field, u.PhoneNumberID, entry, string(content)),
		Kind: kindNotice, Type: u.Field, OccurredAt: at, Content: content,
	}})
}

// canonical rewrites JSON of which nothing is known so that the same content is the same text, and so that Postgres
// takes it: no NUL, no broken text, no number out of range.
func canonical(raw json.RawMessage) json.RawMessage {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil // the body's bytes are kept
	}
	return encode(storable(v))
}

func storable(v any) any {
	switch v := v.(type) {
	case string:
		return clean(v)
	case json.Number:
		if f, err := v.Float64(); err != nil || math.Abs(f) > 1e30 || len(v) > 64 || strings.ContainsAny(v.String(), "eE") {
			return v.String()
		}
		return v
	case []any:
		for i := range v {
			v[i] = storable(v[i])
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, value := range v {
			out[clean(name)] = storable(value)
		}
		return out
	}
	return v
}
