package whatsapp

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// accountObject is the envelope's `object` in every WhatsApp webhook.
const accountObject = "whatsapp_business_account"

// Parse reads a webhook's body whose signature has been verified. It never
// fails: what cannot be read is listed among the problems and takes nothing
// else with it. A body that is no webhook at all gives a problem and no
// updates. All texts are valid UTF-8 without NUL.
//
// The Raw members of the result alias body.
func Parse(body []byte) Parsed {
	var out Parsed
	root := &node{out: &out}
	body, out.pruned = prune(body)
	if reason := envelopeFault(body); reason != "" {
		root.note("", reason, true)
		return out
	}
	list, ok := members(body)
	if !ok {
		root.note("", ReasonWrongType, true)
		return out
	}
	root.list = list
	if object, ok := root.key("object"); !ok || object != accountObject {
		if ok {
			root.note("object", ReasonWrongObject, true)
		}
		return out
	}
	if root.get("entry") == nil {
		root.note("entry", ReasonMissing, true)
	}
	for _, entry := range root.objects("entry", true) {
		readEntry(entry)
	}
	if out.pruned && out.findings() == 0 {
		root.note("", ReasonTooDeep, false)
	}
	return out
}

// envelopeFault tells why body is not one JSON value, or nothing.
func envelopeFault(body []byte) Reason {
	if json.Valid(body) {
		return ""
	}
	var first json.RawMessage
	d := json.NewDecoder(bytes.NewReader(body))
	if d.Decode(&first) != nil {
		return ReasonNotJSON
	}
	if _, err := d.Token(); errors.Is(err, io.EOF) {
		return ReasonNotJSON
	}
	return ReasonTrailingData
}

func readEntry(entry *node) {
	waba := entry.label("id")
	at, _ := entry.second("time", false)
	if entry.get("changes") == nil {
		entry.note("changes", ReasonMissing, true)
	}
	for _, change := range entry.objects("changes", true) {
		field, ok := change.key("field")
		if !ok {
			continue
		}
		value := change.part("value")
		if value == nil {
			continue
		}
		readChange(value, Update{
			WABA:          waba,
			EntryAt:       at,
			Field:         field,
			PhoneNumberID: value.object("metadata").label("phone_number_id"),
			DisplayNumber: displayNumber(value),
		}, change.get("value"))
	}
}

// displayNumber is in the metadata of what concerns conversations, and beside
// the facts of what concerns the number itself.
func displayNumber(value *node) string {
	if s := value.object("metadata").text("display_phone_number"); s != "" {
		return s
	}
	return value.text("display_phone_number")
}

// readChange appends what one change reports. base is everything but Path and
// Content.
func readChange(value *node, base Update, raw json.RawMessage) {
	before := value.out.findings()
	add := func(n *node, c Content) {
		u := base
		u.Path, u.Content = n.path(), c
		value.out.Updates = append(value.out.Updates, u)
	}
	switch base.Field {
	case "messages", "calls", "smb_message_echoes":
		if base.PhoneNumberID == "" {
			// Once for the whole change: storing its items anywhere would be a guess.
			value.note("metadata.phone_number_id", ReasonMissing, true)
			return
		}
		book := readBook(value)
		switch base.Field {
		case "messages":
			readMessages(value, book, add)
			readStatuses(value, book, add)
		case "calls":
			readCalls(value, book, add)
		default:
			readEchoes(value, book, add)
		}
		for _, e := range value.objects("errors", true) {
			add(e, &NumberError{readError(e)})
		}
	case "user_preferences":
		readPreferences(value, readBook(value), base.EntryAt, add)
	case "message_template_status_update", "message_template_quality_update", "template_category_update":
		if t := readTemplateUpdate(value, base.EntryAt); t != nil {
			add(value, t)
		}
	default:
		if accountFields[base.Field] {
			add(value, &AccountUpdate{At: base.EntryAt, Raw: raw})
		}
	}
	if value.out.findings() == before {
		add(value, &Unknown{Raw: raw})
	}
}

// findings grows with everything that is read or complained of.
func (p *Parsed) findings() int {
	return len(p.Updates) + len(p.Problems) + p.MoreProblems
}
