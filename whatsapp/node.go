package whatsapp

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// maxID is the longest id that is believed, in bytes. Real message ids have
// about 60; an index entry in Postgres must stay under 2,704.
const maxID = 512

// lastSecond is the end of the year 9999. What lies beyond is a count of
// milliseconds, or nonsense.
const lastSecond = 253402300799

// node is one JSON object of the body together with the way to it. Reading a
// member of the wrong type notes a problem and yields the zero value, so that
// an optional member never costs the item. A nil node is an absent object.
type node struct {
	out    *Parsed
	parent *node
	name   string
	index  int // in the array `name`, or -1
	list   []member
}

func (n *node) path() string {
	if n == nil || n.parent == nil {
		return ""
	}
	p := join(n.parent.path(), n.name)
	if n.index >= 0 {
		p += "[" + strconv.Itoa(n.index) + "]"
	}
	return p
}

func join(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "." + name
}

// note records a problem with the member name, or with n itself if name is "".
func (n *node) note(name string, reason Reason, dropped bool) {
	if len(n.out.Problems) >= maxProblems {
		n.out.MoreProblems++
		return
	}
	n.out.Problems = append(n.out.Problems, Problem{join(n.path(), name), reason, dropped})
}

// get returns a member's value; nil if it is absent or null. Of two members of
// one name the last counts, as everywhere in Go.
func (n *node) get(name string) json.RawMessage {
	if n == nil {
		return nil
	}
	for i := len(n.list) - 1; i >= 0; i-- {
		if string(n.list[i].name) == name {
			if isNull(n.list[i].value) {
				return nil
			}
			return n.list[i].value
		}
	}
	return nil
}

// text reads an optional string.
func (n *node) text(name string) string {
	raw := n.get(name)
	if raw == nil {
		return ""
	}
	if !isText(raw) {
		n.note(name, ReasonWrongType, false)
		return ""
	}
	return text(raw)
}

// label reads an optional id or code, which Meta writes as a string here and as
// a number there, as text.
func (n *node) label(name string) string {
	s := ""
	if raw := n.get(name); isNumber(raw) {
		s = string(raw)
	} else {
		s = n.text(name)
	}
	if len(s) > maxID {
		n.note(name, ReasonTooLong, false)
		return ""
	}
	return s
}

// key reads a string without which the object means nothing. With ok false the
// problem has been noted and the object is to be dropped.
func (n *node) key(name string) (s string, ok bool) {
	raw := n.get(name)
	switch {
	case raw == nil:
		n.note(name, ReasonMissing, true)
		return "", false
	case !isText(raw):
		n.note(name, ReasonWrongType, true)
		return "", false
	}
	switch s = text(raw); {
	case s == "":
		n.note(name, ReasonMissing, true)
		return "", false
	case len(s) > maxID:
		n.note(name, ReasonTooLong, true)
		return "", false
	}
	return s, true
}

// flag reads an optional boolean.
func (n *node) flag(name string) bool {
	raw := n.get(name)
	if raw != nil && raw[0] != 't' && raw[0] != 'f' {
		n.note(name, ReasonWrongType, false)
	}
	return raw != nil && raw[0] == 't'
}

// second reads Unix seconds, written as a string or as a number. The zero time
// stands for an absent one; for one that cannot be read a problem is noted.
func (n *node) second(name string, dropped bool) (t time.Time, ok bool) {
	raw := n.get(name)
	if raw == nil {
		return time.Time{}, true
	}
	digits := string(raw)
	if isText(raw) {
		digits = text(raw)
	}
	sec, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || sec <= 0 || sec > lastSecond {
		n.note(name, ReasonBadTimestamp, dropped)
		return time.Time{}, false
	}
	return time.Unix(sec, 0).UTC(), true
}

// instant reads the time at which something occurred, without which it cannot
// be placed (W3).
func (n *node) instant(name string) (t time.Time, ok bool) {
	if n.get(name) == nil {
		n.note(name, ReasonMissing, true)
		return time.Time{}, false
	}
	return n.second(name, true)
}

// part reads an object without which n means nothing.
func (n *node) part(name string) *node {
	raw := n.get(name)
	if raw == nil {
		n.note(name, ReasonMissing, true)
		return nil
	}
	list, ok := members(raw)
	if !ok {
		n.note(name, ReasonWrongType, true)
		return nil
	}
	return &node{out: n.out, parent: n, name: name, index: -1, list: list}
}

// object reads an optional object; nil if there is none.
func (n *node) object(name string) *node {
	raw := n.get(name)
	if raw == nil {
		return nil
	}
	list, ok := members(raw)
	if !ok {
		n.note(name, ReasonWrongType, false)
		return nil
	}
	return &node{out: n.out, parent: n, name: name, index: -1, list: list}
}

// objects reads an optional array of objects. An element that is none, or that
// is nested absurdly, is noted and left out; its neighbours stay.
func (n *node) objects(name string, dropped bool) []*node {
	raw := n.get(name)
	if raw == nil {
		return nil
	}
	items, ok := elements(raw)
	if !ok {
		n.note(name, ReasonWrongType, dropped)
		return nil
	}
	out := make([]*node, 0, len(items))
	for i, item := range items {
		child := &node{out: n.out, parent: n, name: name, index: i}
		list, ok := members(item)
		switch {
		case !ok:
			child.note("", ReasonWrongType, dropped)
			continue
		case n.out.pruned && leafy(name) && bytes.Contains(item, []byte(tooDeepMark)):
			child.note("", ReasonTooDeep, dropped)
			continue
		}
		child.list = list
		out = append(out, child)
	}
	return out
}

// leafy tells the arrays of items from the two that hold other arrays, where
// the loss must stay with the item inside.
func leafy(name string) bool { return name != "entry" && name != "changes" }
