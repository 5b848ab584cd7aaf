package intake

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"reengage/whatsapp"
)

// addNotice takes in what concerns no conversation. It has no id of its own: the same words of the same account about
// the same moment are the same notice. Returned is its id.
func (b *batch) addNotice(key eventKey, u whatsapp.Update, at time.Time, content json.RawMessage) uuid.UUID {
	moment := "" // as the provider states it
	if at.IsZero() {
		at = u.EntryAt
	}
	if !at.IsZero() {
		moment = strconv.FormatInt(at.Unix(), 10)
	} else {
		at = b.now
	}
	id := key.notice(u.WABA, u.Field, u.PhoneNumberID, moment, string(content))
	b.add(draft{person: -1, number: u.PhoneNumberID, event: event{
		ID: id, Kind: kindNotice, Type: u.Field, OccurredAt: at, Content: content,
	}})
	return id
}

// The contents of notices, in words of our own.
type (
	callNotice struct {
		ID        string `json:"id"`
		Event     string `json:"event"`
		Direction string `json:"direction,omitempty"`
		Phone     string `json:"phone,omitempty"`
		BSUID     string `json:"bsuid,omitempty"`
	}
	preferenceNotice struct {
		Phone    string `json:"phone,omitempty"`
		BSUID    string `json:"bsuid,omitempty"`
		Category string `json:"category,omitempty"`
		Value    string `json:"value"`
		Detail   string `json:"detail,omitempty"`
	}
	templateNotice struct {
		Change   whatsapp.TemplateKind `json:"change"`
		ID       string                `json:"id,omitempty"`
		Name     string                `json:"name"`
		Language string                `json:"language,omitempty"`
		Status   string                `json:"status,omitempty"`
		Reason   string                `json:"reason,omitempty"`
		Previous string                `json:"previous,omitempty"`
		New      string                `json:"new,omitempty"`
	}
)

func noticeOfCall(c *whatsapp.Call) json.RawMessage {
	return encode(callNotice{c.ID, c.Event, c.Direction, c.Contact.WaID, c.Contact.BSUID})
}

func noticeOfPreference(p *whatsapp.Preference) json.RawMessage {
	return encode(preferenceNotice{p.Contact.WaID, p.Contact.BSUID, p.Category, p.Value, p.Detail})
}

func noticeOfTemplate(t *whatsapp.TemplateUpdate) json.RawMessage {
	return encode(templateNotice{t.Kind, t.ID, t.Name, t.Language, t.Status, t.Reason, t.Previous, t.New})
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
